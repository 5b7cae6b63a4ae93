"""The campus of the matrix: for each kind of unit a unit, one beside, one above, one below, and a
student in every position to it; for each role and kind one person for every state of a post.

A student *stands in* a unit when a placement of today names it. ``own scope`` stands in the unit of
the post itself, ``child`` in a unit directly below it, ``parent`` only in the unit above (a
university has none: that student stands nowhere), ``sibling`` in the unit beside it. ``branch only``
stands beside it and in the nearest party branch that the tree allows there.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from casework.enums import Channel, Confidentiality, Source, WriteLevel
from casework.models import Case, FollowUp, LockOut, Seat
from cohorts.domain.reconcile import reconcile
from cohorts.domain.tree import rebuild_tree
from cohorts.enums import DWELLING_KINDS, UnitKind
from cohorts.models import (
    Academy,
    Appointment,
    Building,
    Cohort,
    College,
    Group,
    Letter,
    LinkKind,
    Office,
    Role,
    Room,
    SchoolClass,
    Unit,
    University,
)
from partybranch.enums import PartyKind
from partybranch.models import PartyOrganization
from portal.core.models import User
from students.enums import StudentStatus, Tree
from students.models import Placement, Student, StudentLink
from tests.permissions.positions_files import hang

DAY = dt.timedelta(days=1)
# The student asked about, and the person who asks, for each position.
POSITIONS = {
    "own scope": ("now", "own"),
    "sibling": ("now", "sibling"),
    "parent": ("now", "parent"),
    "child": ("now", "child"),
    "moved in": ("now", "moved in"),
    "moved out": ("now", "moved out"),
    "graduated": ("now", "graduated"),
    "branch only": ("now", "branch"),
    "seat only": ("seat", "own"),
    "tutor link only": ("link", "own"),
    "expired yesterday": ("expired", "own"),
    "starts tomorrow": ("later", "own"),
    "ends today": ("last day", "own"),
    "frozen account": ("frozen", "own"),
    "locked out": ("locked", "own"),
    "last team": ("team", "own"),
}
STATES = tuple(dict.fromkeys(state for state, _place in POSITIONS.values()))
# key, kind, key of the unit above
_UNITS: list[tuple[str, type[Unit], str]] = [
    ("U", University, ""), ("U2", University, ""), ("PU", PartyOrganization, "U"),
    ("C", College, "U"), ("C2", College, "U"), ("A", Academy, "U"), ("A2", Academy, "U"),
    ("O", Office, "U"), ("O2", Office, "U"), ("O1", Office, "O"),
    ("K", Cohort, "C"), ("K2", Cohort, "C"), ("AK", Cohort, "A"),
    ("S", SchoolClass, "K"), ("S2", SchoolClass, "K"), ("G", Group, "S"),
    ("B", Building, "A"), ("B2", Building, "A"), ("R", Room, "B"),
    ("P", PartyOrganization, "C"), ("P2", PartyOrganization, "C"), ("P1", PartyOrganization, "P"),
    ("PA", PartyOrganization, "A"),
]  # fmt: skip
# kind of the post's unit: the unit, beside it, above, below, the nearest branch
FRAMES: dict[str, tuple[str, str, str, str, str]] = {
    UnitKind.UNIVERSITY: ("U", "U2", "", "C", "PU"),
    UnitKind.COLLEGE: ("C", "C2", "U", "K", "P"),
    UnitKind.ACADEMY: ("A", "A2", "U", "AK", "PA"),
    UnitKind.OFFICE: ("O", "O2", "U", "O1", "PU"),
    UnitKind.COHORT: ("K", "K2", "C", "S", "P"),
    UnitKind.CLASS: ("S", "S2", "K", "G", "P"),
    UnitKind.BUILDING: ("B", "B2", "A", "R", "PA"),
    UnitKind.PARTY: ("P", "P2", "C", "P1", "P1"),
}
# Further kinds of unit of a role; each role stands on the first kind of its own in any case.
MORE_KINDS = {
    "deputy_secretary": (UnitKind.ACADEMY,), "party_tutor": (UnitKind.PARTY,),
    "counsellor": (UnitKind.COHORT, UnitKind.BUILDING),
}  # fmt: skip
STUDENT = "student"  # the pseudo role: an account that stands on its own record


@dataclass
class Positions:
    """``units[kind, place]``, ``students[kind, place]`` and what hangs on them, ``people[role,
    kind, state]``."""

    units: dict[tuple[str, str], Unit] = field(default_factory=dict)
    students: dict[tuple[str, str], Student] = field(default_factory=dict)
    cases: dict[tuple[str, str], Case] = field(default_factory=dict)
    talks: dict[tuple[str, str], FollowUp] = field(default_factory=dict)
    notes: dict[tuple[str, str], FollowUp] = field(default_factory=dict)
    posts: dict[tuple[str, str], Appointment] = field(default_factory=dict)
    letters: dict[tuple[str, str], Letter] = field(default_factory=dict)
    people: dict[tuple[str, str, str], User] = field(default_factory=dict)
    held: list[tuple[str, str]] = field(default_factory=list)
    # Filled by positions_files: by (kind, place) as well.
    closed: dict[tuple[str, str], Case] = field(default_factory=dict)
    closed_notes: dict[tuple[str, str], FollowUp] = field(default_factory=dict)
    keys: dict[tuple[str, str], Any] = field(default_factory=dict)
    moves: dict[tuple[str, str], Any] = field(default_factory=dict)
    steps: dict[tuple[str, str], Any] = field(default_factory=dict)
    sealed_files: dict[tuple[str, str], Any] = field(default_factory=dict)
    sealed_notes: dict[tuple[str, str], Any] = field(default_factory=dict)
    screenings: dict[tuple[str, str], Any] = field(default_factory=dict)
    hours: dict[tuple[str, str], Any] = field(default_factory=dict)
    problems: dict[tuple[str, str], Any] = field(default_factory=dict)
    requests: dict[tuple[str, str], Any] = field(default_factory=dict)
    protected: dict[tuple[str, str], Any] = field(default_factory=dict)
    tasks: dict[tuple[str, str], Any] = field(default_factory=dict)
    life_events: dict[tuple[str, str], Any] = field(default_factory=dict)
    joint_events: dict[tuple[str, str], Any] = field(default_factory=dict)
    rates: dict[tuple[str, str], Any] = field(default_factory=dict)
    elections: dict[tuple[str, str], Any] = field(default_factory=dict)
    nominations: dict[tuple[str, str], Any] = field(default_factory=dict)
    payments: dict[tuple[str, str], Any] = field(default_factory=dict)
    changes: dict[tuple[str, str], Any] = field(default_factory=dict)
    party_links: dict[tuple[str, str], Any] = field(default_factory=dict)
    link_rounds: dict[tuple[str, str], Any] = field(default_factory=dict)
    photos: dict[tuple[str, str], Any] = field(default_factory=dict)
    crises: dict[tuple[str, str], Any] = field(default_factory=dict)
    exports: dict[tuple[str, str], Any] = field(default_factory=dict)


def build() -> Positions:
    """Everything by bulk writes; the grants by the portal's own ``reconcile``."""
    campus = Positions()
    roles = {role.code: role for role in Role.objects.all()}
    for role in roles.values():
        kinds = dict.fromkeys((role.unit_kinds[0], *MORE_KINDS.get(role.code, ())))
        campus.held += [(role.code, str(kind)) for kind in kinds]
    by_key = _units(campus)
    _students(campus, by_key)
    writer = _files(campus)
    _posts_and_letters(campus, roles)
    hang(campus, writer)
    _people(campus, roles)
    _accounts(campus)
    return campus


