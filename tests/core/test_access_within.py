"""The rule about one student's records reads the same as a condition and as keys."""

import datetime as dt
from typing import Any

import pytest
from django.http import Http404
from django.utils import timezone

from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel, Confidentiality, Outcome
from casework.models import BreakGlass, Case, FollowUp, LockOut, Seat
from casework.sealed_access import CLEARED
from portal.core.access import (
    Asked,
    actions_on,
    reach_statement,
    reaches_one,
    rows_within,
    seen_as,
    written,
)
from portal.core.access.written import GATHERED, is_written
from portal.core.models import User
from portal.core.rows import fetch
from portal.core.scope import request_scope
from students.models import Course, CourseResult, Placement, Student, StudentLink
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


LISTED = [(Student, action) for action in ("see_card", "see_case", "see_own", "break_glass")] + [
    (Case, action) for action in ("see_case", "write_case", "clear_restricted")
]


def by_statement(model: Any, user: User, action: str, form: Asked, **within: Any) -> set[int]:
    reach = reach_statement(model, user, action, form, **within)
    return set() if reach is None else {pk for (pk,) in fetch(*reach)}


def by_test(model: Any, user: User, action: str) -> set[int]:
    """Every row put to the test on its own, as a walk along an index does."""
    reach = reach_statement(model, user, action, Asked(by_row=True))
    if reach is None:
        return set()
    sql, params = reach
    rows = fetch(
        f"""SELECT r.id FROM {model._meta.db_table} r
             WHERE EXISTS (SELECT 1 FROM ({sql}) reach(id) WHERE reach.id = r.id OFFSET 0)""",
        params,
    )
    return {pk for (pk,) in rows}


def test_the_reach_written_as_sql_is_the_rule_for_everybody(busy: World) -> None:
    """Posts, links, seats, broken glass, lock-outs, one's own record, placements of other days."""
    day = timezone.localdate()
    Placement.objects.filter(student=busy.song).update(until=day - dt.timedelta(days=1))
    Placement.objects.filter(student=busy.cheng).update(since=day, until=day)
    # An earlier, closed case of one who has an open one: a seat in the open one does not open it.
    Case.objects.filter(student=busy.cheng).update(
        student=busy.gu, closed_at=timezone.now(), outcome=Outcome.SOLVED
    )
    assert is_written(Student)
    assert is_written(Case)
    seen: set[tuple[str, str]] = set()
    for person in everybody(busy):
        for model, action in [*LISTED, (Student, CLEARED)]:
            with request_scope(None):
                rule = set(model.objects.restrict(person, action).values_list("pk", flat=True))
                assert by_statement(model, person, action, GATHERED) == rule, (person, action)
                assert by_test(model, person, action) == rule, (person, action)
                if model is Case:
                    is_open = rule & set(
                        Case.objects.filter(closed_at=None).values_list("pk", flat=True)
                    )
                    rows = fetch_open(person, action)
                    assert rows == is_open, (person, action)
            seen |= {(model.__name__, action)} if rule else set()
    assert {(model.__name__, action) for model, action in LISTED} <= seen  # nothing was empty


def fetch_open(person: User, action: str) -> set[int]:
    """Open cases among those the narrowed statement names: lists narrow the page once more."""
    found = by_statement(Case, person, action, GATHERED, closed_at__isnull=True)
    return found & set(Case.objects.filter(closed_at=None).values_list("pk", flat=True))


def test_another_days_placement_and_a_frozen_account_reach_nothing_by_statement(
    busy: World,
) -> None:
    day = timezone.localdate()
    mine = by_statement(Student, busy.lu, "see_card", GATHERED)
    assert busy.gu.pk in mine
    Placement.objects.filter(student=busy.gu).update(since=day + dt.timedelta(days=1))
    StudentLink.objects.filter(student=busy.gu).delete()
    for form in (GATHERED, Asked(by_row=True)):
        assert busy.gu.pk not in by_statement(Student, busy.lu, "see_card", form)
    busy.lu.is_active = False
    assert by_statement(Student, busy.lu, "see_card", GATHERED) == set()
    busy.zhou.only_actions = frozenset({"see_own"})
    assert by_statement(Student, busy.zhou, "see_card", GATHERED) == set()


def test_only_equality_and_emptiness_narrow_a_statement(busy: World) -> None:
    with pytest.raises(ValueError, match="closed_at__gt"):
        reach_statement(Case, busy.zhou, "see_case", closed_at__gt=timezone.now())


def test_a_route_without_sql_is_written_by_the_mapper(
    busy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(written._written, (Student._meta.label, "link"))
    assert not is_written(Student)
    for model, action in ((Student, "see_card"), (Case, "see_case")):
        for person in (busy.zhou, busy.jiang, busy.nobody):
            rule = set(model.objects.restrict(person, action).values_list("pk", flat=True))
            assert by_statement(model, person, action, GATHERED) == rule
            assert by_test(model, person, action) == rule
