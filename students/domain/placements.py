"""Moving students: each move closes one dated placement and opens the next.

The rules stand here once, for one student and for thousands: ``place_students`` and
``change_statuses`` (statuses.py) work on sets; the roster import follows the same rules in SQL.
"""

import datetime as dt
from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.enums import UnitKind
from cohorts.models import Unit
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.enums import Tree
from students.models import Placement, Student

TREE_OF_KIND = {
    UnitKind.CLASS: Tree.CLASS,
    UnitKind.ACADEMY: Tree.ACADEMY,
    UnitKind.ROOM: Tree.ROOM,
    UnitKind.PARTY: Tree.BRANCH,
}


def tree_of(unit: Unit) -> Tree:
    """The tree in which a unit holds students. A cohort below an academy is of its tree.

    Raises DomainError for units that hold no students directly (colleges, buildings, offices).
    """
    if unit.kind == UnitKind.COHORT:
        parent_kind = unit.parent.kind if unit.parent else ""
        return Tree.ACADEMY if parent_kind == UnitKind.ACADEMY else Tree.CLASS
    try:
        return TREE_OF_KIND[UnitKind(unit.kind)]
    except KeyError:
        raise DomainError(
            _("Students cannot be placed in %(unit)s: choose a class, an academy or a room.")
            % {"unit": unit.name}
        ) from None


def lock_students(ids: Collection[int]) -> dict[int, Student]:
    """Lock the rows in order of their ids. Readers and writers of their records are not held up:
    only other movements of the same students wait."""
    rows = Student.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows}


@transaction.atomic
def place_student(*, actor: User | None, student: Student, unit: Unit, since: dt.date) -> Placement:
    """Place ``student`` in ``unit`` from ``since``; the former placement of that tree ends the
    day before. The same unit again changes nothing; the day on which the present placement began
    corrects that placement. Raises DomainError when another placement of the tree would overlap.
    """
    before = put_placements({student.pk: unit}, since)
    tree = tree_of(unit)
    placed: Placement = Placement.objects.get(student=student, tree=tree, until=None)
    if before != {student.pk: unit.pk}:
        audit.record(
            actor=actor, action="place_student", obj=student, unit=unit.code, tree=tree.value,
            since=since.isoformat(), before=before.get(student.pk),
        )  # fmt: skip
    return placed


@transaction.atomic
def place_students(*, actor: User | None, units: Mapping[int, Unit], since: dt.date) -> int:
    """``place_student`` for many: ``units`` maps the id of a student to the unit. All or nothing;
    returns how many moved."""
    before = put_placements(units, since)
    moved = [pk for pk, unit in units.items() if before.get(pk) != unit.pk]
    if moved:
        audit.record_many(
            actor=actor, action="place_students", model=Student, ids=sorted(moved),
            since=since.isoformat(), units=sorted({units[pk].pk for pk in moved}),
        )  # fmt: skip
    return len(moved)


def put_placements(units: Mapping[int, Unit], since: dt.date) -> dict[int, int | None]:
    """Write the placements without an audit row; returns the unit that each stood in before."""
    students = lock_students(units.keys())
    trees = {unit.pk: tree_of(unit) for unit in set(units.values())}
    wanted = {pk: (unit, trees[unit.pk]) for pk, unit in units.items()}
    asked = set(trees.values())
    rows = Placement.objects.filter(student_id__in=units.keys(), tree__in=asked)
    current = {(p.student_id, p.tree): p for p in rows.filter(until=None).select_related("unit")}
    ended = set(rows.filter(until__gte=since).values_list("student_id", "tree"))
    before: dict[int, int | None] = {}
    ending, correcting, opening = [], [], []
    for pk, (unit, tree) in wanted.items():
        now = current.get((pk, tree))
        before[pk] = now.unit_id if now else None
        if now is not None and now.unit_id == unit.pk:
            continue
        _check_unit(unit, since)
        _check_overlap(students[pk], now, (pk, tree) in ended, since)
        if now is None:
            opening.append(Placement(student_id=pk, unit=unit, tree=tree, since=since))
        elif now.since == since:
            now.unit = unit
            correcting.append(now)
        else:
            ending.append(now.pk)
            opening.append(Placement(student_id=pk, unit=unit, tree=tree, since=since))
    Placement.objects.filter(pk__in=ending).update(until=since - dt.timedelta(days=1))
    Placement.objects.bulk_update(correcting, ["unit"], batch_size=1_000)
    Placement.objects.bulk_create(opening, batch_size=5_000)
    forget_reach()
    return before


def _check_unit(unit: Unit, since: dt.date) -> None:
    if unit.closed_on is not None and unit.closed_on < since:
        raise DomainError(
            _("“%(unit)s” is closed from that day on: choose an open unit.") % {"unit": unit.name}
        )


def _check_overlap(
    student: Student, now: Placement | None, is_ended_later: bool, since: dt.date
) -> None:
    """One student stands in one unit of a tree on any day."""
    if now is not None and now.since > since:
        raise DomainError(
            _("%(name)s has been in %(unit)s since %(since)s: the move must be later.")
            % {"name": student.name, "unit": now.unit.name, "since": now.since}
        )
    if is_ended_later:
        raise DomainError(
            _("%(name)s already stood in a unit of this tree on that day: choose a later day.")
            % {"name": student.name}
        )
