"""Routes to cases and follow-ups: student, seat, broken glass; and who is kept out of a case
(design 5.3, 5.8, 5.9, 6; rulebook 8.3)."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.enums import Confidentiality
from casework.models import BreakGlass, Case, FollowUp, LockOut
from casework.ties import seated_case_ids, seats, shut_case_ids, ties_of
from portal.core.access import (
    Action,
    Denial,
    Reason,
    Route,
    carries,
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
    Action("break_glass", gettext_lazy("break the glass of a red case"),
           gettext_lazy("Open the sealed notes of one red case for four hours; the responsible "
                        "person and the psychology staff are told at once."), sensitive=True),
    Action("see_care_hint", gettext_lazy("see that care is asked for"),
           gettext_lazy("Advice what to do and not to do, without level and category.")),
)  # fmt: skip


def _seated_students(user: User, action: str) -> QuerySet[Any] | None:
    ids = seated_case_ids(user, action)
    return Case.objects.filter(pk__in=ids).values("student_id") if ids else None


def _seat_reasons(user: User, action: str, case_filter: Q) -> list[Reason]:
    if not seated_case_ids(user, action) or (held := seats(user, action)) is None:
        return []
    return [
        Reason(
            "seat",
            _("seat in the task force (%(duty)s) since %(since)s")
            % {"duty": seat.duty, "since": date_format(seat.starts_on, "DATE_FORMAT")},
        )
        for seat in held.filter(case_filter).exclude(case__in=shut_case_ids(user))
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
    # The key is all that the routes to a student need to know.
    student = Student(pk=case.student_id)
    return [r for r in reasons(user, action, student) if r.route != "seat"]


def _seated_cases(user: User, action: str) -> QuerySet[Any] | None:
    ids = seated_case_ids(user, action)
    rows: QuerySet[Any] | None = Case.objects.filter(pk__in=ids).values("pk") if ids else None
    return rows


def _seated_case_reasons(user: User, action: str, case: Case) -> list[Reason]:
    return _seat_reasons(user, action, Q(case=case))


Columns = dict[str, Any]


def _student_cases_within(user: User, action: str, parent: Columns) -> Columns | None:
    return {} if _reaches_student(user, action, parent, but="seat") else None


def _reaches_student(user: User, action: str, parent: Columns, but: str = "") -> bool:
    return reaches_one(Student, user, action, parent["student_id"], but=but)


def _seated_cases_within(user: User, action: str, parent: Columns) -> Columns | None:
    ids = seated_case_ids(user, action)
    return {"id": ids} if ids else None


register_route(
    Case,
    Route(
        "student", _cases_of_reached_students, _case_student_reasons, within=_student_cases_within
    ),
)
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


def _lock_out_reasons(user: User, case_id: int | None) -> list[Reason]:
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
    return _lock_out_reasons(user, case.pk)


def _talk_lock_out(user: User, talk: FollowUp) -> list[Reason]:
    return _lock_out_reasons(user, talk.case_id)


register_denial(Case, Denial("lock-out", "pk", shut_case_ids, _case_lock_out))
register_denial(FollowUp, Denial("lock-out", "case_id", shut_case_ids, _talk_lock_out))


def _talks_by(clearance: str, level: str) -> Callable[[User, str], QuerySet[Any] | None]:
    """Notes of one confidentiality on the students for whom ``clearance`` is held."""

    def keys(user: User, action: str) -> QuerySet[Any] | None:
        if action != "see_talks":
            return None
        open_to = reached_keys(Student, user, clearance, but=_talks_but(level))
        if open_to is None:
            return None
        rows: QuerySet[Any] = FollowUp.objects.filter(
            student_id__in=open_to, confidentiality=level
        ).values("pk")
        return rows

    return keys


def _talks_but(level: str) -> str:
    """Notes of a task force are read by seat in one's own case only: a route of its own."""
    return "seat" if level == Confidentiality.RESTRICTED else ""


def _talks_within(clearance: str, level: str) -> Callable[[User, str, Columns], Columns | None]:
    def within(user: User, action: str, parent: Columns) -> Columns | None:
        if action != "see_talks":
            return None
        is_open = _reaches_student(user, clearance, parent, but=_talks_but(level))
        return {"confidentiality": level} if is_open else None

    return within


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


def _glassed_talks(user: User, action: str) -> QuerySet[Any] | None:
    """Notes of the task force of a case whose glass is broken."""
    ids = glassed_case_ids(user, "clear_restricted") if action == "see_talks" else []
    if not ids:
        return None
    rows: QuerySet[Any] = FollowUp.objects.filter(
        case_id__in=ids, confidentiality=Confidentiality.RESTRICTED
    ).values("pk")
    return rows


def _glassed_talk_reasons(user: User, action: str, talk: FollowUp) -> list[Reason]:
    if action != "see_talks" or talk.confidentiality != Confidentiality.RESTRICTED:
        return []
    return glass_reasons(user, talk.case_id)


def _own_talks(user: User, action: str) -> QuerySet[Any] | None:
    """What I wrote myself, as long as the student is still mine to see."""
    if action != "see_talks":
        return None
    mine = reached_keys(Student, user, "see_card")
    if mine is None:
        return None
    rows: QuerySet[Any] = FollowUp.objects.filter(author=user, student_id__in=mine).values("pk")
    return rows


def _own_talks_within(user: User, action: str, parent: Columns) -> Columns | None:
    if action != "see_talks" or not _reaches_student(user, "see_card", parent):
        return None
    return {"author_id": user.pk}


def _seated_talks_within(user: User, action: str, parent: Columns) -> Columns | None:
    ids = seated_case_ids(user, "clear_restricted") if action == "see_talks" else []
    return {"case_id": ids, "confidentiality": Confidentiality.RESTRICTED} if ids else None


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
        Route(
            _level.value,
            _talks_by(_clearance, _level),
            _talk_reasons_by(_clearance, _level),
            within=_talks_within(_clearance, _level),
        ),
    )
register_route(FollowUp, Route("author", _own_talks, _own_talk_reasons, within=_own_talks_within))
register_route(
    FollowUp, Route("seat", _seated_talks, _seated_talk_reasons, within=_seated_talks_within)
)
register_route(FollowUp, Route("glass", _glassed_talks, _glassed_talk_reasons))
