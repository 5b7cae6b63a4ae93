"""The rule about one student's records reads the same as a condition and as keys."""

import datetime as dt
from typing import Any

import pytest
from django.http import Http404
from django.utils import timezone

from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel, Confidentiality
from casework.models import BreakGlass, Case, FollowUp, LockOut, Seat
from portal.core.access import actions_on, reaches_one, rows_within, seen_as
from portal.core.models import User
from portal.core.rows import fetch
from portal.core.scope import request_scope
from students.models import Course, CourseResult, Placement, Student
from tests.world import World

ASKED = [
    (Case, "see_case"), (FollowUp, "see_talks"), (Placement, "see_card"),
    (Placement, "see_record"), (CourseResult, "see_results"),
]  # fmt: skip


def by_condition(model: Any, user: User, action: str, student: Student) -> set[int]:
    seen = rows_within(model, user, action, "r", student_id=student.pk)
    if seen is None:
        return set()
    table = model._meta.db_table
    rows = fetch(
        f"SELECT r.id FROM {table} r WHERE r.student_id = %(s)s AND {seen.sql}",
        {"s": student.pk, **seen.params},
    )
    return {pk for (pk,) in rows}


def by_keys(model: Any, user: User, action: str, student: Student) -> set[int]:
    rows = model.objects.restrict(user, action).filter(student=student)
    return set(rows.values_list("pk", flat=True))


@pytest.fixture
def busy(world: World) -> World:
    """Cases, talks of both confidentialities by several people, seats, results."""
    cases = {key: world.add_case(key) for key in ("gu", "cheng", "song")}
    Seat.objects.create(
        case=cases["gu"], person=world.nobody, duty="帮扶", starts_on=timezone.localdate()
    )
    now = timezone.now()
    LockOut.objects.create(case=cases["gu"], person=world.he, reason="亲属", starts_at=now)
    LockOut.objects.create(case=cases["song"], person=world.zhou, reason="亲属", starts_at=now)
    BreakGlass.objects.create(
        case=cases["gu"], person=world.jiang, reason="情况紧急", starts_at=now,
        ends_at=now + dt.timedelta(hours=2),
    )  # fmt: skip
    for author, student in (("zhou", "gu"), ("lu", "gu"), ("nobody", "gu"), ("shen", "cheng")):
        for level in Confidentiality:
            log_follow_up(
                actor=world.people[author], student=world.students[student],
                channel=Channel.FACE, content="谈了近期学习与生活的安排。", confidentiality=level,
            )  # fmt: skip
    course = Course.objects.create(code="C9", name="课程", credits=3)
    for key in ("gu", "song"):
        CourseResult.objects.create(
            student=world.students[key], course=course, term_id="2025-2026-1", grade="80",
            score="80", passed=True, credits=3,
        )  # fmt: skip
    return world


def everybody(world: World) -> list[User]:
    """Each of the cast, and some seen through another account."""
    pairs = (("zhou", "lin"), ("lu", "zhou"), ("he", "zhou"), ("jiang", "jiang"), ("zhou", "sys"))
    seen = [seen_as(world.people[one], world.people[other]) for one, other in pairs]
    return [*world.people.values(), *seen]


def test_condition_and_keys_name_the_same_rows_for_everybody(busy: World) -> None:
    seen = 0
    for user in everybody(busy):
        for student in busy.students.values():
            with request_scope(None):
                for model, action in ASKED:
                    wanted = by_keys(model, user, action, student)
                    assert by_condition(model, user, action, student) == wanted
                    seen += len(wanted)
    assert seen > 50


def test_one_row_is_given_to_those_whose_list_holds_it(busy: World) -> None:
    given = 0
    for user in everybody(busy):
        for model in (Student, Case, FollowUp, Placement):
            listed = set(
                model.objects.restrict(user, model.see_action).values_list("pk", flat=True)
            )
            for row in model.objects.all():
                with request_scope(None):
                    try:
                        model.objects.get_for(user, model.see_action, row.pk)
                    except Http404:
                        assert row.pk not in listed
                    else:
                        assert row.pk in listed
                        given += 1
    assert given > 50


def test_one_statement_answers_for_all_actions(busy: World) -> None:
    asked = ("see_card", "see_record", "see_contact", "see_results", "log_talk", "see_case",
             "clear_restricted", "see_own", "unknown")  # fmt: skip
    for user in everybody(busy):
        for student in busy.students.values():
            rows = Student.objects.filter(pk=student.pk)
            wanted = {a for a in asked if rows.restrict(user, a).exists()}
            with request_scope(None):
                assert actions_on(Student, user, student.pk, asked) == wanted
                assert {a for a in asked if reaches_one(Student, user, a, student.pk)} == wanted
