"""Ways to the indicators of the Youth League: by a post on the class or above it.

Of a class whose students stand within reach by their academy the numbers are readable too, names
only of those students.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from cohorts.access import granted_unit_ids, held_reach
from cohorts.post_reasons import post_reasons
from partybranch.access import COMMITTEE_ACTION, FILE_ACTIONS
from partybranch.models import LeagueRate, LeagueTransfer
from portal.core.access import Reason, Route, register_route
from portal.core.models import User
from portal.core.scope import today
from students.access import reached_placements, standing, through_student
from students.enums import Tree
from students.models import Placement

RATE_ACTIONS = frozenset({"see_unit", COMMITTEE_ACTION})
# Who reads the record or the party file of a student reads whether the membership went along.
SEE_TRANSFERS = ("see_record", "see_party_file")
WRITE_TRANSFERS = COMMITTEE_ACTION
TRANSFER_ACTIONS = FILE_ACTIONS | {"see_record"}


def of_classes(user: User, action: str, field: str = "unit_id") -> Q:
    """Condition on ``field``: units below a post of ``user``, or classes in which students stand
    whom a post of the academy reaches."""
    below = Q(**{f"{field}__any": granted_unit_ids(user, action)})
    reached = reached_placements(user, action)
    if reached is None:
        return below
    there = Placement.objects.filter(
        standing(today()), tree=Tree.CLASS, student_id__in=reached.values("student_id")
    )
    return below | Q(**{f"{field}__in": there.values("unit_id")})


def _rates(user: User, action: str) -> QuerySet[Any] | None:
    if action not in RATE_ACTIONS or not granted_unit_ids(user, action):
        return None
    rows: QuerySet[Any] = LeagueRate.objects.filter(of_classes(user, action)).values("pk")
    return rows


def _rate_reasons(user: User, action: str, one: LeagueRate) -> list[Reason]:
    rows = _rates(user, action)
    if rows is None or not rows.filter(pk=one.pk).exists():
        return []
    return post_reasons(user, action, held_reach(user, action))


def _transfers(user: User, action: str) -> QuerySet[Any] | None:
    units = granted_unit_ids(user, action) if action in TRANSFER_ACTIONS else []
    if not units:
        return None
    rows: QuerySet[Any] = LeagueTransfer.objects.filter(unit_id__any=units).values("pk")
    return rows


def _transfer_reasons(user: User, action: str, one: LeagueTransfer) -> list[Reason]:
    return post_reasons(user, action, [one.unit_id]) if action in TRANSFER_ACTIONS else []


def _reach(user: User, action: str) -> Sequence[int]:
    return held_reach(user, action) if action in TRANSFER_ACTIONS else []


register_route(LeagueRate, Route("class", _rates, _rate_reasons))
register_route(LeagueTransfer, Route("class", _transfers, _transfer_reasons, _reach))
register_route(LeagueTransfer, through_student(LeagueTransfer, "student"))
