"""Routes to follow-ups: by confidentiality, as the writer, by seat, by broken glass (design 5.7;
rulebook 8.3). Notes of the task force follow their case once it is closed (rulebook 3.5)."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from casework.access import (
    Columns,
    glass_reasons,
    glassed_case_ids,
    keeps_closed,
    lock_out_reasons,
    reaches_student,
    seat_reasons,
)
from casework.enums import Confidentiality
from casework.models import Case, FollowUp
from casework.ties import seated_case_ids, shut_case_ids
from portal.core.access import (
    Among,
    Denial,
    Reason,
    Route,
    reached_keys,
    reasons,
    register_denial,
    register_route,
    rows_within,
)
from portal.core.models import User
from students.models import Student


def _talk_lock_out(user: User, talk: FollowUp) -> list[Reason]:
    return lock_out_reasons(user, talk.case_id)


register_denial(FollowUp, Denial("lock-out", "case_id", shut_case_ids, _talk_lock_out))


def _general(user: User, action: str) -> QuerySet[Any] | None:
    students = reached_keys(Student, user, "see_talks") if action == "see_talks" else None
    if students is None:
        return None
    rows: QuerySet[FollowUp] = FollowUp.objects.filter(
        student_id__in=students, confidentiality=Confidentiality.GENERAL
    )
    return rows.values("pk")


def _general_within(user: User, action: str, parent: Columns) -> Columns | None:
    if action != "see_talks" or not reaches_student(user, "see_talks", parent):
        return None
    return {"confidentiality": Confidentiality.GENERAL}


def _general_reasons(user: User, action: str, talk: FollowUp) -> list[Reason]:
    if action != "see_talks" or talk.confidentiality != Confidentiality.GENERAL:
        return []
    return reasons(user, "see_talks", talk.student)


_CLEAR = "clear_restricted"


def _restricted(user: User, action: str) -> QuerySet[Any] | None:
    """Notes of the task force by a post with clearance; by seat in one's own case only, which is a
    route of its own. Notes of a closed case are for those who still see that case."""
    students = reached_keys(Student, user, _CLEAR, but="seat") if action == "see_talks" else None
    if students is None:
        return None
    rows: QuerySet[FollowUp] = FollowUp.objects.filter(
        student_id__in=students, confidentiality=Confidentiality.RESTRICTED
    )
    if not keeps_closed(user, _CLEAR):
        cases = reached_keys(Case, user, _CLEAR)
        rows = rows.filter(Q(case=None) | (Q() if cases is None else Q(case_id__in=cases)))
    return rows.values("pk")


def _restricted_within(user: User, action: str, parent: Columns) -> Columns | None:
    if action != "see_talks" or not reaches_student(user, _CLEAR, parent, but="seat"):
        return None
    level = {"confidentiality": Confidentiality.RESTRICTED}
    if keeps_closed(user, _CLEAR):
        return level
    return {**level, "case_id": _cleared_cases(user, parent["student_id"])}


def _cleared_cases(user: User, student_id: int) -> Among | None:
    """Cases of the student whose notes of the task force the person reads: not closed ones in
    which he had no part. Notes without a case he reads as well."""
    seen = rows_within(Case, user, _CLEAR, "c", student_id=student_id)
    if seen is None:
        return None
    sql = f"SELECT c.id FROM casework_case c WHERE c.student_id = %(of)s AND {seen.sql}"
    return Among(sql, {"of": student_id, **seen.params}, or_none=True)


def _restricted_reasons(user: User, action: str, talk: FollowUp) -> list[Reason]:
    if action != "see_talks" or talk.confidentiality != Confidentiality.RESTRICTED:
        return []
    if talk.case is not None and not reasons(user, _CLEAR, talk.case):
        return []
    return [one for one in reasons(user, _CLEAR, talk.student) if one.route != "seat"]


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
    return seat_reasons(user, "clear_restricted", Q(case=talk.case_id))


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
    if action != "see_talks" or not reaches_student(user, "see_card", parent):
        return None
    return {"author_id": user.pk}


def _seated_talks_within(user: User, action: str, parent: Columns) -> Columns | None:
    ids = seated_case_ids(user, "clear_restricted") if action == "see_talks" else []
    return {"case_id": ids, "confidentiality": Confidentiality.RESTRICTED} if ids else None


def _own_talk_reasons(user: User, action: str, talk: FollowUp) -> list[Reason]:
    if talk.author_id != user.pk or action != "see_talks":
        return []
    return [Reason("own", _("You wrote it"))] if reasons(user, "see_card", talk.student) else []


register_route(FollowUp, Route("general", _general, _general_reasons, within=_general_within))
register_route(
    FollowUp, Route("restricted", _restricted, _restricted_reasons, within=_restricted_within)
)
register_route(FollowUp, Route("author", _own_talks, _own_talk_reasons, within=_own_talks_within))
register_route(
    FollowUp, Route("seat", _seated_talks, _seated_talk_reasons, within=_seated_talks_within)
)
register_route(FollowUp, Route("glass", _glassed_talks, _glassed_talk_reasons))
