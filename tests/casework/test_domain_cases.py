"""Rules of cases: entry, level, stage, owner, seats, clocks (rulebook 3.1, 3.2, 3.5)."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from casework.domain.cases import assign_owner, open_case, raise_level, seat_person
from casework.domain.follow_ups import log_follow_up
from casework.domain.rhythm import first_action_due, next_contact_due
from casework.enums import Channel, Source
from casework.models import Case, CaseCategory, CaseLevel, FollowUp, LedgerEntry, Seat
from portal.core.errors import DomainError, StaleError
from portal.core.models import AuditEntry
from students.models import Student
from tests.concurrently import at_once
from tests.world import World, build_world

SHANGHAI = ZoneInfo("Asia/Shanghai")


def level(code: str) -> CaseLevel:
    return CaseLevel.objects.get(pk=code)


# Rulebook 3.2 as published there: contact, first action, review, family.
TABLE = [
    ("RED", 1, 2, 7, 0),
    ("ORANGE", 7, 24, 30, 3),
    ("YELLOW", 14, 72, 60, 14),
    ("BLUE", 30, 168, 120, 120),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "contact", "first", "review", "family"), TABLE)
def test_each_level_has_the_waits_of_the_rulebook(
    code: str, contact: int, first: int, review: int, family: int
) -> None:
    one = level(code)
    assert (one.contact_every_days, one.first_action_hours) == (contact, first)
    assert (one.review_every_days, one.family_within_days) == (review, family)


@pytest.mark.parametrize(("code", "contact", "first", "review", "family"), TABLE)
def test_a_new_case_gets_the_clock_of_its_level(
    world: World, code: str, contact: int, first: int, review: int, family: int
) -> None:
    at = timezone.now() - dt.timedelta(hours=1)
    case = world.add_case("gu", level=code, at=at)
    assert case.contact_due_at == at + dt.timedelta(hours=first)
    assert case.review_due_on == timezone.localdate(at) + dt.timedelta(days=review)


@pytest.mark.parametrize(("code", "contact", "first", "review", "family"), TABLE)
def test_a_real_contact_moves_the_clock_by_the_level(
    world: World, code: str, contact: int, first: int, review: int, family: int
) -> None:
    world.add_case("gu", level=code)
    log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content="谈了课程与作息，约好再见"
    )
    due = timezone.localtime(Case.objects.get().contact_due_at)
    assert due.date() == timezone.localdate() + dt.timedelta(days=contact)
    assert due.strftime("%H:%M") == "23:59"


@pytest.mark.django_db
def test_red_on_saturday_night_is_due_two_hours_later_not_on_monday() -> None:
    entered = dt.datetime(2026, 11, 21, 22, 30, tzinfo=SHANGHAI)
    assert entered.weekday() == 5
    due = first_action_due(level("RED"), entered)
    assert due == dt.datetime(2026, 11, 22, 0, 30, tzinfo=SHANGHAI)


@pytest.mark.django_db
def test_an_earlier_agreed_day_wins_and_a_later_one_does_not() -> None:
    last = dt.datetime(2026, 11, 2, 15, 0, tzinfo=SHANGHAI)
    yellow = level("YELLOW")

    def due(agreed: dt.date | None) -> dt.date:
        return timezone.localtime(next_contact_due(yellow, last, agreed)).date()

    assert due(None) == dt.date(2026, 11, 16)
    assert due(dt.date(2026, 11, 5)) == dt.date(2026, 11, 5)
    assert due(dt.date(2026, 12, 24)) == dt.date(2026, 11, 16)


def test_a_contact_late_at_night_counts_for_the_day_in_the_school_s_time(world: World) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 22, 0, 30, tzinfo=SHANGHAI), tick=False):
        world.add_case("gu", level="RED")
        log_follow_up(
            actor=world.zhou,
            student=world.gu,
            channel=Channel.PHONE,
            content="半夜电话，已回到宿舍",
        )
        due = timezone.localtime(Case.objects.get().contact_due_at)
    assert due.date() == dt.date(2026, 11, 23)


def test_the_stage_follows_the_dated_facts_and_is_never_set_by_hand(world: World) -> None:
    case = world.add_case("gu")
    case.refresh_from_db()
    assert case.stage == "reported"
    now = timezone.now()
    facts = [
        ("triaged_at", "triaged"), ("opened_at", "opened"), ("planned_at", "planned"),
        ("help_at", "in_help"), ("tracking_at", "tracking"), ("assessed_at", "assessed"),
    ]  # fmt: skip
    for column, stage in facts:
        Case.objects.filter(pk=case.pk).update(**{column: now})
        case.refresh_from_db()
        assert case.stage == stage
    Case.objects.filter(pk=case.pk).update(closed_at=now, outcome="solved")
    case.refresh_from_db()
    assert case.stage == "closed"
    Case.objects.filter(pk=case.pk).update(outcome="referred")
    case.refresh_from_db()
    assert case.stage == "referred"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE casework_case SET stage = 'opened'")


def test_a_closed_case_has_an_outcome_and_an_open_one_has_none(world: World) -> None:
    case = world.add_case("gu")
    rows = Case.objects.filter(pk=case.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(closed_at=timezone.now(), outcome="")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(outcome="solved")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(closed_at=case.reported_at - dt.timedelta(days=1), outcome="solved")


def test_cases_are_never_deleted(world: World) -> None:
    world.add_case("gu")
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        Case.objects.all()._raw_delete("default")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM casework_case")


def test_a_second_category_joins_the_open_case_and_the_higher_level_wins(world: World) -> None:
    first = world.add_case("gu", level="YELLOW", category="ACADEMIC")
    second = world.add_case("gu", level="RED", category="ECONOMIC")
    assert second.pk == first.pk
    second.refresh_from_db()
    assert second.level_id == "RED"
    assert second.contact_due_at <= timezone.now() + dt.timedelta(hours=2)
    third = world.add_case("gu", level="BLUE", category="SPECIAL")
    third.refresh_from_db()
    assert third.level_id == "RED"
    assert LedgerEntry.objects.filter(case=first).count() == 3


def test_the_same_category_twice_and_the_future_are_refused(world: World) -> None:
    world.add_case("gu")
    with pytest.raises(DomainError, match="顾言川"):
        world.add_case("gu")
    with pytest.raises(DomainError):
        world.add_case("luo", at=timezone.now() + dt.timedelta(minutes=1))
    assert not Case.objects.filter(student=world.luo).exists()


def test_a_closed_file_opens_its_next_episode(world: World) -> None:
    case = world.add_case("gu")
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now(), outcome="solved")
    again = world.add_case("gu", at=timezone.now())
    assert (again.pk != case.pk, again.episode) == (True, 2)
    case.refresh_from_db()
    for refused in (
        lambda: raise_level(actor=None, case=case, level=level("RED"), reason="x"),
        lambda: assign_owner(actor=None, case=case, owner=world.zhou),
        lambda: seat_person(actor=None, case=case, person=world.nobody, duty="x"),
    ):
        with pytest.raises(DomainError):
            refused()


def test_a_level_is_raised_at_once_and_never_lowered_by_one_side(world: World) -> None:
    case = world.add_case("gu", level="YELLOW")
    raise_level(actor=world.zhou, case=case, level=level("RED"), reason="失联半天")
    case.refresh_from_db()
    assert case.level_id == "RED"
    assert LedgerEntry.objects.get().level_id == "RED"
    for code in ("RED", "ORANGE", "BLUE"):
        with pytest.raises(DomainError):
            raise_level(actor=world.jiang, case=case, level=level(code), reason="好转")


def test_an_assignment_on_an_outdated_screen_is_refused(world: World) -> None:
    case = world.add_case("gu")
    assign_owner(actor=world.jiang, case=case, owner=world.zhou, version=case.version)
    with pytest.raises(StaleError):
        assign_owner(actor=world.he, case=case, owner=world.shen, version=case.version)
    assert Case.objects.get().owner == world.zhou


def test_a_seat_is_given_once_and_ends_with_its_last_day(world: World) -> None:
    case = world.add_case("gu")
    seat = seat_person(actor=None, case=case, person=world.nobody, duty="学业帮扶")
    assert seat_person(actor=None, case=case, person=world.nobody, duty="其他") == seat
    Seat.objects.filter(pk=seat.pk).update(ends_on=timezone.localdate())
    assert Student.objects.restrict(world.nobody, "see_card").exists()
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        assert not Student.objects.restrict(world.nobody, "see_card").exists()


def test_a_closed_case_takes_the_sight_of_its_seats_away(world: World) -> None:
    case = world.add_case("gu")
    seat_person(actor=None, case=case, person=world.nobody, duty="学业帮扶")
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now(), outcome="solved")
    assert not Student.objects.restrict(world.nobody, "see_card").exists()


@pytest.mark.django_db(transaction=True)
def test_two_reports_at_once_make_one_case_with_both_entries() -> None:
    world = build_world()

    def report(category: str, student: str) -> Case:
        return open_case(
            actor=None, student=world.students[student],
            category=CaseCategory.objects.get(pk=category), level=level("YELLOW"),
            reason="同时上报", source=Source.ADVISER,
        )  # fmt: skip

    done = at_once(
        lambda: report("ACADEMIC", "gu"),
        lambda: report("ECONOMIC", "gu"),
        lambda: report("ACADEMIC", "luo"),
    )
    assert not [one for one in done if isinstance(one, Exception)], done
    assert Case.objects.filter(student=world.gu.pk).count() == 1
    assert LedgerEntry.objects.filter(case__student=world.gu.pk).count() == 2
    assert len(set(Case.objects.values_list("number", flat=True))) == 2
    assert AuditEntry.objects.filter(action="open_case").count() == 3
    assert not FollowUp.objects.exists()