def _units(campus: Positions) -> dict[str, Unit]:
    made: dict[str, Unit] = {}
    for key, model, above in _UNITS:
        extra: dict[str, object] = {"entry_year": 2023} if model is Cohort else {}
        if model is PartyOrganization:
            extra = {"party_kind": PartyKind.values[-1]}
        made[key] = model(
            name=f"单位{key}", code=f"M-{key}", opened_on=dt.date(2023, 9, 1),
            parent=made[above] if above else None, **extra,
        )  # fmt: skip
        made[key].save()
    rebuild_tree()
    for kind, keys in FRAMES.items():
        for place, key in zip(("own", "sibling", "parent", "child"), keys, strict=False):
            if key:
                campus.units[str(kind), place] = made[key]
    return made


def _students(campus: Positions, units: dict[str, Unit]) -> None:
    today, began = timezone.localdate(), timezone.localdate() - 300 * DAY
    stays = []
    for number, (kind, (own, beside, above, below, branch)) in enumerate(FRAMES.items()):
        # place: [(unit, first day, last day)]
        for order, (place, stood) in enumerate({
            "own": [(own, began, None)],
            "sibling": [(beside, began, None)],
            "parent": [(above, began, None)] if above else [],
            "child": [(below, began, None)],
            "moved in": [(beside, began, today - DAY), (own, today, None)],
            "moved out": [(own, began, today - DAY), (beside, today, None)],
            "graduated": [(own, began, today - DAY)],
            # A party organisation's neighbour is one itself: nobody stands in two of them.
            "branch": [(branch, began, None)] + ([] if kind == UnitKind.PARTY else [(beside, began, None)]),
        }.items()):  # fmt: skip
            status = StudentStatus.GRADUATED if place == "graduated" else StudentStatus.ENROLLED
            student = Student(
                student_no=f"88{number:02}{order:04}", name=f"位{number}{order}", entry_year=2023,
                pinyin=f"wei{number}{order}", initials=f"w{number}{order}", status=status,
                phone="13800000000",
            )  # fmt: skip
            campus.students[str(kind), place] = student
            stays += [(student, units[key], since, until) for key, since, until in stood]
    Student.objects.bulk_create(campus.students.values())
    Placement.objects.bulk_create(
        Placement(student=student, unit=unit, tree=_tree(unit), since=since, until=until)
        for student, unit, since, until in stays
    )


