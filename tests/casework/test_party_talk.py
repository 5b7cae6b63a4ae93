"""One talk counts for study and the party file: written once, its words stay with the talk."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from casework.models import FollowUp
from partybranch.enums import Look
from partybranch.models import CultivationEntry, Development, Sponsorship
from tests.partybranch.party import DAY, add_party, apply, member_of
from tests.world import World

TEXT = "谈了热力学补考准备，也谈了入党动机与近期思想。"


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


@pytest.fixture
def file(campus: World) -> Development:
    """fang, tutor of the branch, is contact of gu."""
    made = apply(campus, "gu", timezone.localdate() - 30 * DAY)
    Sponsorship.objects.create(
        development=made, member=member_of(campus, "fang"), duty="contact",
        since=timezone.localdate() - 9 * DAY,
    )  # fmt: skip
    return made


def send(world: World, key: str, **changed: Any) -> Any:
    client = Client()
    client.force_login(world.people[key])
    filled = {"student": world.gu.student_no, "channel": "face", "content": TEXT,
              "client_key": str(uuid.uuid4()), "counts_in_file": "1"}  # fmt: skip
    return client.post("/log/", filled | changed)


def test_a_contact_logs_one_talk_and_it_stands_in_the_book_too(
    campus: World, file: Development
) -> None:
    key = str(uuid.uuid4())
    for _time in range(2):
        assert send(campus, "fang", client_key=key).status_code == 302
    assert FollowUp.objects.get().content == TEXT
    entry = CultivationEntry.objects.get(development=file)
    assert (entry.kind, entry.on, entry.entered_by) == (
        Look.TALK,
        timezone.localdate(),
        campus.fang,
    )
    assert entry.note == "方书语"  # who talked, and not a word of what was said
    client = Client()
    client.force_login(campus.qin)
    page = client.get(f"/development/{file.pk}/").content.decode()
    assert "方书语" in page
    assert TEXT not in page


def test_without_the_tick_the_talk_is_a_talk_and_no_more(campus: World, file: Development) -> None:
    assert send(campus, "fang", counts_in_file="").status_code == 302
    assert FollowUp.objects.exists()
    assert not CultivationEntry.objects.exists()


def test_whoever_neither_vouches_nor_keeps_the_file_learns_nothing_of_it(campus: World) -> None:
    """The refusal is the same whether there is a file or not; nothing at all is kept."""
    without = send(campus, "zhou")
    apply(campus, "gu", timezone.localdate() - 30 * DAY)
    with_file = send(campus, "zhou")
    said = "没有由您联系、介绍或管理的入党档案"
    for answer in (without, with_file):
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert not FollowUp.objects.exists()
    assert not CultivationEntry.objects.exists()


def test_the_tick_is_offered_to_those_who_may_use_it(campus: World, file: Development) -> None:
    for key, is_offered in (("fang", True), ("gao", True), ("zhou", False)):
        client = Client()
        client.force_login(campus.people[key])
        page = client.get(f"/log/?student={campus.gu.student_no}").content.decode()
        assert ("counts_in_file" in page) == is_offered, key


def test_a_talk_of_long_ago_is_entered_in_the_book_with_its_reason(
    campus: World, file: Development
) -> None:
    when = timezone.localtime() - dt.timedelta(days=9)
    answer = send(campus, "fang", happened_at=when.strftime("%Y-%m-%dT%H:%M"))
    assert answer.status_code == 422
    assert "培养考察" in answer.content.decode()
    assert not FollowUp.objects.exists()
