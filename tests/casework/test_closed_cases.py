"""After closing: the last team and leaders only (rulebook 3.5), through every way of asking."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from casework.access import keeps_closed
from casework.domain.cases import seat_person
from casework.domain.finishing import finish_case
from casework.domain.follow_ups import log_follow_up
from casework.domain.force import unseat
from casework.enums import Channel, Confidentiality, KeyKind, Outcome
from casework.models import Case, FollowUp, KeyRequest, LockOut
from cohorts.models import Role
from portal.core.access import (
    count_reached,
    reach_statement,
    reached_keys,
    reaches_one,
    reasons,
    rows_within,
)
from portal.core.models import User
from portal.core.rows import fetch
from portal.core.scope import request_scope
from students.models import Student
from tests.world import World

pytestmark = pytest.mark.django_db


def closed_case(world: World, **extra: Any) -> Case:
    case = world.add_case("gu", **extra)
    finish_case(None, Case.objects.get(pk=case.pk), Outcome.SOLVED)
    case.refresh_from_db()
    return case


def sees(person: User, case: Case, action: str = "see_case") -> bool:
    """Asked in every form that the rule has: they must agree."""
    with request_scope(None):
        found = Case.objects.restrict(person, action).filter(pk=case.pk).exists()
        said = {
            "restrict": found,
            "has_perm": person.has_perm(f"cohorts.{action}", case),
            "one": reaches_one(Case, person, action, case.pk),
            "reasons": bool(reasons(person, action, case)),
        }
        for only in ({}, {"closed_at__isnull": case.is_open}):
            reach = reach_statement(Case, person, action, **only)
            said[f"written {only}"] = reach is not None and (case.pk,) in fetch(*reach)
        within = rows_within(Case, person, action, "c", student_id=case.student_id)
        if within is not None:
            sql = f"SELECT c.id FROM casework_case c WHERE c.student_id = {case.student_id}"
            rows = fetch(f"{sql} AND {within.sql}", within.params)
        said["within"] = within is not None and (case.pk,) in rows
    assert len(set(said.values())) == 1, (person, action, said)
    return found


def test_leaders_and_the_last_team_keep_sight_and_no_other_post_does(world: World) -> None:
    world.add_person("bai", "柏舟")
    world.add_post("bai", "counsellor", "mingde23")
    open_one = world.add_case("song")
    case = closed_case(world, owner=world.zhou)
    may = {key: sees(world.people[key], case) for key in
           ("lin", "jiang", "he", "zhou", "bai", "shen", "lu", "wang", "psy", "qian", "nobody")}  # fmt: skip
    assert {key for key, seen in may.items() if seen} == {"lin", "jiang", "he", "zhou"}
    assert sees(world.bai, open_one)
    assert not reached_keys(Case, world.bai, "see_case", student_id=world.gu.pk).exists()
    assert count_reached(Case, world.bai, "see_case") == 1
    assert sees(world.zhou, case, "manage_case")
    assert not sees(world.bai, case, "write_case")
    with request_scope(None):
        assert keeps_closed(world.he, "see_case")
        assert not keeps_closed(world.bai, "see_case")


def test_a_member_of_the_last_team_reads_on_while_the_student_is_still_theirs(
    world: World,
) -> None:
    case = world.add_case("gu")
    for key in ("lu", "nobody", "shen"):
        seat_person(actor=None, case=case, person=world.people[key], duty="联系")
    early = seat_person(actor=None, case=case, person=world.wang, duty="学业")
    unseat(actor=world.zhou, seat=early, reason="另有安排")
    finish_case(None, Case.objects.get(pk=case.pk), Outcome.SOLVED)
    case.refresh_from_db()
    assert sees(world.lu, case)
    assert not sees(world.lu, case, "write_case")
    assert not sees(world.shen, case)  # has students, but not this one
    assert not sees(world.nobody, case)  # helped from elsewhere: the sight ended with the seat
    assert not sees(world.wang, case)  # left the team before it closed
    assert not sees(world.zhou, case)  # never in the team, no leader
    assert [r.route for r in reasons(world.lu, "see_case", case)] == ["team"]
    with request_scope(None):
        assert not Student.objects.restrict(world.lu, "see_case").exists()


def test_whoever_asked_for_the_closing_was_in_the_team(world: World) -> None:
    case = world.add_case("gu")
    now = timezone.now()
    KeyRequest.objects.create(
        case=case, kind=KeyKind.CLOSE, outcome=Outcome.SOLVED, reason="目标达成", sides=["college"],
        asked_by=world.zhou, asked_at=now, due_at=now, settled_at=now, is_granted=True,
    )  # fmt: skip
    finish_case(None, Case.objects.get(pk=case.pk), Outcome.SOLVED)
    assert sees(world.zhou, Case.objects.get(pk=case.pk))


def test_no_door_opens_a_closed_case_to_the_next_counsellor(world: World) -> None:
    case = closed_case(world, owner=world.nobody)
    client = Client()
    client.force_login(world.zhou)
    for name in ("", "plan/", "keys/", "force/", "reopen/", "seal/"):
        assert client.get(f"/cases/{case.pk}/{name}").status_code == 404, name
    for page in ("/cases/?category=closed", f"/students/{world.gu.student_no}/", "/rechecks/",
                 f"/search/?q={world.gu.student_no}", f"/log/students/?q={world.gu.student_no}"):  # fmt: skip
        text = client.get(page).content.decode()
        assert case.number not in text, page
        assert f"/cases/{case.pk}/" not in text, page
    client.force_login(world.he)
    assert client.get(f"/cases/{case.pk}/").status_code == 200
    assert "顾言川" in client.get("/cases/?category=closed").content.decode()


def test_notes_of_the_task_force_close_with_their_case(world: World) -> None:
    case = world.add_case("gu", owner=world.nobody)
    note, loose = (
        log_follow_up(actor=world.he, student=world.gu, channel=Channel.FACE, content=words,
                      confidentiality=Confidentiality.RESTRICTED)
        for words in ("专班内部说明一", "专班内部说明二")
    )  # fmt: skip
    talk = log_follow_up(actor=world.he, student=world.gu, channel=Channel.FACE, content="谈近况")
    FollowUp.objects.filter(pk=loose.pk).update(case=None)
    finish_case(None, Case.objects.get(pk=case.pk), Outcome.SOLVED)

    def read(person: User) -> set[int]:
        with request_scope(None):
            mine = FollowUp.objects.restrict(person, "see_talks")
            ids = set(mine.values_list("pk", flat=True))
            within = rows_within(FollowUp, person, "see_talks", "f", student_id=world.gu.pk)
            assert within is not None
            sql = f"SELECT f.id FROM casework_followup f WHERE f.student_id = {world.gu.pk}"
            assert {pk for (pk,) in fetch(f"{sql} AND {within.sql}", within.params)} == ids
            for row in FollowUp.objects.all():
                assert (row.pk in ids) == bool(reasons(person, "see_talks", row))
                assert (row.pk in ids) == reaches_one(FollowUp, person, "see_talks", row.pk)
            return ids

    assert read(world.zhou) == {loose.pk, talk.pk}
    assert read(world.lin) == {note.pk, loose.pk, talk.pk}


def test_a_post_of_a_leader_beside_another_opens_closed_cases_of_its_unit_only(
    world: World,
) -> None:
    """Held on different units, the two actions are asked each for itself."""
    case = closed_case(world, owner=world.nobody)
    world.add_person("bai", "柏舟")
    world.add_post("bai", "counsellor", "mingde")
    world.add_post("bai", "contract_leader", "chem24")
    assert not sees(world.bai, case)
    Role.objects.get(code="clerk").permissions.add(
        *Role.objects.get(code="dean").permissions.filter(codename="see_closed")
    )
    world.add_person("fang", "方圆")
    world.add_post("fang", "counsellor", "mingde23")
    world.add_post("fang", "clerk", "chem")
    assert sees(world.fang, case)
    assert {r.route for r in reasons(world.fang, "see_case", case)} == {"post"}


def test_a_lock_out_beats_the_last_team(world: World) -> None:
    case = closed_case(world, owner=world.zhou)
    LockOut.objects.create(case=case, person=world.zhou, reason="回避", starts_at=timezone.now())
    assert not sees(world.zhou, case)


def test_the_command_says_why(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    case = closed_case(world, owner=world.zhou)
    call_command("explain_access", "zhou", f"case:{case.pk}")
    assert "专班成员或责任人" in capsys.readouterr().out
    Case.objects.filter(pk=case.pk).update(owner=None)
    with pytest.raises(SystemExit):
        call_command("explain_access", "zhou", f"case:{case.pk}")
