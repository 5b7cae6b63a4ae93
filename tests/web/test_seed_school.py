"""The invented school is consistent, believable, and nobody's."""

import datetime as dt
import random
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Q
from django.utils import timezone

from casework.domain.rhythm import first_action_due, next_contact_due
from casework.models import Case, FollowUp, PlanStep, Seat
from casework.queries.coverage import talk_coverage
from cohorts.domain.reconcile import drift
from cohorts.enums import CHILD_KINDS
from cohorts.models import Academy, Appointment, Cohort, Contract, Term, Unit, University
from partybranch.enums import Change, ChangeState, PartyKind
from partybranch.models import Reorganization
from portal.core.models import User
from portal.web.seed.names import NameMaker
from portal.web.seed.numbers import check_character
from students.models import (
    AidGrant,
    AidRecognition,
    CourseResult,
    FamilyContact,
    HealthNote,
    Placement,
    Student,
)
from tests.web.seeding import shared_by_module

pytestmark = pytest.mark.django_db
# Academies that really exist; the school is invented, so none of them may be in it.
REAL_ACADEMIES = {"彭康", "文治", "宗濂", "仲英", "南洋", "崇实", "励志", "启德", "钱学森", "厚德"}


@pytest.fixture(scope="module", autouse=True)
def school(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    def fill() -> None:
        call_command("seed_school", students=600, seed=7, verbosity=0)

    with shared_by_module(django_db_blocker, fill):
        yield


def test_it_refuses_a_database_that_already_has_a_school() -> None:
    with pytest.raises(CommandError, match="never deletes"):
        call_command("seed_school", students=200, verbosity=0)
    assert Student.objects.count() == 600


def test_every_student_stands_once_in_each_tree() -> None:
    standing = Placement.objects.filter(until=None)
    for tree in ("class", "academy", "room"):
        rows = standing.filter(tree=tree).values("student").annotate(n=Count("id"))
        assert rows.count() == 600
        assert not rows.exclude(n=1).exists()
    wrong = standing.filter(tree="academy").exclude(unit__parent__kind="academy")
    assert not wrong.exists()
    assert not standing.filter(tree="class").exclude(unit__kind="class").exists()
    other_year = standing.filter(tree="academy").exclude(
        unit__cohort__entry_year=F("student__entry_year")
    )
    assert not other_year.exists()


def test_no_room_holds_more_than_its_beds() -> None:
    rows = Placement.objects.filter(until=None, tree="room").values("unit")
    assert not rows.annotate(n=Count("id")).filter(n__gt=4).exists()


def test_units_stand_where_they_may_and_the_tree_is_complete() -> None:
    for unit in Unit.objects.exclude(parent=None).select_related("parent"):
        assert unit.kind in CHILD_KINDS[unit.parent.kind], unit
    top = University.objects.get()
    assert top.below.count() == Unit.objects.count()


def test_grants_follow_the_appointments() -> None:
    assert Appointment.objects.exists()
    assert drift() == (0, 0)


def test_next_contacts_are_due_as_the_rhythm_says() -> None:
    cases = list(Case.objects.filter(closed_at=None).select_related("level"))
    # Some came later, by warnings that the clerk confirmed.
    clerks = set(Appointment.objects.filter(role__code="clerk").values_list("person", flat=True))
    assert sum(case.raised_by_id not in clerks for case in cases) == 24
    for case in cases:
        talks = FollowUp.objects.filter(
            student_id=case.student_id, happened_at__gte=case.reported_at, is_real=True
        )
        last = talks.order_by("-happened_at").first()
        if last is None:
            assert case.last_contact_at is None
            assert case.contact_due_at == first_action_due(case.level, case.reported_at)
        else:
            assert last.case_id == case.pk
            assert case.last_contact_at == last.happened_at
            due = next_contact_due(case.level, last.happened_at, last.next_on)
            assert case.contact_due_at == due
    levels = Case.objects.exclude(entries__level__rank__lt=F("level__rank"))
    assert levels.distinct().count() == Case.objects.count()


def test_nothing_lies_in_the_future_and_facts_are_in_order() -> None:
    now = timezone.now()
    assert not FollowUp.objects.filter(Q(happened_at__gt=now) | Q(recorded_at__gt=now)).exists()
    assert not FollowUp.objects.filter(recorded_at__lt=F("happened_at")).exists()
    facts = ["reported_at", "triaged_at", "opened_at", "planned_at", "help_at", "tracking_at",
             "assessed_at", "closed_at"]  # fmt: skip
    for row in Case.objects.values_list(*facts):
        dated = [fact for fact in row if fact is not None]
        assert all(earlier <= later for earlier, later in pairwise(dated))
        assert dated[-1] <= now
    assert not PlanStep.objects.filter(done_on__gt=timezone.localdate()).exists()


def test_an_adviser_responsible_for_a_case_has_a_seat_in_it() -> None:
    advisers = Appointment.objects.filter(role__code="class_adviser").values("person")
    owned = Case.objects.filter(closed_at=None, owner__in=advisers, planned_at__isnull=False)
    for case in owned:
        assert Seat.objects.filter(case=case, person=case.owner_id, ends_on=None).exists()


def test_no_real_academy_and_no_real_persons_number_is_used() -> None:
    assert not any(
        real in academy.name for academy in Academy.objects.all() for real in REAL_ACADEMIES
    )
    for student in Student.objects.all()[:200]:
        number = student.id_number()
        assert number[:6] == "109900"
        assert number[17] == check_character(number[:17])
        assert number[6:14] == student.born_on.strftime("%Y%m%d")
        assert int(number[16]) % 2 == (student.sex == "1")
        assert student.phone.startswith("19900")


def test_all_have_family_contacts_a_few_health_notes_and_aid_and_numbers_are_nobodys() -> None:
    assert not Student.objects.filter(family=None).exists()
    shares = {
        model: model.objects.values("student").distinct().count() / 600
        for model in (HealthNote, AidRecognition)
    }
    assert all(0.005 < share < 0.15 for share in shares.values()), shares
    # Freshmen are recognised from October on; warnings that a clerk confirmed came later.
    freshmen = max(Student.objects.values_list("entry_year", flat=True))
    poor = Student.objects.filter(
        cases__closed_at=None, cases__entries__category="ECONOMIC", entry_year__lt=freshmen
    )
    assert not poor.filter(recognitions=None).exists()
    for contact in FamilyContact.objects.all()[:20]:
        assert contact.phone().startswith("19900")
    assert all(note.text() for note in HealthNote.objects.all()[:5])
    today = timezone.localdate()
    assert not AidGrant.objects.filter(granted_on__gt=today).exists()
    assert not AidRecognition.objects.filter(decided_on__gt=today).exists()


def test_names_are_of_two_to_four_characters_or_dotted() -> None:
    for name in Student.objects.values_list("name", flat=True):
        assert "\u00b7" in name or 2 <= len(name) <= 4
    assert not Student.objects.filter(Q(pinyin="") | Q(initials="")).exists()
    maker = NameMaker(random.Random(1))
    drawn = [maker.student(is_male=n % 2 == 0) for n in range(3000)]
    assert {len(name) for name in drawn} == {2, 3, 4}
    assert "\u00b7" in maker.dotted(is_male=True)


def test_the_present_term_contains_today_or_is_the_latest_begun() -> None:
    today = timezone.localdate()
    assert not Term.objects.filter(starts_on__gt=today).exists()
    assert Term.objects.count() >= 6
    years = sorted(set(Cohort.objects.values_list("entry_year", flat=True)))
    assert len(years) == 4
    assert today - dt.timedelta(days=370) <= dt.date(years[-1], 9, 7)


def test_a_term_is_talked_through_with_most_students() -> None:
    term = Term.objects.order_by("-starts_on")[1]
    end = timezone.make_aware(
        dt.datetime.combine(term.starts_on + dt.timedelta(weeks=18), dt.time())
    )
    older = Cohort.objects.filter(parent__kind="college").order_by("entry_year").first()
    rate = talk_coverage(older.pk, term, end, timezone.localdate()).rate
    assert 0.5 < rate < 0.85


def test_results_fail_at_different_rates_and_owe_nothing_to_freshmen() -> None:
    first = CourseResult.objects.filter(attempt="first")
    failed = first.filter(passed=False).count() / first.count()
    assert 0.04 < failed < 0.18
    assert CourseResult.objects.filter(attempt="resit", passed=True).exists()
    newest = Student.objects.order_by("-entry_year").first().entry_year
    last = Term.objects.order_by("-starts_on").first()
    assert not CourseResult.objects.filter(term=last).exists()
    if last.pk.endswith("-1"):
        assert not CourseResult.objects.filter(student__entry_year=newest).exists()


def test_every_cohort_has_a_contract_and_some_posts_are_vacant() -> None:
    cohorts = Cohort.objects.filter(parent__kind="college")
    assert Contract.objects.count() == cohorts.count()
    led = Appointment.objects.in_force(timezone.localdate()).filter(role__code="contract_leader")
    assert led.count() == cohorts.count()
    with_tutor = (
        Appointment.objects.filter(role__code="party_tutor", unit__kind="cohort")
        .values("unit")
        .distinct()
    )
    assert 0 < with_tutor.count() < cohorts.count()


def test_an_application_for_a_temporary_branch_waits_for_its_committee() -> None:
    asked = Reorganization.objects.get(kind=Change.BESIDE)
    assert asked.state == ChangeState.SENT
    assert asked.task_until > timezone.localdate()
    one = asked.proposed.get()
    assert one.party_kind == PartyKind.TEMPORARY
    assert asked.committee.approves_for.filter(party_kind=PartyKind.JOINT).exists()
    assert one.name in asked.title
    assert "Request" not in asked.title


def test_history_is_written_again_after_the_load_and_numbers_go_on() -> None:
    event = apps.get_model("casework", "FollowUpEvent")
    talk = FollowUp.objects.order_by("pk").first()
    assert event.objects.count() == FollowUp.objects.count()
    talk.content = "更正：谈话时间为下午，内容不变。"
    talk.save()
    assert event.objects.filter(pgh_obj_id=talk.pk).count() == 2
    known = set(User.objects.values_list("pk", flat=True))
    assert User.objects.create_user(username="later", name="后来").pk not in known
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'")
        assert cursor.fetchone() == (0,)


def test_seeded_staff_cannot_log_in() -> None:
    assert User.objects.exists()
    assert not any(user.has_usable_password() for user in User.objects.all())