def _tree(unit: Unit) -> Tree:
    if unit.kind == UnitKind.PARTY:
        return Tree.BRANCH
    return Tree.ROOM if unit.kind in DWELLING_KINDS else Tree.CLASS


def _files(campus: Positions) -> User:
    """An open case of each student, with a general talk and a note of the task force on it."""
    now = timezone.now()
    writer = User.objects.create(username="m-writer", name="执笔人")
    for number, (key, student) in enumerate(campus.students.items()):
        campus.cases[key] = Case(
            student=student, number=f"M-{number:03}", level_id="YELLOW", source=Source.COUNSELLOR,
            reason="学业困难", reported_at=now - 9 * DAY,
        )  # fmt: skip
    Case.objects.bulk_create(campus.cases.values())
    for level, shelf in (
        (Confidentiality.GENERAL, campus.talks),
        (Confidentiality.RESTRICTED, campus.notes),
    ):
        for key, case in campus.cases.items():
            shelf[key] = FollowUp(
                student=case.student, case=case, author=writer, happened_at=now - DAY,
                channel=Channel.FACE, content="谈近况与安排", confidentiality=level,
            )  # fmt: skip
        FollowUp.objects.bulk_create(shelf.values())
    return writer


def _posts_and_letters(campus: Positions, roles: dict[str, Role]) -> None:
    """A post that somebody else holds on every unit, with its letter: things to be seen."""
    holder = User.objects.create(username="m-holder", name="任职人")
    began = timezone.localdate() - 300 * DAY
    places = {unit.pk: unit for unit in campus.units.values()}
    made = {
        pk: Appointment(person=holder, role=roles["teacher"], unit=unit, starts_on=began)
        for pk, unit in places.items()
    }
    Appointment.objects.bulk_create(made.values())
    letters = {
        pk: Letter(
            year=2023, number=900 + number, post=post, person_name="任职人", role_name="教师",
            issuer_name="单位U", starts_on=began, issued_on=began,
        )
        for number, (pk, post) in enumerate(made.items())
    }  # fmt: skip
    Letter.objects.bulk_create(letters.values())
    for key, unit in campus.units.items():
        campus.posts[key], campus.letters[key] = made[unit.pk], letters[unit.pk]


def _people(campus: Positions, roles: dict[str, Role]) -> None:
    today, now = timezone.localdate(), timezone.now()
    for code, kind in campus.held:
        for number, state in enumerate(STATES):
            campus.people[code, kind, state] = User(
                username=f"m-{code[:12]}-{kind[:4]}-{number}", name=f"{code} {state}",
                is_active=state != "frozen",
            )  # fmt: skip
    User.objects.bulk_create(campus.people.values())
    began = today - 300 * DAY
    dates = {
        "expired": (began, today - DAY),
        "later": (today + DAY, None),
        "last day": (began, today),
    }
    rows: dict[type, list[object]] = {Appointment: [], Seat: [], StudentLink: [], LockOut: []}
    tutor = LinkKind.objects.get(code="tutor")
    for (code, kind, state), person in campus.people.items():
        # Whoever comes by a seat or a link holds the same role, but beside the student.
        place = "sibling" if state in ("seat", "link") else "own"
        first, last = dates.get(state, (began, None))
        rows[Appointment].append(
            Appointment(person=person, role=roles[code], unit=campus.units[kind, place],
                        starts_on=first, ends_on=last)
        )  # fmt: skip
        case = campus.cases[kind, "own"]
        if state == "seat":
            rows[Seat].append(Seat(case=case, person=person, duty="联系", starts_on=began,
                                   write_level=WriteLevel.WRITE))  # fmt: skip
        elif state == "link":
            rows[StudentLink].append(StudentLink(kind=tutor, person=person, starts_on=began,
                                                 student=campus.students[kind, "own"]))  # fmt: skip
        elif state == "team":
            closed = campus.closed[kind, "own"]
            rows[Seat].append(Seat(case=closed, person=person, duty="联系", starts_on=began,
                                   ends_on=timezone.localdate(closed.closed_at)))  # fmt: skip
        elif state == "locked":
            for kept in (case, campus.closed[kind, "own"]):
                rows[LockOut].append(
                    LockOut(case=kept, person=person, reason="回避", starts_at=now)
                )
    for model, made in rows.items():
        model._default_manager.bulk_create(made)  # type: ignore[attr-defined]
    reconcile([person.pk for person in campus.people.values()])


def _accounts(campus: Positions) -> None:
    """Students' own accounts: in force, ended yesterday, ending today, frozen, one who graduated."""
    today, kind = timezone.localdate(), str(UnitKind.CLASS)
    for state, place, extra in (
        ("now", "own", {}), ("expired", "child", {"expires_on": today - DAY}),
        ("last day", "moved in", {"expires_on": today}), ("frozen", "moved out", {"is_active": False}),
        ("graduated", "graduated", {}),
    ):  # fmt: skip
        student = campus.students[kind, place]
        person = User.objects.create(username=student.student_no, name=student.name, **extra)
        Student.objects.filter(pk=student.pk).update(user=person)
        campus.people[STUDENT, kind, state] = person
