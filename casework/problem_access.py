"""Routes to common problems: by a post on the unit, or because one owns the fix."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from casework.models import CommonProblem
from cohorts.access import granted_unit_ids
from cohorts.post_reasons import post_reasons
from portal.core.access import Reason, Route, register_route
from portal.core.models import User

_POST_ACTIONS = frozenset({"see_case", "manage_case"})


def _by_post(user: User, action: str) -> QuerySet[Any] | None:
    units = granted_unit_ids(user, action) if action in _POST_ACTIONS else []
    if not units:
        return None
    rows: QuerySet[Any] = CommonProblem.objects.filter(unit_id__any=units).values("pk")
    return rows


def _by_post_reasons(user: User, action: str, problem: CommonProblem) -> list[Reason]:
    return post_reasons(user, action, [problem.unit_id]) if action in _POST_ACTIONS else []


def _own(user: User, action: str) -> QuerySet[Any] | None:
    """Whoever answers for the fix reads it; the cases behind it take the right to the cases."""
    if action != "see_case":
        return None
    rows: QuerySet[Any] = CommonProblem.objects.filter(owner=user).values("pk")
    return rows


def _own_reasons(user: User, action: str, problem: CommonProblem) -> list[Reason]:
    is_own = action == "see_case" and problem.owner_id == user.pk
    return [Reason("own", _("You answer for this fix"))] if is_own else []


register_route(CommonProblem, Route("post", _by_post, _by_post_reasons))
register_route(CommonProblem, Route("own", _own, _own_reasons))
