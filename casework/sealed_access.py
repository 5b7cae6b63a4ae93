"""Routes to sealed psychological records (design 5.7; rulebook 8.3, row "Psychology text").

- ``clear_psychological`` through a post: every student in whose unit, or below whose unit, the post
  stands. A post in an office serves the unit to which the office belongs: the counselling centre of
  a university all its students. The route opens the sealed area and nothing else: no card, no
  case, no talk of others.
- the writer, for the own notes only, while a post still carries ``log_sealed`` for the student.
- broken glass of a red case: the notes of that case, for hours.
- the student: own bookings and own advice.

Rank opens nothing here and there is no branch for superusers. A lock-out of any case of a student
shuts the person out of the student's whole sealed file.
"""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.access import glass_reasons, glassed_case_ids
from casework.models import (
    Booking,
    Case,
    Certificate,
    Screening,
    ScreeningRound,
    SealedFile,
    SealedNote,
    Slot,
    Supervision,
)
from casework.ties import shut_case_ids
from cohorts.access import granted_unit_ids
from cohorts.enums import UnitKind
from cohorts.post_reasons import post_reasons
from portal.core.access import (
    Action,
    Denial,
    Reason,
    Route,
    reached_keys,
    reaches_any,
    reaches_one,
    reasons,
    register_actions,
    register_denial,
    register_route,
)
from portal.core.models import User
from portal.core.rows import array_of, fetch
from portal.core.scope import remembered
from students.access import own_student_id, standing, unit_ids_of
from students.models import Placement, Student

CLEARED = "clear_psychological"

register_actions(
    Action("log_sealed", gettext_lazy("write sealed notes of one's own"),
           gettext_lazy("Write to the psychological file of a student; only the own notes are "
                        "read again, level and advice apart."), sensitive=True),
)  # fmt: skip

_SERVED = """
    SELECT DISTINCT t.descendant_id
      FROM cohorts_unit office
      JOIN cohorts_unittree t ON t.ancestor_id = office.parent_id
     WHERE office.id = ANY(%s::bigint[]) AND office.kind = %s AND office.closed_on IS NULL
       AND NOT t.is_inner
     ORDER BY t.descendant_id
"""


def served_unit_ids(user: User, action: str) -> list[int]:
    """Units whose students the offices serve in which ``user`` is cleared; empty for all others."""
    if action != CLEARED:
        return []
    held = granted_unit_ids(user, action)
    if not held:
        return []
    named = ("served", user.pk, tuple(held), timezone.localdate())
    rows = remembered(named, lambda: fetch(_SERVED, [array_of(held), UnitKind.OFFICE]))
    return [pk for (pk,) in rows]


def _served_students(user: User, action: str) -> QuerySet[Any] | None:
    units = served_unit_ids(user, action)
    if not units:
        return None
    here = Placement.objects.filter(standing(timezone.localdate()), unit_id__any=units)
    rows: QuerySet[Any] = here.values("student_id")
    return rows


def _served_reasons(user: User, action: str, student: Student) -> list[Reason]:
    if set(unit_ids_of(student.pk)).isdisjoint(served_unit_ids(user, action)):
        return []
    return post_reasons(user, action, granted_unit_ids(user, action))


def is_served(user: User, action: str, student_id: int) -> bool:
    units = served_unit_ids(user, action)
    return bool(units) and not set(unit_ids_of(student_id)).isdisjoint(units)


register_route(
    Student, Route("centre", _served_students, _served_reasons, served_unit_ids, holds=is_served)
)


