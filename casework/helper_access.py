"""Who sees a case reads who helps its student with study (system 77): the link, and no more of the
branch. The helper in turn sees nothing of the case."""

from typing import Any

from django.db.models import QuerySet

from casework.models import Case
from partybranch.models import PartyLink
from portal.core.access import Reason, Route, reached_keys, reasons, register_route
from portal.core.models import User

STUDY_HELP = "study_help"


def _keys(user: User, action: str) -> QuerySet[Any] | None:
    cases = reached_keys(Case, user, action) if action == "see_case" else None
    if cases is None:
        return None
    students = Case.objects.filter(pk__in=cases).values("student_id")
    rows: QuerySet[Any] = PartyLink.objects.filter(
        kind__code=STUDY_HELP, student_id__in=students
    ).values("pk")
    return rows


def _why(user: User, action: str, link: PartyLink) -> list[Reason]:
    if action != "see_case" or link.kind.code != STUDY_HELP:
        return []
    cases = Case.objects.restrict(user, action).filter(student_id=link.student_id)
    return [reason for case in cases for reason in reasons(user, action, case)]


register_route(PartyLink, Route("case", _keys, _why))
