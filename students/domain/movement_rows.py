"""The rows of orders, and bringing cards up to those whose day has come."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q
from django.utils import timezone

from cohorts.models import Major
from portal.core.models import User
from portal.core.scope import forget_reach
from students.domain.movement_checks import Order
from students.domain.placements import lock_students
from students.enums import MovementKind
from students.models import Movement, Placement, Student


def places_of(students: Collection[int]) -> dict[tuple[int, str], int]:
    rows = Placement.objects.filter(student_id__in=students, until=None)
    return {
        (pk, tree): unit for pk, tree, unit in rows.values_list("student_id", "tree", "unit_id")
    }


def new_row(
    actor: User | None,
    student: Student,
    kind: MovementKind,
    order: Order,
    *,
    places: Mapping[str, Sequence[int | None]],
    status: tuple[str, str] = ("", ""),
    entry_year: int | None = None,
    major: Major | None = None,
    expected_on: dt.date | None = None,
) -> Movement:
    return Movement(
        student_id=student.pk, kind=kind, on=order.on, reason=order.reason.strip(),
        order_no=order.order_no.strip(), places=dict(places), status_before=status[0],
        status_after=status[1], entry_year=entry_year, major=major, expected_on=expected_on,
        made_by=actor,
    )  # fmt: skip


def save_rows(made: list[Movement]) -> list[Movement]:
    Movement.objects.bulk_create(made, batch_size=1_000)
    apply_due([one.student_id for one in made])
    forget_reach()
    return made


def apply_due(student_ids: Collection[int] | None = None) -> int:
    """Put new entry years and majors on the cards whose day has come; for all when None."""
    due = Movement.objects.filter(applied_at=None, withdrawn_at=None, on__lte=timezone.localdate())
    if student_ids is not None:
        due = due.filter(student_id__in=student_ids)
    rows = list(due.filter(~Q(entry_year=None) | ~Q(major=None)).order_by("on", "pk"))
    students = lock_students({row.student_id for row in rows})
    for row in rows:
        one = students[row.student_id]
        one.entry_year = row.entry_year or one.entry_year
        one.major_id = row.major_id or one.major_id
        one.version += 1
    Student.objects.bulk_update(students.values(), ["entry_year", "major", "version"], 1_000)
    due.update(applied_at=timezone.now())
    return len(rows)
