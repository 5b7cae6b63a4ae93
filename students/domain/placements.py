"""Moving a student: each move closes one dated placement and opens the next."""

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from cohorts.enums import UnitKind
from cohorts.models import Unit
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.enums import ENROLLED_STATUSES, StudentStatus, Tree
from students.models import Placement, StatusPeriod, Student

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


@transaction.atomic
def place_student(*, actor: User | None, student: Student, unit: Unit, since: dt.date) -> Placement:
    """Place ``student`` in ``unit`` from ``since``; the former placement of that tree ends the
    day before. The same unit again changes nothing. Raises DomainError when ``since`` is not
    after the start of the current placement."""
    Student.objects.select_for_update().get(pk=student.pk)
    tree = tree_of(unit)
    current: Placement | None = Placement.objects.filter(
        student=student, tree=tree, until=None
    ).first()
    if current is not None:
        if current.unit_id == unit.pk:
            return current
        if current.since >= since:
            raise DomainError(
                _("%(name)s has been in %(unit)s since %(since)s: the move must be later.")
                % {"name": student.name, "unit": current.unit.name, "since": current.since}
            )
        current.until = since - dt.timedelta(days=1)
        current.save(update_fields=["until"])
    placed: Placement = Placement.objects.create(student=student, unit=unit, tree=tree, since=since)
    forget_reach()
    audit.record(
        actor=actor,
        action="place_student",
        obj=student,
        unit=unit.code,
        tree=tree.value,
        since=since.isoformat(),
        before=current.unit_id if current else None,
    )
    return placed


@transaction.atomic
def change_status(
    *,
    actor: User | None,
    student: Student,
    status: StudentStatus,
    since: dt.date,
    reason: str = "",
) -> Student:
    """Enter a new enrolment status from ``since``. Leaving for good ends every placement the day
    before, so nobody's reach contains the student any more."""
    student = Student.objects.select_for_update().get(pk=student.pk)
    open_period = StatusPeriod.objects.filter(student=student, until=None).first()
    if open_period is not None:
        if open_period.status == status:
            return student
        if open_period.since >= since:
            raise DomainError(_("The new status must begin after the present one."))
        open_period.until = since - dt.timedelta(days=1)
        open_period.save(update_fields=["until"])
    StatusPeriod.objects.create(student=student, status=status, since=since, reason=reason)
    before, student.status = student.status, status
    student.version += 1
    student.save(update_fields=["status", "version"])
    if status not in ENROLLED_STATUSES:
        Placement.objects.filter(student=student, until=None, since__lt=since).update(
            until=since - dt.timedelta(days=1)
        )
        Placement.objects.filter(student=student, until=None).update(until=F("since"))
    forget_reach()
    audit.record(
        actor=actor, action="change_status", obj=student, before=before, after=status,
        since=since.isoformat(),
    )  # fmt: skip
    return student
