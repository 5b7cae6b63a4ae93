"""The list of silence: open cases without real contact, by rhythm or for N days (rulebook 3.2)."""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.domain.cases import seat_person
from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel, WriteLevel
from casework.models import Case, FollowUp, Seat
from casework.queries import silence
from casework.queries.figures import cases
from casework.queries.silence import silent_for
from tests.world import World

TEXT = "谈了热力学补考与作息，约定周五再见。"
# Rulebook 3.2: level and the days within which contact is asked for.
RHYTHM = [("RED", 1), ("ORANGE", 7), ("YELLOW", 14), ("BLUE", 30)]


def client_of(world: World, key: str) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(world.people[key])
    return client


def talk(world: World, student: str, days_ago: int, actor: str = "zhou", **more: Any) -> FollowUp:
    return log_follow_up(
        actor=world.people[actor], student=world.students[student], channel=Channel.FACE,
        content=more.pop("content", TEXT), happened_at=timezone.now() - dt.timedelta(days=days_ago),
        **more,
    )  # fmt: skip


@pytest.mark.parametrize(("level", "days"), RHYTHM)
def test_the_rhythm_of_each_level_ends_with_its_day(world: World, level: str, days: int) -> None:
    case = world.add_case("gu", level=level, at=timezone.now() - dt.timedelta(days=90))
    log_follow_up(actor=world.lu, student=world.gu, channel=Channel.PHONE, content=TEXT)
    day = dt.timedelta(days=1)
    noon = timezone.localtime().replace(hour=12, minute=0)
    for later, is_silent in ((days, False), (days + 1, True)):
        with time_machine.travel(noon + later * day, tick=False):
            found = Case.objects.filter(silent_for())
            assert (case in found) is is_silent, (level, later)


def test_a_tick_is_no_contact_and_a_real_one_by_anyone_is(world: World) -> None:
    world.add_case("gu", level="YELLOW", at=timezone.now() - dt.timedelta(days=40))
    assert cases(world.zhou, None, "silent").count() == 1
    talk(world, "gu", 1, content="已谈")
    assert cases(world.zhou, None, "silent").count() == 1
    talk(world, "gu", 1, actor="wang")
    assert cases(world.zhou, None, "silent").count() == 0


def test_a_student_just_listed_is_not_silent_yet(world: World) -> None:
    world.add_case("gu", level="YELLOW", at=timezone.now() - dt.timedelta(days=3))
    assert not Case.objects.filter(silent_for()).exists()
    assert Case.objects.filter(silent_for(2)).count() == 1


def test_chosen_lines_are_logged_in_one_account_without_whoever_is_not_one_s_own(
    world: World,
) -> None:
    old = timezone.now() - dt.timedelta(days=80)
    cases_ = [world.add_case(key, level="YELLOW", at=old) for key in ("gu", "song", "cheng")]
    client = client_of(world, "zhou")
    for address in ("/silence/", "/ledgers/"):
        assert "/ledgers/bulk/log/" in client.get(address).content.decode(), address
    ticked = [case.pk for case in cases_]
    page = client.post("/ledgers/bulk/log/", {"selected": ticked}).content.decode()
    assert "2230514127、2230710008" in page
    assert "程亦安" not in page, "not his student"
    assert not FollowUp.objects.exists()
    form = {"names": "2230514127、2230710008", "channel": "visit", "content": TEXT, "save": "1",
            "client_key": str(uuid.uuid4())}  # fmt: skip
    assert client.post("/log/batch/", form).status_code == 302
    assert set(FollowUp.objects.values_list("case_id", "is_real")) == {
        (case.pk, True) for case in cases_[:2]
    }
    assert Case.objects.filter(silent_for()).get() == cases_[2]


