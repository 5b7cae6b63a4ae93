"""Routes to cases: student, closed ones, last team, seat, broken glass; and who is kept out of a case
(design 5.3, 5.8, 5.9, 6; rulebook 3.5, 8.3). Those to follow-ups stand in ``talk_access``."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.models import BreakGlass, Case, LockOut
from casework.ties import last_team_case_ids, seated_case_ids, seats, shut_case_ids, ties_of
from portal.core.access import (
    Action,
    Denial,
    Reason,
    Route,
    carries,
    is_same_reach,
    reached_keys,
    reaches_one,
    reasons,
    register_actions,
    register_denial,
    register_route,
)
from portal.core.models import User
from portal.core.ui.dates import long_day
from students.access import read_standing_with
from students.models import Student

register_actions(
    Action("see_case", gettext_lazy("see cases"),
           gettext_lazy("Focus students with level, category, plan and task force."),
           sensitive=True),
    Action("write_case", gettext_lazy("write on cases"),
           gettext_lazy("Log on a case, add entries, raise a level.")),
    Action("manage_case", gettext_lazy("lead cases"),
           gettext_lazy("Assign the responsible person, confirm, close.")),
    Action("see_closed", gettext_lazy("see cases after they are closed"),
           gettext_lazy("For leaders; others keep sight of closed cases whose last team they were."),
           sensitive=True),
    Action("see_talks", gettext_lazy("see talk records"),
           gettext_lazy("Read the general talks and visits of others."), sensitive=True),
    Action("log_talk", gettext_lazy("log talks"),
           gettext_lazy("Record a talk, call or visit with a student.")),
    Action("clear_restricted", gettext_lazy("read task-force notes"),
           gettext_lazy("Read notes kept to the task force; rank alone never confers it."),
           sensitive=True),
    Action("clear_psychological", gettext_lazy("read psychological files"),
           gettext_lazy("For psychology staff only."), sensitive=True),
    Action("break_glass", gettext_lazy("break the glass of a red case"),
           gettext_lazy("Open the sealed notes of one red case for four hours; the responsible "
                        "person and the psychology staff are told at once."), sensitive=True),
    Action("see_care_hint", gettext_lazy("see that care is asked for"),
           gettext_lazy("Advice what to do and not to do, without level and category.")),
)  # fmt: skip


def _seated_students(user: User, action: str) -> QuerySet[Any] | None:
    ids = seated_case_ids(user, action)
    return Case.objects.filter(pk__in=ids).values("student_id") if ids else None


def seat_reasons(user: User, action: str, case_filter: Q) -> list[Reason]:
    if not seated_case_ids(user, action) or (held := seats(user, action)) is None:
        return []
    return [
        Reason(
            "seat",
            _("seat in the task force (%(duty)s) since %(since)s")
            % {"duty": seat.duty, "since": long_day(seat.starts_on)},
        )
        for seat in held.filter(case_filter).exclude(case__in=shut_case_ids(user))
    ]


def _seated_student_reasons(user: User, action: str, student: Student) -> list[Reason]:
    return seat_reasons(user, action, Q(case__student=student))


register_route(Student, Route("seat", _seated_students, _seated_student_reasons, seated_case_ids))


def _cases_of_reached_students(user: User, action: str) -> QuerySet[Any] | None:
    # A seat opens its own case: what earlier episodes were about is not the new team's to read.
    students = reached_keys(Student, user, action, but="seat")
    if students is None:
        return None
    rows: QuerySet[Any] = Case.objects.filter(student_id__in=students)
    if not keeps_closed(user, action):
        rows = rows.filter(closed_at=None)
    return rows.values("pk")


def keeps_closed(user: User, action: str) -> bool:
    """Whether wherever ``action`` is held closed cases are seen as well: then one route is enough
    for both, and long lists need no second condition."""
    return is_same_reach(Student, user, action, "see_closed")


def _student_reasons(user: User, action: str, case: Case) -> list[Reason]:
    # The key is all that the routes to a student need to know.
    student = Student(pk=case.student_id)
    return [r for r in reasons(user, action, student) if r.route != "seat"]


def _case_student_reasons(user: User, action: str, case: Case) -> list[Reason]:
    if case.closed_at is not None and not keeps_closed(user, action):
        return []
    return _student_reasons(user, action, case)


def _closed_cases(user: User, action: str) -> QuerySet[Any] | None:
    """After closing, a post opens the case to leaders only (rulebook 3.5)."""
    if keeps_closed(user, action):
        return None  # by the student's route already
    ways = [reached_keys(Student, user, one, but="seat") for one in (action, "see_closed")]
    if None in ways:
        return None
    rows: QuerySet[Any] = Case.objects.filter(closed_at__isnull=False)
    for students in ways:
        rows = rows.filter(student_id__in=students)
    return rows.values("pk")


def _closed_case_reasons(user: User, action: str, case: Case) -> list[Reason]:
    if case.closed_at is None or keeps_closed(user, action):
        return []
    if not _student_reasons(user, "see_closed", case):
        return []
    return _student_reasons(user, action, case)


# What the last team keeps: reading by whoever still looks after the student in any way, the rest
# by the post that carries it.
TEAM_KEEPS = {"see_case": "see_card", "write_case": "write_case", "manage_case": "manage_case",
               "clear_restricted": "clear_restricted"}  # fmt: skip


def _last_team_cases(user: User, action: str) -> QuerySet[Any] | None:
    """Closed cases for whose last team ``user`` is still there, and not seated elsewhere by now."""
    asked, ids = TEAM_KEEPS.get(action), last_team_case_ids(user)
    students = reached_keys(Student, user, asked, but="seat") if asked and ids else None
    if students is None:
        return None
    rows: QuerySet[Any] = Case.objects.filter(pk__in=ids, student_id__in=students).values("pk")
    return rows


def _last_team_reasons(user: User, action: str, case: Case) -> list[Reason]:
    asked = TEAM_KEEPS.get(action)
    if asked is None or case.pk not in last_team_case_ids(user):
        return []
    if not _student_reasons(user, asked, case):
        return []
    return [Reason("team", _("You were in the team of this case when it was closed"))]


def _seated_cases(user: User, action: str) -> QuerySet[Any] | None:
    ids = seated_case_ids(user, action)
    rows: QuerySet[Any] | None = Case.objects.filter(pk__in=ids).values("pk") if ids else None
    return rows


def _seated_case_reasons(user: User, action: str, case: Case) -> list[Reason]:
    return seat_reasons(user, action, Q(case=case))


Columns = dict[str, Any]


def _student_cases_within(user: User, action: str, parent: Columns) -> Columns | None:
    if not reaches_student(user, action, parent, but="seat"):
        return None
    return {} if keeps_closed(user, action) else {"closed_at": None}


def reaches_student(user: User, action: str, parent: Columns, but: str = "") -> bool:
    return reaches_one(Student, user, action, parent["student_id"], but=but)


def _closed_cases_within(user: User, action: str, parent: Columns) -> Columns | None:
    if keeps_closed(user, action):
        return None
    both = (reaches_student(user, one, parent, but="seat") for one in (action, "see_closed"))
    return {} if all(both) else None


def _last_team_within(user: User, action: str, parent: Columns) -> Columns | None:
    asked, ids = TEAM_KEEPS.get(action), last_team_case_ids(user)
    if not asked or not ids or not reaches_student(user, asked, parent, but="seat"):
        return None
    return {"id": ids}


def _seated_cases_within(user: User, action: str, parent: Columns) -> Columns | None:
    ids = seated_case_ids(user, action)
    return {"id": ids} if ids else None


read_standing_with(Case, "student_id")
register_route(
    Case,
    Route(
        "student", _cases_of_reached_students, _case_student_reasons, within=_student_cases_within
    ),
)
register_route(
    Case, Route("closed", _closed_cases, _closed_case_reasons, within=_closed_cases_within)
)
register_route(Case, Route("team", _last_team_cases, _last_team_reasons, within=_last_team_within))
register_route(
    Case,
    Route("seat", _seated_cases, _seated_case_reasons, seated_case_ids, _seated_cases_within),
)


# What broken glass opens: the notes of this one case that rank alone does not open.
_GLASS_READS = frozenset({"clear_restricted", "clear_psychological"})


def glassed_case_ids(user: User, action: str) -> list[int]:
    """Open cases whose sealed notes ``user`` has opened in an emergency: for some hours, and only
    while a post still lets him break the glass of this student's case."""
    if action not in _GLASS_READS or not carries(user, action):
        return []
    if not (broken := ties_of(user).glass):
        return []
    cases = Case.objects.filter(pk__in=broken)
    mine = reached_keys(Student, user, "break_glass")
    if mine is None:
        return []
    return list(cases.filter(student_id__in=mine).order_by("pk").values_list("pk", flat=True))


