"""Orders that move students: transfer, allocation of majors, leave, return, graduation.

Each is dated (also ahead), has a reason and an order number, is checked again inside the
transaction, and leaves the placements and the status to the functions that own their rules.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.enums import UnitKind
from cohorts.models import Major, Unit
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from students.domain.movement_checks import (
    Order,
    check_nothing_planned,
    check_order,
    check_rights,
    check_rooms,
    year_of,
)
from students.domain.movement_rows import new_row, places_of, save_rows
from students.domain.placements import lock_students, put_placements, tree_of
from students.domain.statuses import put_statuses
from students.enums import ENROLLED_STATUSES, MovementKind, StudentStatus, Tree
from students.models import Movement, Placement, Student

_DAY = dt.timedelta(days=1)
_AWAY = (StudentStatus.ON_LEAVE, StudentStatus.SUSPENDED, StudentStatus.KEPT_ADMISSION)


@dataclass(frozen=True)
class Goal:
    """Where one student goes: units of different trees, and a new major."""

    units: tuple[Unit, ...] = ()
    major: Major | None = None


@transaction.atomic
def transfer(
    *,
    actor: User | None,
    student: Student,
    units: Sequence[Unit],
    order: Order,
    major: Major | None = None,
) -> Movement:
    """Transfer of class, college, academy or room from ``order.on``.

    From that day the former counsellor and adviser see nothing more. Raises DomainError for a
    student or unit out of the actor's reach, a full room, an overlap, or nothing to change.
    """
    goals = {student.pk: Goal(tuple(units), major)}
    (made,) = _move(actor, goals, order, None)
    audit.record(
        actor=actor, action="transfer_student", obj=student, kind=made.kind, places=made.places,
        on=order.on.isoformat(), order_no=order.order_no,
    )  # fmt: skip
    return made


@transaction.atomic
def allocate_majors(
    *, actor: User | None, goals: Mapping[int, Goal], order: Order
) -> list[Movement]:
    """Split of majors (大类分流) for many: id of the student → class and major. All or nothing."""
    made = _move(actor, goals, order, MovementKind.SPLIT)
    audit.record_many(
        actor=actor, action="allocate_majors", model=Student, ids=sorted(goals),
        on=order.on.isoformat(), order_no=order.order_no,
    )  # fmt: skip
    return made


def _move(
    actor: User | None, goals: Mapping[int, Goal], order: Order, kind: MovementKind | None
) -> list[Movement]:
    students = lock_students(goals.keys())
    units = {unit.pk: unit for goal in goals.values() for unit in goal.units}
    check_rights(actor, students, units.values())
    kinds = {pk: kind or _kind_of(students[pk], goal) for pk, goal in goals.items()}
    for one in set(kinds.values()):
        check_order(order, one)
    before = places_of(students)
    made = []
    for pk, goal in goals.items():
        year = next((y for u in goal.units if (y := year_of(u))), None)
        places = {
            tree_of(unit).value: [before.get((pk, tree_of(unit).value)), unit.pk]
            for unit in goal.units
            if before.get((pk, tree_of(unit).value)) != unit.pk
        }
        if len({tree_of(unit) for unit in goal.units}) < len(goal.units):
            raise DomainError(_("Choose one unit of each kind: one class, one academy, one room."))
        major = goal.major if goal.major and goal.major.pk != students[pk].major_id else None
        if not places and major is None:
            raise DomainError(
                _("%(name)s stands there already: nothing would change.")
                % {"name": students[pk].name}
            )
        made.append(
            new_row(
                actor, students[pk], kinds[pk], order, places=places, major=major,
                entry_year=year if year != students[pk].entry_year else None,
            )
        )  # fmt: skip
    for tree in Tree:
        wanted = {
            pk: unit for pk, goal in goals.items() for unit in goal.units if tree_of(unit) == tree
        }
        if wanted:
            put_placements(wanted, order.on)
    check_rooms([unit for unit in units.values() if unit.kind == UnitKind.ROOM], order.on)
    return save_rows(made)


def _kind_of(student: Student, goal: Goal) -> MovementKind:
    """What to call the order, by the farthest of its units."""
    trees = {tree_of(unit): unit for unit in goal.units}
    unit = trees.get(Tree.CLASS)
    if unit is not None:
        year = year_of(unit)
        if year is not None and year > student.entry_year:
            return MovementKind.LOWER
        now = Placement.objects.filter(student=student, tree=Tree.CLASS, until=None).first()
        if now is not None and _college_of(now.unit_id) != _college_of(unit.pk):
            return MovementKind.COLLEGE
        return MovementKind.CLASS
    if Tree.ACADEMY in trees:
        return MovementKind.ACADEMY
    return MovementKind.ROOM if Tree.ROOM in trees else MovementKind.CLASS


def _college_of(unit_id: int) -> int | None:
    above = Unit.objects.filter(kind=UnitKind.COLLEGE, below__descendant_id=unit_id)
    pk: int | None = above.order_by("below__depth").values_list("pk", flat=True).first()
    return pk


@transaction.atomic
def take_leave(
    *,
    actor: User | None,
    student: Student,
    order: Order,
    expected_on: dt.date | None = None,
    keep_room: bool = False,
) -> Movement:
    """Leave of absence (休学): class and academy stay, the bed is given up unless kept."""
    students = lock_students([student.pk])
    check_rights(actor, students, [])
    check_order(order, MovementKind.LEAVE)
    check_nothing_planned(students)
    if expected_on is not None and expected_on <= order.on:
        raise DomainError(_("The return lies before the leave. Check the two days."))
    if student.status in _AWAY or student.status not in ENROLLED_STATUSES:
        raise DomainError(_("%(name)s is not studying at present.") % {"name": student.name})
    places: dict[str, list[int | None]] = {}
    if not keep_room:
        here = Placement.objects.filter(student=student, tree=Tree.ROOM, until=None)
        bed = here.first()
        if bed is not None and bed.since > order.on:
            raise DomainError(_("A move to another room is planned: withdraw it first."))
        if bed is not None:
            places[Tree.ROOM.value] = [bed.unit_id, None]
            here.filter(since=order.on).delete()
            here.update(until=order.on - _DAY)
    made = new_row(
        actor, student, MovementKind.LEAVE, order, places=places, expected_on=expected_on,
        status=(student.status, StudentStatus.ON_LEAVE),
    )  # fmt: skip
    put_statuses([student.pk], StudentStatus.ON_LEAVE, order.on, order.reason)
    (made,) = save_rows([made])
    audit.record(
        actor=actor, action="take_leave", obj=student, on=order.on.isoformat(),
        order_no=order.order_no,
    )  # fmt: skip
    return made


@transaction.atomic
def return_to_study(
    *, actor: User | None, student: Student, order: Order, units: Sequence[Unit] = ()
) -> Movement:
    """Return from leave (复学), as a rule into a lower cohort: ``units`` are its class and
    academy cohort. The entry year on the card becomes that of the new class (rulebook 0.1)."""
    students = lock_students([student.pk])
    check_rights(actor, students, units)
    check_order(order, MovementKind.RETURN)
    check_nothing_planned(students)
    status = students[student.pk].status
    if status not in _AWAY:
        raise DomainError(_("%(name)s is not on leave.") % {"name": student.name})
    before = places_of(students)
    places = {
        tree_of(unit).value: [before.get((student.pk, tree_of(unit).value)), unit.pk]
        for unit in units
    }
    year = next((y for u in units if (y := year_of(u))), None)
    made = new_row(
        actor, student, MovementKind.RETURN, order, places=places,
        status=(status, StudentStatus.RETURNED),
        entry_year=year if year != student.entry_year else None,
    )  # fmt: skip
    for unit in units:
        put_placements({student.pk: unit}, order.on)
    check_rooms([unit for unit in units if unit.kind == UnitKind.ROOM], order.on)
    put_statuses([student.pk], StudentStatus.RETURNED, order.on, order.reason)
    (made,) = save_rows([made])
    audit.record(
        actor=actor, action="return_to_study", obj=student, places=made.places,
        on=order.on.isoformat(), order_no=order.order_no,
    )  # fmt: skip
    return made


@transaction.atomic
def leave_university(
    *,
    actor: User | None,
    student_ids: Collection[int],
    order: Order,
    status: StudentStatus = StudentStatus.GRADUATED,
) -> int:
    """Graduation and every other leaving, for many: from ``order.on`` they stand nowhere, links
    end and accounts open nothing. All or nothing; returns how many."""
    if status in ENROLLED_STATUSES:
        raise DomainError(_("With this status the student stays: choose how the student leaves."))
    finished = (StudentStatus.GRADUATED, StudentStatus.COMPLETED)
    kind = MovementKind.GRADUATION if status in finished else MovementKind.LEFT
    students = lock_students(student_ids)
    check_rights(actor, students, [])
    check_order(order, kind)
    check_nothing_planned(students)
    gone = [one.name for one in students.values() if one.status not in ENROLLED_STATUSES]
    if gone:
        raise DomainError(
            _("Not enrolled any more: %(list)s. Take them off the list.")
            % {"list": "、".join(gone[:5])}
        )
    before = places_of(students)
    made = [
        new_row(
            actor, one, kind, order, status=(one.status, status),
            places={tree: [unit, None] for (who, tree), unit in before.items() if who == pk},
        )
        for pk, one in students.items()
    ]  # fmt: skip
    put_statuses(list(students), status, order.on, order.reason)
    save_rows(made)
    audit.record_many(
        actor=actor, action="leave_university", model=Student, ids=sorted(students),
        status=status, on=order.on.isoformat(), order_no=order.order_no,
    )  # fmt: skip
    return len(made)
