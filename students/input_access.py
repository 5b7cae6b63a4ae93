"""Routes to questions to teachers: with the record, and for the teacher who was asked."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.access import (
    Action,
    Reason,
    Route,
    reached_keys,
    reaches_one,
    reasons,
    register_actions,
    register_route,
)
from portal.core.models import User
from portal.core.scope import today
from students.models import Student, TeacherInput

ANSWER = "answer_input"
# Whoever keeps the record: reads all of it and writes talks into it.
KEEPS = ("see_record", "log_talk")

register_actions(
    Action(ANSWER, gettext_lazy("answer a question about a student"),
           gettext_lazy("Who was asked by a colleague has it for this question, until the answer or "
                        "the last day; it is never given to a role.")),
)  # fmt: skip


def keeps_record(user: User, student_id: int) -> bool:
    """Whether ``user`` asks teachers about this student and reads what they say."""
    return all(reaches_one(Student, user, one, student_id) for one in KEEPS)


def _kept(user: User, action: str) -> QuerySet[Any] | None:
    if action != "see_record":
        return None
    reach = [reached_keys(Student, user, one) for one in KEEPS]
    if any(keys is None for keys in reach):
        return None
    rows: QuerySet[Any] = TeacherInput.objects.all()
    for keys in reach:
        rows = rows.filter(student_id__in=keys)
    return rows.values("pk")


def _kept_reasons(user: User, action: str, row: TeacherInput) -> list[Reason]:
    if action != "see_record" or not keeps_record(user, row.student_id):
        return []
    return reasons(user, action, row.student)


def _kept_within(user: User, action: str, parent: dict[str, Any]) -> dict[str, Any] | None:
    if action != "see_record" or not keeps_record(user, parent["student_id"]):
        return None
    return {}


def _asked(user: User, action: str) -> QuerySet[Any] | None:
    if action != ANSWER:
        return None
    rows: QuerySet[Any] = TeacherInput.objects.filter(
        teacher=user, answered_at=None, withdrawn_at=None, due_on__gte=today()
    )
    return rows.values("pk")


def _asked_reasons(user: User, action: str, row: TeacherInput) -> list[Reason]:
    is_mine = action == ANSWER and row.teacher_id == user.pk and row.is_open
    if not is_mine or row.due_on < today():
        return []
    return [Reason("asked", _("A colleague asked you this question"))]


register_route(TeacherInput, Route("record", _kept, _kept_reasons, within=_kept_within))
register_route(TeacherInput, Route("asked", _asked, _asked_reasons))
