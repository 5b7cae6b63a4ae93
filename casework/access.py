"""Routes to cases and follow-ups; the task-force seat (design 5.3, 6; rulebook 8.3)."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.enums import Confidentiality, WriteLevel
from casework.models import Case, FollowUp, Seat
from cohorts.access import in_force
from portal.core.access import (
    Action,
    Reason,
    Route,
    reached_keys,
    reasons,
    register_actions,
    register_route,
)
from portal.core.models import User
from portal.core.rows import fetch
from portal.core.scope import remembered
from students.models import Student

register_actions(
    Action("see_case", gettext_lazy("see cases"),
           gettext_lazy("Focus students with level, category, plan and task force."),
           sensitive=True),
    Action("write_case", gettext_lazy("write on cases"),
           gettext_lazy("Log on a case, add entries, raise a level.")),
    Action("manage_case", gettext_lazy("lead cases"),
           gettext_lazy("Assign the responsible person, confirm, close.")),
    Action("see_talks", gettext_lazy("see talk records"),
           gettext_lazy("Read the general talks and visits of others."), sensitive=True),
    Action("log_talk", gettext_lazy("log talks"),
           gettext_lazy("Record a talk, call or visit with a student.")),
    Action("clear_restricted", gettext_lazy("read task-force notes"),
           gettext_lazy("Read notes kept to the task force; rank alone never confers it."),
           sensitive=True),
    Action("clear_psychological", gettext_lazy("read psychological files"),
           gettext_lazy("For psychology staff only."), sensitive=True),
)  # fmt: skip

# What a seat in a task force carries: this student's card and record, and the case.
_SEAT_READS = frozenset({"see_card", "see_record", "see_case", "see_talks", "clear_restricted"})
_SEAT_WRITES = frozenset({"write_case", "log_talk"})


def seats(user: User, action: str) -> QuerySet[Seat] | None:
    """Seats of open cases that ``user`` holds today and that carry ``action``."""
    if action not in _SEAT_READS | _SEAT_WRITES:
        return None
    held = Seat.objects.filter(
        in_force(timezone.localdate()), person=user, case__closed_at__isnull=True
    )
    return held if action in _SEAT_READS else held.filter(write_level=WriteLevel.WRITE)


def seated_case_ids(user: User, action: str) -> list[int]:
    """Open cases in which ``user`` has a seat that carries ``action``."""
    if action not in _SEAT_READS | _SEAT_WRITES:
        return []
    writing = action in _SEAT_WRITES
    return [pk for pk, level in _all_seats(user) if not writing or level == WriteLevel.WRITE]


_SEATS = """
    SELECT s.case_id, s.write_level
      FROM casework_seat s JOIN casework_case c ON c.id = s.case_id
     WHERE s.person_id = %(user)s AND c.closed_at IS NULL
       AND s.starts_on <= %(day)s AND (s.ends_on IS NULL OR s.ends_on >= %(day)s)
     ORDER BY s.case_id