def _glassed_cases(user: User, action: str) -> QuerySet[Any] | None:
    ids = glassed_case_ids(user, action)
    rows: QuerySet[Any] | None = Case.objects.filter(pk__in=ids).values("pk") if ids else None
    return rows


def glass_reasons(user: User, case_id: int | None) -> list[Reason]:
    """Why the sealed notes of this case are open to ``user``: empty for nearly everybody, and then
    without a statement."""
    if case_id not in glassed_case_ids(user, "clear_restricted"):
        return []
    broken = BreakGlass.objects.filter(
        case_id=case_id, person_id=user.pk, ends_at__gt=timezone.now()
    )
    return [
        Reason(
            "glass",
            _("glass broken until %(time)s: %(reason)s")
            % {"time": date_format(timezone.localtime(one.ends_at), "H:i"), "reason": one.reason},
        )
        for one in broken.order_by("-ends_at")[:1]
    ]


def _glassed_case_reasons(user: User, action: str, case: Case) -> list[Reason]:
    return glass_reasons(user, case.pk) if action in _GLASS_READS else []


register_route(Case, Route("glass", _glassed_cases, _glassed_case_reasons, glassed_case_ids))


def lock_out_reasons(user: User, case_id: int | None) -> list[Reason]:
    """For the security of the case: told by command to those who run the portal, never here to
    the person himself, who is told nothing at all."""
    if case_id is None:
        return []
    now = timezone.now()
    held = LockOut.objects.filter(person_id=user.pk, case_id=case_id, starts_at__lte=now).filter(
        Q(ends_at=None) | Q(ends_at__gt=now)
    )
    return [
        Reason(
            "lock-out",
            _("locked out of this case since %(since)s")
            % {"since": date_format(timezone.localtime(one.starts_at), "DATE_FORMAT")},
        )
        for one in held
    ]


def _case_lock_out(user: User, case: Case) -> list[Reason]:
    return lock_out_reasons(user, case.pk)


register_denial(Case, Denial("lock-out", "pk", shut_case_ids, _case_lock_out))