def test_a_seat_that_only_reads_logs_for_nobody_and_is_told(world: World) -> None:
    """zhou logs with gu by his post; cheng's case he only reads by a seat."""
    other = world.add_case("cheng")
    seat = seat_person(actor=None, case=other, person=world.zhou, duty="协同")
    Seat.objects.filter(pk=seat.pk).update(write_level=WriteLevel.READ)
    case = world.add_case("gu")
    page = client_of(world, "zhou").post("/ledgers/bulk/log/", {"selected": [case.pk, other.pk]})
    assert "1 student was left out" in page.content.decode()
    assert "顾言川" in page.content.decode()
    assert "程亦安" not in page.content.decode()


def test_the_list_names_the_last_contact_and_by_whom_the_longest_first(world: World) -> None:
    old = timezone.now() - dt.timedelta(days=80)
    for key, level in (("gu", "YELLOW"), ("song", "BLUE")):
        world.add_case(key, level=level, at=old)
    world.add_case("cheng", level="RED", at=old)
    talk(world, "gu", 20, actor="lu")
    client = client_of(world, "zhou")
    page = client.get("/silence/").content.decode()
    assert page.index("宋远") < page.index("顾言川")
    assert "陆怀远 · 班主任" in page
    assert "20 days" in page
    assert "80 days" in page
    assert "程亦安" not in page, "not his student"
    over = client.get("/silence/?days=30").content.decode()
    assert "宋远" in over
    assert "顾言川" not in over
    assert "顾言川" in client.get("/silence/?days=7&level=YELLOW").content.decode()
    assert "宋远" not in client.get("/silence/?level=YELLOW").content.decode()
    owner = client.get(f"/silence/?owner={world.lu.pk}").content.decode()
    assert "顾言川" not in owner
    for odd in ("days=x", "days=-3", "days=99999999", "page=900"):
        assert client.get(f"/silence/?{odd}").status_code == 200


def test_the_dashboards_number_opens_a_list_of_as_many(world: World) -> None:
    old = timezone.now() - dt.timedelta(days=80)
    world.add_case("gu", level="YELLOW", at=old)
    world.add_case("cheng", level="ORANGE", at=old)
    page = client_of(world, "lin").get(f"/cohorts/{world.chem23.pk}/")
    assert page.context["silent"] == 2
    url = page.context["silent_url"]
    assert url.startswith("/silence/")
    answer = client_of(world, "lin").get(url)
    assert len(answer.context["rows"]) == 2
    assert url in page.content.decode()
    assert len(client_of(world, "zhou").get("/silence/").context["rows"]) == 1


def test_statements_do_not_grow_with_the_rows(world: World) -> None:
    old = timezone.now() - dt.timedelta(days=80)
    counted = []
    client = client_of(world, "lin")
    world.add_case("gu", at=old)
    for students in ((), ("cheng", "luo")):
        for key in students:
            world.add_case(key, at=old)
        client.get("/silence/")  # the frame is drawn anew after a write
        with CaptureQueriesContext(connection) as asked:
            client.get("/silence/")
        counted.append(len([one for one in asked if "core_auditentry" not in one["sql"]]))
    assert counted[0] == counted[1]


@pytest.mark.parametrize("wide", [0, 500])
def test_walked_by_its_index_or_gathered_the_list_is_that_of_the_rule(
    world: World, monkeypatch: pytest.MonkeyPatch, wide: int
) -> None:
    monkeypatch.setattr(silence, "SILENT", replace(silence.SILENT, wide=wide))
    for key, level, ago in (("gu", "YELLOW", 80), ("song", "BLUE", 50), ("luo", "RED", 5)):
        world.add_case(key, level=level, at=timezone.now() - dt.timedelta(days=ago))
    world.add_case("cheng", level="BLUE", at=timezone.now() - dt.timedelta(days=9))  # in time
    for days, who in ((None, "lin"), (None, "zhou"), (60, "lin"), (30, "zhou")):
        for _again in range(2):  # the first reading tells how many there are
            found = silence.silence_page(world.people[who], days, 1)
            mine = Case.objects.restrict(world.people[who], "see_case")
            right = mine.filter(silent_for(days)).order_by("reported_at")
            assert [row["pk"] for row in found.rows] == [case.pk for case in right]
            assert found.total == right.count()