"""


def _all_seats(user: User) -> list[tuple[int, str]]:
    """Case and write level of every seat held today: one read for the whole request."""

    def read() -> list[tuple[int, str]]:
        rows = fetch(_SEATS, {"user": user.pk, "day": timezone.localdate()})
        return [(pk, level) for pk, level in rows]

    return remembered(("seats", user.pk, timezone.localdate()), read)


def _seated_students(user: User, action: str) -> QuerySet[Any] | None:
    ids = seated_case_ids(user, action)
    return Case.objects.filter(pk__in=ids).values("student_id") if ids else None


def _seat_reasons(user: User, action: str, case_filter: Q) -> list[Reason]:
    held = seats(user, action)
    if held is None:
        return []
    return [
        Reason(
            "seat",
            _("seat in the task force (%(duty)s) since %(since)s")
            % {"duty": seat.duty, "since": date_format(seat.starts_on, "DATE_FORMAT")},
        )
        for seat in held.filter(case_filter)
    ]


def _seated_student_reasons(user: User, action: str, student: Student) -> list[Reason]:
    return _seat_reasons(user, action, Q(case__student=student))


register_route(Student, Route("seat", _seated_students, _seated_student_reasons, seated_case_ids))


def _cases_of_reached_students(user: User, action: str) -> QuerySet[Any] | None:
    # A seat opens its own case: what earlier episodes were about is not the new team's to read.
    students = reached_keys(Student, user, action, but="seat")
    if students is None:
        return None
    rows: QuerySet[Any] = Case.objects.filter(student_id__in=students).values("pk")
    return rows


def _case_student_reasons(user: User, action: str, case: Case) -> list[Reason]:
    return [r for r in reasons(user, action, case.student) if r.route != "seat"]


def _seated_cases(user: User, action: str) -> QuerySet[Any] | None:
    ids = seated_case_ids(user, action)
    rows: QuerySet[Any] | None = Case.objects.filter(pk__in=ids).values("pk") if ids else None
    return rows


def _seated_case_reasons(user: User, action: str, case: Case) -> list[Reason]:
    return _seat_reasons(user, action, Q(case=case))


register_route(Case, Route("student", _cases_of_reached_students, _case_student_reasons))
register_route(Case, Route("seat", _seated_cases, _seated_case_reasons, seated_case_ids))


def _talks_by(clearance: str, level: str) -> Callable[[User, str], QuerySet[Any] | None]:
    """Notes of one confidentiality on the students for whom ``clearance`` is held."""

    def keys(user: User, action: str) -> QuerySet[Any] | None:
        if action != "see_talks":
            return None
        but = "seat" if level == Confidentiality.RESTRICTED else ""
        open_to = reached_keys(Student, user, clearance, but=but)
        if open_to is None:
            return None
        rows: QuerySet[Any] = FollowUp.objects.filter(
            student_id__in=open_to, confidentiality=level
        ).values("pk")
        return rows

    return keys


def _talk_reasons_by(clearance: str, level: str) -> Callable[[User, str, Any], list[Reason]]:
    def why(user: User, action: str, talk: Any) -> list[Reason]:
        if action != "see_talks" or talk.confidentiality != level:
            return []
        found = reasons(user, clearance, talk.student)
        if level == Confidentiality.RESTRICTED:
            found = [reason for reason in found if reason.route != "seat"]
        return found

    return why


def _seated_talks(user: User, action: str) -> QuerySet[Any] | None:
    """Notes of the task force, for its members: those of their own case."""
    ids = seated_case_ids(user, "clear_restricted") if action == "see_talks" else []
    if not ids:
        return None
    rows: QuerySet[Any] = FollowUp.objects.filter(
        case_id__in=ids, confidentiality=Confidentiality.RESTRICTED
    ).values("pk")
    return rows


def _seated_talk_reasons(user: User, action: str, talk: FollowUp) -> list[Reason]:
    if action != "see_talks" or talk.confidentiality != Confidentiality.RESTRICTED:
        return []
    return _seat_reasons(user, "clear_restricted", Q(case=talk.case_id))


def _own_talks(user: User, action: str) -> QuerySet[Any] | None:
    """What I wrote myself, as long as the student is still mine to see."""
    if action != "see_talks":
        return None
    mine = reached_keys(Student, user, "see_card")
    if mine is None:
        return None
    rows: QuerySet[Any] = FollowUp.objects.filter(author=user, student_id__in=mine).values("pk")
    return rows


def _own_talk_reasons(user: User, action: str, talk: FollowUp) -> list[Reason]:
    if talk.author_id != user.pk or action != "see_talks":
        return []
    return [Reason("own", _("You wrote it"))] if reasons(user, "see_card", talk.student) else []


for _clearance, _level in (
    ("see_talks", Confidentiality.GENERAL),
    ("clear_restricted", Confidentiality.RESTRICTED),
):
    register_route(
        FollowUp,
        Route(_level.value, _talks_by(_clearance, _level), _talk_reasons_by(_clearance, _level)),
    )
register_route(FollowUp, Route("author", _own_talks, _own_talk_reasons))
register_route(FollowUp, Route("seat", _seated_talks, _seated_talk_reasons))
