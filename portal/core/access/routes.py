"""Routes: the ways by which a person reaches a record.

A route answers two questions about a model: which rows does this person reach for this action
(as a query of primary keys), and why is this one row reached (for the explanation). Higher
layers add routes to lower models at start-up, so no lower app names a higher one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from portal.core.models import User
from portal.core.scope import remembered, today

from .actions import action as known_action
from .actions import carries
from .denials import denial_reasons, denied
from .reason import Reason
from .seen_as import both_in_force, plain, supporter_of


@dataclass(frozen=True)
class Route:
    """``keys(user, action)`` yields a values queryset of one column of primary keys, or None
    when the route leads nowhere for this person. ``reach`` tells where it leads without building
    a query: ids whose equality means equal rows, empty when it leads nowhere."""

    name: str
    keys: Callable[[User, str], "models.QuerySet[Any, Any] | None"]
    reasons: Callable[[User, str, Any], list[Reason]]
    reach: Callable[[User, str], Sequence[int]] | None = None
    # (user, action, column values of the parent) -> further column values of the rows that the
    # same route reaches there, or None; see ``within``.
    within: Callable[[User, str, dict[str, Any]], dict[str, Any] | None] | None = None
    # (user, action, key) -> whether this route reaches the one row; None: ask by its keys.
    holds: Callable[[User, str, Any], bool | None] | None = None


_routes: dict[str, list[Route]] = {}


def register_route(model: type[models.Model], route: Route) -> None:
    listed = _routes.setdefault(model._meta.label, [])
    _routes[model._meta.label] = [r for r in listed if r.name != route.name] + [route]


def routes(model: type[models.Model]) -> list[Route]:
    """The routes to ``model``; a kind of unit with a table of its own is reached as a unit is."""
    found = list(_routes.get(model._meta.label, ()))
    for above in model._meta.parents:
        found += routes(above)
    return found


def may_hold(user: Any, action: str) -> bool:
    """First gate: a known action, asked by an account in force."""
    if not getattr(user, "is_authenticated", False) or known_action(action) is None:
        return False
    return carries(user, action) and both_in_force(user)


def reached_keys(
    model: type[models.Model], user: Any, action: str, *, but: str = "", through: str = "",
    **within: Any,
) -> "models.QuerySet[Any, Any] | None":  # fmt: skip
    """Primary keys of every row of ``model`` that ``user`` reaches, as one sub-select.

    ``within`` narrows each route to rows with these values, so that the database starts from
    them (one student's talks) and not from the whole reach. It never widens anything.
    ``but`` leaves out the route of this name, ``through`` leaves out all others.
    """
    if not may_hold(user, action):
        return None
    supporter = supporter_of(user)
    if supporter is not None:
        # Whoever looks through the account needs a way of his own, not the same one.
        ours = [
            reached_keys(model, plain(user), action, but=but, through=through, **within),
            reached_keys(model, supporter, action, but=but, **within),
        ]
        return None if None in ours else _in_all(model, ours)

    def read() -> "models.QuerySet[Any, Any] | None":
        open_ways = [way for way in routes(model) if way.name != but and through in ("", way.name)]
        keys = [k for route in open_ways if (k := route.keys(user, action)) is not None]
        if within:
            keys = [k.filter(**within) for k in keys]
        if not keys:
            return None
        first, *rest = keys
        # One list instead of several OR-ed ones: the planner then starts from the reach.
        reach = first.union(*rest, all=True) if rest else first
        shut = denied(model, user)
        return _without(model, reach, shut) if shut else reach

    # A page asks the same question for its navigation, its rows and its columns.
    return (
        read()
        if within
        else remembered(("keys", model._meta.label, user.pk, action, but, through, today()), read)
    )


def _without(
    model: type[models.Model], reach: Any, shut: "list[tuple[str, Sequence[int]]]"
) -> "models.QuerySet[Any, Any]":
    """The reach without the rows that a denial names: deny beats allow by any route."""
    rows = model._default_manager.filter(pk__in=reach).order_by()
    for field, ids in shut:
        rows = rows.exclude(**{f"{field}__in": list(ids)})
    return rows.values("pk")


def _in_all(model: type[models.Model], several: Sequence[Any]) -> "models.QuerySet[Any, Any]":
    """Rows that stand in every one of the reaches."""
    rows = model._default_manager.order_by()
    for reach in several:
        rows = rows.filter(pk__in=reach)
    return rows.values("pk")


def is_same_reach(model: type[models.Model], user: Any, action: str, known: str) -> bool:
    """Whether both actions lead to the same rows by every route, as is the rule for one post.

    Then a row that was read by ``known`` is reached for ``action`` without asking again.
    """
    if not may_hold(user, action) or not may_hold(user, known) or supporter_of(user) is not None:
        return False
    ways = routes(model)
    return bool(ways) and all(
        way.reach and way.reach(user, action) == way.reach(user, known) for way in ways
    )


def reached_among(
    model: type[models.Model], user: Any, action: str, pks: Sequence[int], known: str
) -> set[int]:
    """Those of ``pks`` that ``user`` reaches for ``action``; all were read by ``known`` before."""
    if is_same_reach(model, user, action, known):
        return set(pks)
    keys = reached_keys(model, user, action)
    if keys is None:
        return set()
    rows = model._default_manager.filter(pk__in=keys).filter(pk__in=list(pks)).order_by()
    return set(rows.values_list("pk", flat=True))


def reasons(user: User, action: str, obj: models.Model) -> list[Reason]:
    """Every reason why ``user`` reaches ``obj`` for ``action``; empty means denied."""
    if not may_hold(user, action):
        return []
    supporter = supporter_of(user)
    if supporter is not None:
        theirs, ours = (reasons(one, action, obj) for one in (plain(user), supporter))
        return theirs if ours else []
    if denial_reasons(user, obj):
        return []
    found: list[Reason] = []
    for route in routes(type(obj)):
        found.extend(route.reasons(user, action, obj))
    return found