def _through_student(model: type[Any]) -> Route:
    """Sealed records of the students for whom the person is cleared."""

    def keys(user: User, action: str) -> QuerySet[Any] | None:
        students = reached_keys(Student, user, CLEARED) if action == CLEARED else None
        if students is None:
            return None
        rows: QuerySet[Any] = model.objects.filter(student_id__in=students).values("pk")
        return rows

    def why(user: User, action: str, record: Any) -> list[Reason]:
        return reasons(user, CLEARED, record.student) if action == CLEARED else []

    def within(user: User, action: str, parent: dict[str, Any]) -> dict[str, Any] | None:
        if action != CLEARED or not reaches_one(Student, user, CLEARED, parent["student_id"]):
            return None
        return {}

    return Route("centre", keys, why, within=within)


def _own_notes(user: User, action: str) -> QuerySet[Any] | None:
    mine = reached_keys(Student, user, "log_sealed") if action == CLEARED else None
    if mine is None:
        return None
    rows: QuerySet[Any] = SealedNote.objects.filter(author=user, student_id__in=mine).values("pk")
    return rows


def _own_note_reasons(user: User, action: str, note: SealedNote) -> list[Reason]:
    if action != CLEARED or note.author_id != user.pk:
        return []
    return [Reason("own", _("You wrote it"))] if reasons(user, "log_sealed", note.student) else []


def _glassed_notes(user: User, action: str) -> QuerySet[Any] | None:
    ids = glassed_case_ids(user, action) if action == CLEARED else []
    if not ids:
        return None
    rows: QuerySet[Any] = SealedNote.objects.filter(case_id__in=ids).values("pk")
    return rows


def _glassed_note_reasons(user: User, action: str, note: SealedNote) -> list[Reason]:
    return glass_reasons(user, note.case_id) if action == CLEARED and note.case_id else []


def _own_booking(user: User, action: str) -> QuerySet[Any] | None:
    own = own_student_id(user) if action == "see_own" else None
    if own is None:
        return None
    rows: QuerySet[Any] = Booking.objects.filter(student_id=own).values("pk")
    return rows


def _own_booking_reasons(user: User, action: str, booking: Booking) -> list[Reason]:
    if action != "see_own" or own_student_id(user) != booking.student_id:
        return []
    return [Reason("own", _("This is your own record"))]


for _model in (SealedFile, SealedNote, Screening, Booking):
    register_route(_model, _through_student(_model))
register_route(SealedNote, Route("author", _own_notes, _own_note_reasons))
register_route(SealedNote, Route("glass", _glassed_notes, _glassed_note_reasons))
register_route(Booking, Route("own", _own_booking, _own_booking_reasons))


def _of_the_centre(model: type[Any]) -> Route:
    """What belongs to no student: for whoever is cleared for anybody by a post."""

    def keys(user: User, action: str) -> QuerySet[Any] | None:
        if action != CLEARED or not granted_unit_ids(user, action):
            return None
        rows: QuerySet[Any] = model.objects.values("pk")
        return rows

    def why(user: User, action: str, record: Any) -> list[Reason]:
        held = granted_unit_ids(user, action) if action == CLEARED else []
        return post_reasons(user, action, held) if held else []

    return Route("centre", keys, why)


for _kind in (ScreeningRound, Slot, Supervision, Certificate):
    register_route(_kind, _of_the_centre(_kind))


def shut_student_ids(user: User) -> list[int]:
    """Students of whose cases ``user`` is locked out: their sealed file is shut as well."""
    shut = shut_case_ids(user)
    if not shut:
        return []
    rows = Case.objects.filter(pk__in=shut).order_by("student_id")
    named = ("shut students", user.pk, shut)
    return remembered(named, lambda: list(rows.values_list("student_id", flat=True)))


def _shut_reasons(user: User, record: Any) -> list[Reason]:
    return [Reason("lock-out", _("locked out of a case of this student"))]


for _model in (SealedFile, SealedNote, Screening, Booking):
    register_denial(_model, Denial("lock-out", "student_id", shut_student_ids, _shut_reasons))


def is_centre(user: User) -> bool:
    """Whether a post clears ``user`` for any student: the door to the desk."""
    return reaches_any(SealedFile, user, CLEARED)
