"""Routes to warnings: with the student once confirmed; before that for those who confirm."""

from typing import Any

from django.db.models import QuerySet

from portal.core.access import Reason, Route, reached_keys, reaches_one, reasons, register_route
from portal.core.models import User
from students.access import own_student_id
from students.models import AcademicWarning, Student

CONFIRM = "confirm_warnings"


def _confirmed(user: User, action: str) -> QuerySet[Any] | None:
    """Whoever sees the results sees what was confirmed."""
    students = reached_keys(Student, user, action) if action == "see_results" else None
    if students is None:
        return None
    rows: QuerySet[Any] = AcademicWarning.objects.filter(
        student_id__in=students, is_shown=True
    ).values("pk")
    return rows


def _confirmed_reasons(user: User, action: str, warning: AcademicWarning) -> list[Reason]:
    if action != "see_results" or not warning.is_shown:
        return []
    return reasons(user, action, warning.student)


def _confirmed_within(user: User, action: str, parent: dict[str, Any]) -> dict[str, Any] | None:
    if action != "see_results" or not reaches_one(Student, user, action, parent["student_id"]):
        return None
    return {"is_shown": True}


def _to_confirm(user: User, action: str) -> QuerySet[Any] | None:
    """Whoever confirms sees them from the beginning."""
    students = reached_keys(Student, user, CONFIRM) if action in ("see_results", CONFIRM) else None
    if students is None:
        return None
    rows: QuerySet[Any] = AcademicWarning.objects.filter(student_id__in=students).values("pk")
    return rows


def _to_confirm_reasons(user: User, action: str, warning: AcademicWarning) -> list[Reason]:
    return reasons(user, CONFIRM, warning.student) if action in ("see_results", CONFIRM) else []


def _to_confirm_within(user: User, action: str, parent: dict[str, Any]) -> dict[str, Any] | None:
    if action not in ("see_results", CONFIRM):
        return None
    return {} if reaches_one(Student, user, CONFIRM, parent["student_id"]) else None


def _own(user: User, action: str) -> QuerySet[Any] | None:
    """The student from the notice on, and not what was set aside."""
    pk = own_student_id(user) if action == "see_own" else None
    if pk is None:
        return None
    rows: QuerySet[Any] = AcademicWarning.objects.filter(student_id=pk, is_told=True).values("pk")
    return rows


def _own_reasons(user: User, action: str, warning: AcademicWarning) -> list[Reason]:
    return reasons(user, action, warning.student) if action == "see_own" and warning.is_told else []


def _own_within(user: User, action: str, parent: dict[str, Any]) -> dict[str, Any] | None:
    pk = own_student_id(user) if action == "see_own" else None
    if pk is None or pk != parent["student_id"]:
        return None
    return {"is_told": True}


register_route(
    AcademicWarning, Route("student", _confirmed, _confirmed_reasons, within=_confirmed_within)
)
register_route(
    AcademicWarning, Route("confirm", _to_confirm, _to_confirm_reasons, within=_to_confirm_within)
)
register_route(AcademicWarning, Route("own", _own, _own_reasons, within=_own_within))
