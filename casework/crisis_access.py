"""Routes to crises: by the right over the student, by seat, by taking part, by the centre
(rulebook 3.7, 8.3).

Whoever may see the card of a student may raise an alarm; reading what becomes of it is another
thing. The call list reads while it runs; afterwards those who did something, the case's team, and
whoever has the right over the student's cases. A lock-out of the case shuts the person out of its
crises too.
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.crisis_enums import Part
from casework.models import Crisis, CrisisHop
from casework.sealed_access import CLEARED
from casework.ties import seated_case_ids, shut_case_ids
from portal.core.access import (
    Action,
    Denial,
    Reason,
    Route,
    reached_keys,
    reaches_one,
    reasons,
    register_actions,
    register_denial,
    register_route,
)
from portal.core.models import User
from students.models import Student

register_actions(
    Action("see_crisis", gettext_lazy("follow a crisis"),
           gettext_lazy("Read and add steps; goes with the right over the student's cases, a seat, "
                        "the call list or the counselling centre; never given to a role."),
           sensitive=True),
    Action("close_crisis", gettext_lazy("hand back a crisis"),
           gettext_lazy("Hand back and review; goes with writing on the case or with leading parts "
                        "of the call list; never given to a role.")),
)  # fmt: skip
# What each asks of the student's case.
_ASKED = {"see_crisis": "see_case", "close_crisis": "write_case"}
# Parts of the call list that may end it; security and others follow it only.
LEADING = (Part.COUNSELLOR, Part.ACADEMY, Part.COLLEGE, Part.CENTRE)


def may_alarm(user: Any, student_id: int) -> bool:
    """Anyone on staff who sees at least the card, and the counselling centre: no further right."""
    return reaches_one(Student, user, "see_card", student_id) or reaches_one(
        Student, user, CLEARED, student_id
    )


def _through_students(students: "QuerySet[Any] | None") -> QuerySet[Any] | None:
    if students is None:
        return None
    rows: QuerySet[Any] = Crisis.objects.filter(student_id__in=students).values("pk")
    return rows


def _by_student(user: User, action: str) -> QuerySet[Any] | None:
    asked = _ASKED.get(action)
    return _through_students(reached_keys(Student, user, asked, but="seat") if asked else None)


def _by_student_reasons(user: User, action: str, crisis: Crisis) -> list[Reason]:
    asked = _ASKED.get(action)
    found = reasons(user, asked, Student(pk=crisis.student_id)) if asked else []
    return [reason for reason in found if reason.route != "seat"]


def _by_seat(user: User, action: str) -> QuerySet[Any] | None:
    ids = seated_case_ids(user, _ASKED[action]) if action in _ASKED else []
    rows: QuerySet[Any] | None = Crisis.objects.filter(case_id__in=ids).values("pk")
    return rows if ids else None


def _by_seat_reasons(user: User, action: str, crisis: Crisis) -> list[Reason]:
    ids = seated_case_ids(user, _ASKED[action]) if action in _ASKED else []
    return [Reason("seat", _("seat in the task force"))] if crisis.case_id in ids else []


def _steps(user: User, action: str) -> Q | None:
    """Steps that open their crisis: called or acting while it runs, acting once it is over."""
    called = Q(person=user, crisis__handed_at=None)
    if action == "see_crisis":
        return called | Q(by=user)
    return called & Q(part__in=LEADING) if action == "close_crisis" else None


def _by_part(user: User, action: str) -> QuerySet[Any] | None:
    steps = _steps(user, action)
    if steps is None:
        return None
    acted = CrisisHop.objects.filter(steps).order_by().values("crisis_id")
    rows: QuerySet[Any] = Crisis.objects.filter(Q(pk__in=acted) | Q(handed_to=user)).values("pk")
    return rows


def _by_part_reasons(user: User, action: str, crisis: Crisis) -> list[Reason]:
    steps = _steps(user, action)
    if steps is None:
        return []
    if crisis.handed_to_id == user.pk:
        return [Reason("part", _("it was handed back to you"))]
    if not crisis.hops.filter(steps).exists():
        return []
    return [Reason("part", _("on the call list of this crisis, or acting in it"))]


def _by_centre(user: User, action: str) -> QuerySet[Any] | None:
    return _through_students(reached_keys(Student, user, CLEARED) if action in _ASKED else None)


def _by_centre_reasons(user: User, action: str, crisis: Crisis) -> list[Reason]:
    return reasons(user, CLEARED, Student(pk=crisis.student_id)) if action in _ASKED else []


for _name, _keys, _why in (
    ("student", _by_student, _by_student_reasons),
    ("seat", _by_seat, _by_seat_reasons),
    ("part", _by_part, _by_part_reasons),
    ("centre", _by_centre, _by_centre_reasons),
):
    register_route(Crisis, Route(_name, _keys, _why))


def _lock_out(user: User, crisis: Crisis) -> list[Reason]:
    is_shut = crisis.case_id in shut_case_ids(user)
    return [Reason("lock-out", _("locked out"))] if is_shut else []


register_denial(Crisis, Denial("lock-out", "case_id", shut_case_ids, _lock_out))
