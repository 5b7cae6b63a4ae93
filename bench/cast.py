"""Accounts of stated reach in a seeded school, with sessions. Written once per database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from bench import waiting
from casework.enums import Channel
from casework.models import Case, FollowUp, Seat
from cohorts.domain.appointments import appoint, end_appointment
from cohorts.domain.tree import move_unit
from cohorts.enums import UnitKind
from cohorts.models import Appointment, LinkKind, Role, Unit
from partybranch.enums import BRANCHES, RELATION_HOLDING, PartyKind
from partybranch.models import PartyOrganization
from portal.core.models import User
from students.enums import Tree
from students.models import Placement, Student, StudentLink

SINCE = dt.date(2024, 9, 1)
NOTE = "谈到本周的学习安排和宿舍生活，约定下周再见面。"


def build(counsellor_reach: int, cohort_size: int, rows: Sequence[int]) -> dict[str, Any]:
    """Make the accounts unless they exist, open new sessions, and return the facts."""
    is_new = not User.objects.filter(username="bench_counsellor").exists()
    if is_new:
        _make(counsellor_reach, cohort_size, rows)
    people = {
        "counsellor": User.objects.get(username="bench_counsellor"),
        "leader": User.objects.get(username="bench_leader"),
        "school": User.objects.get(username="bench_school"),
        "schoolleader": User.objects.get(username="bench_schoolleader"),
        "party": User.objects.get(username="bench_party"),
        "allbranches": User.objects.get(username="bench_allbranches"),
    }
    people["desk"] = waiting.fill(people["leader"])
    for n in rows:
        people[f"rows{n}"] = User.objects.get(username=f"bench_rows{n}")
    site = _facts(people["counsellor"])
    site["is_new"] = is_new
    branch = _branches_of(people["party"]).filter(party_kind__in=RELATION_HOLDING)[0]
    site["branch_id"] = branch.pk
    site["file_id"] = branch.developments.filter(ended_on=None).order_by("-reached", "pk")[0].pk
    site["as"] = {f"rows{n}": _facts(people[f"rows{n}"]) for n in rows}
    site["reach"] = {
        key: Student.objects.restrict(user, "see_card").count() for key, user in people.items()
    }
    site["sessions"] = {key: open_session(user) for key, user in people.items()}
    return site


def _branches_of(person: User) -> QuerySet[PartyOrganization]:
    rows: QuerySet[PartyOrganization] = PartyOrganization.objects.restrict(person, "see_unit")
    return rows.filter(party_kind__in=BRANCHES, closed_on=None).order_by("pk")


def _cohort() -> Unit:
    return Unit.objects.get(name__endswith="(bench)")


@transaction.atomic
def _make(counsellor_reach: int, cohort_size: int, rows: Sequence[int]) -> None:
    cohort, classes = _gather(cohort_size)
    # One leader at a time, and one without further posts: the reach is the cohort exactly.
    for post in Appointment.objects.in_force(timezone.localdate()).filter(
        role__code="contract_leader", unit=cohort
    ):
        end_appointment(actor=None, post=post)
    leader = _person("bench_leader", "柏承远")
    _appoint(leader, "contract_leader", cohort, since=timezone.localdate())
    counsellor = _person("bench_counsellor", "柏清和")
    reach = 0
    for unit_id, size in classes:
        if reach >= counsellor_reach:
            break
        _appoint(counsellor, "counsellor", Unit.objects.get(pk=unit_id))
        reach += size
    school = _person("bench_school", "柏明远")
    for college in Unit.objects.filter(kind=UnitKind.COLLEGE):
        _appoint(school, "deputy_secretary", college)
    _appoint(
        _person("bench_schoolleader", "柏正言"),
        "school_leader",
        Unit.objects.get(kind=UnitKind.UNIVERSITY),
    )
    committee = PartyOrganization.objects.filter(party_kind=PartyKind.COMMITTEE)
    # A committee of a college as it mostly is: as many branches as half of the others have.
    college = (
        committee.filter(children__partyorganization__party_kind__in=RELATION_HOLDING)
        .annotate(n=Count("children")).order_by("n", "pk")
    )  # fmt: skip
    _appoint(_person("bench_party", "柏守正"), "committee_member", college[college.count() // 2])
    everywhere = _person("bench_allbranches", "柏秉直")
    for one in committee:
        _appoint(everywhere, "committee_member", one)
    _own_cases(counsellor)
    _few_rows(rows, counsellor)


def _gather(size: int) -> tuple[Unit, list[tuple[int, int]]]:
    """One college cohort, filled with further classes until it holds `size` students.

    Returns it with (class id, students) of its classes.
    """
    here = Placement.objects.filter(tree=Tree.CLASS, until=None, unit__kind=UnitKind.CLASS)
    sizes = dict(here.values_list("unit_id").annotate(n=Count("id")).order_by("unit_id"))
    cohort = (
        Unit.objects.filter(
            kind=UnitKind.COHORT,
            parent__kind=UnitKind.COLLEGE,
            appointments__role__code="contract_leader",
            children__pk__in=sizes,
        )
        .order_by("cohort__entry_year", "pk")
        .first()
    )
    assert cohort is not None, "no college cohort with classes and a contracting leader"
    cohort.name = f"{cohort.name}(bench)"
    cohort.save(update_fields=["name"])
    own = set(cohort.children.values_list("pk", flat=True))
    total = 0
    held = []
    # Own classes first, then others of the same college, then any.
    order = sorted(
        Unit.objects.filter(pk__in=sizes).select_related("parent"),
        key=lambda u: (u.pk not in own, u.parent.parent_id != cohort.parent_id, u.pk),
    )
    for unit in order:
        if total >= size:
            break
        if unit.pk not in own:
            move_unit(actor=None, unit=unit, parent=cohort)
        held.append((unit.pk, sizes[unit.pk]))
        total += sizes[unit.pk]
    return cohort, held


def _person(username: str, name: str) -> User:
    return User.objects.create_user(username=username, name=name)


def _appoint(person: User, role: str, unit: Unit, since: dt.date = SINCE) -> None:
    held = Role.objects.get(code=role)
    appoint(actor=None, person=person, role=held, unit=unit, starts_on=since)


def _own_cases(counsellor: User) -> None:
    """The counsellor is responsible for the open cases of the own students."""
    mine = Student.objects.restrict(counsellor, "see_card").values("pk")
    Case.objects.filter(closed_at=None, student_id__in=mine).update(owner=counsellor)


def _few_rows(rows: Sequence[int], author: User) -> None:
    """Accounts that reach 1, 3 and 50 students with open cases; the first of each student has
    as many follow-ups."""
    cases = list(Case.objects.filter(closed_at=None).order_by("pk")[: sum(rows)])
    tutor = LinkKind.objects.get(code="tutor")
    for number, n in enumerate(rows):
        person = _person(f"bench_rows{n}", f"柏{'一三五'[number]}")
        mine, cases = cases[:n], cases[n:]
        StudentLink.objects.bulk_create(
            StudentLink(kind=tutor, person=person, student_id=case.student_id, starts_on=SINCE)
            for case in mine
        )
        Seat.objects.bulk_create(
            Seat(case=case, person=person, duty="导师", starts_on=SINCE) for case in mine
        )
        now = timezone.now()
        FollowUp.objects.bulk_create(
            FollowUp(
                student_id=mine[0].student_id, case=mine[0], author=author,
                happened_at=now - dt.timedelta(hours=turn), channel=Channel.FACE, content=NOTE,
            )
            for turn in range(n)
        )  # fmt: skip


def _facts(user: User) -> dict[str, Any]:
    """What the pages of this person are opened on."""
    cohort = _cohort()
    cases = Case.objects.restrict(user, "see_case").filter(closed_at=None)
    case = cases.select_related("student").order_by("pk").first()
    last = cases.select_related("student").order_by("pk").last()
    student = case.student if case else Student.objects.restrict(user, "see_card").first()
    contract = cohort.contracts.first()
    return {
        "student_id": student.pk,
        "student_no": student.student_no,
        # Records of the bench itself go to another case than the one whose page is measured.
        "logged_no": last.student.student_no if last else student.student_no,
        "case_id": case.pk if case else None,
        "cohort_id": cohort.pk,
        "contract_id": contract.pk if contract else None,
        "university_id": Unit.objects.get(kind=UnitKind.UNIVERSITY).pk,
        "college_id": cohort.parent_id,
    }


def open_session(user: User) -> str:
    """A session row as log-in writes it; returns its key."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    key: str = store.session_key
    return key
