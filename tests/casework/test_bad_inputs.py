"""What comes too late, twice, or in the wrong form: refused in words, nothing typed is lost, nothing
is kept twice."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.domain.follow_ups import log_follow_up
from casework.domain.force import SeatDraft, seat_force, unseat
from casework.domain.plans import StepDraft, make_plan
from casework.enums import Channel
from casework.models import FollowUp
from cohorts.domain.appointments import end_appointment
from portal.core.models import Attachment
from tests.world import World

TEXT = "热力学作业已补交，约定下周一起看重修安排。"
EN = {"Accept-Language": "en"}
QUEUED = EN | {"Accept": "application/json"}


def enter(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def filled(world: World, **changed: Any) -> dict[str, Any]:
    return {"student": world.gu.student_no, "channel": "face", "content": TEXT,
            "client_key": str(uuid.uuid4())} | changed  # fmt: skip


def test_whoever_s_seat_ended_a_minute_ago_writes_nothing_from_the_open_page(world: World) -> None:
    case = world.add_case("gu", level="RED")
    (seat,) = seat_force(actor=world.zhou, case=case, seats=[SeatDraft(world.nobody, "协同")])
    client = enter(world, "nobody")
    assert client.get(f"/cases/{case.pk}/").status_code == 200
    unseat(actor=world.zhou, seat=seat, reason="不再参加专班")
    with pytest.raises(PermissionDenied):
        log_follow_up(actor=world.nobody, student=world.gu, channel=Channel.FACE, content=TEXT)
    form = {"channel": "face", "content": TEXT}
    assert client.post(f"/cases/{case.pk}/records/", form).status_code == 404
    queued = client.post("/log/", filled(world), headers=QUEUED)
    assert queued.status_code == 403
    assert queued.json()["detail"], "the phone keeps the words and says why"
    assert not FollowUp.objects.exists()


def test_a_draft_typed_without_a_network_and_sent_three_times_is_one_record(world: World) -> None:
    """There no number is chosen: the student stands in words."""
    draft = filled(world, student="", q="顾言川")
    client = enter(world, "zhou")
    answers = [client.post("/log/", draft, headers=QUEUED) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert {answer.json()["id"] for answer in answers} == {FollowUp.objects.get().pk}


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [("访谈.exe", b"MZ" + b"0" * 40, "访谈.exe"), ("名单.pdf", b"<html>", "名单.pdf"),
     ("录音.pdf", b"%PDF-" + b"0" * 300, "录音.pdf")],
)  # fmt: skip
def test_an_attachment_of_a_wrong_kind_or_too_large_keeps_the_words_and_saves_nothing(
    world: World, settings: Any, name: str, raw: bytes, words: str
) -> None:
    settings.ATTACHMENT_MAX_BYTES = 200
    form = filled(world, files=SimpleUploadedFile(name, raw))
    answer = enter(world, "zhou").post("/log/", form, headers=EN)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert TEXT in text
    assert form["client_key"] in text
    assert not FollowUp.objects.exists()
    assert not Attachment.objects.exists()


def test_a_step_of_somebody_who_has_left_the_school_is_a_gap_until_it_is_given_on(
    world: World,
) -> None:
    case = world.add_case("gu", level="ORANGE")
    due = timezone.localdate() + dt.timedelta(days=7)
    step = StepDraft("每周学业辅导一次", world.lu, due)
    make_plan(actor=world.zhou, case=case, goal="补考通过", steps=[step], seat_owners=True)
    plan = reverse("casework:plan", args=[case.pk])
    client = enter(world, "zhou")
    assert "cannot do it: reassign" not in client.get(plan, headers=EN).content.decode()
    end_appointment(actor=None, post=world.posts["lu"])
    type(world.lu).objects.filter(pk=world.lu.pk).update(is_active=False)
    text = client.get(plan, headers=EN).content.decode()
    assert "cannot do it: reassign" in text
    assert "1 step has nobody who could do it" in text
