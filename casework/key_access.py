"""Requests for keys, reviews and what follows a closing are reached through their case; the
counselling centre reaches those that ask for its opinion, and not the case (rulebook 3.2)."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from casework.enums import KeySide
from casework.models import AfterCheck, Case, CaseReview, HelpFeedback, KeyRequest
from casework.ties import shut_case_ids
from cohorts.access import granted_unit_ids
from portal.core.access import Reason, Route, reached_keys, reasons, register_route
from portal.core.models import User

_SEES = "see_case"


def _by_case(model: Any) -> Callable[[User, str], QuerySet[Any] | None]:
    def keys(user: User, action: str) -> QuerySet[Any] | None:
        cases = reached_keys(Case, user, action)
        if cases is None:
            return None
        rows: QuerySet[Any] = model.objects.filter(case_id__in=cases).values("pk")
        return rows

    return keys


def _case_reasons(user: User, action: str, one: Any) -> list[Reason]:
    return reasons(user, action, one.case)


for _model in (KeyRequest, CaseReview, AfterCheck, HelpFeedback):
    register_route(_model, Route("case", _by_case(_model), _case_reasons))


def is_asked_for_opinions(user: User) -> bool:
    """Whether a post of today makes ``user`` speak for the counselling centre."""
    return bool(granted_unit_ids(user, "clear_psychological"))


def _asked_for_opinion(user: User, action: str) -> QuerySet[Any] | None:
    """Open requests that wait for the counselling centre, for those who keep its files."""
    if action != _SEES or not is_asked_for_opinions(user):
        return None
    rows: QuerySet[Any] = (
        KeyRequest.objects.filter(
            sides__contains=[KeySide.COUNSELLING], settled_at=None, withdrawn_at=None
        )
        .exclude(case_id__in=shut_case_ids(user))
        .values("pk")
    )
    return rows


def _opinion_reasons(user: User, action: str, request: KeyRequest) -> list[Reason]:
    if action != _SEES or not request.is_open or KeySide.COUNSELLING not in request.sides:
        return []
    if request.case_id in shut_case_ids(user) or not is_asked_for_opinions(user):
        return []
    return [Reason("opinion", _("The counselling centre is asked for its opinion"))]


register_route(KeyRequest, Route("opinion", _asked_for_opinion, _opinion_reasons))
