"""The one access rule: actions, routes to records, restrict/get_for, explain (design 5)."""

from .actions import Action, action, actions, register_actions
from .queryset import RestrictedManager, RestrictedQuerySet
from .routes import (
    Reason,
    Route,
    count_reached,
    is_same_reach,
    may_hold,
    reached_among,
    reached_keys,
    reaches_any,
    reasons,
    register_route,
    routes,
)

__all__ = [
    "Action",
    "Reason",
    "RestrictedManager",
    "RestrictedQuerySet",
    "Route",
    "action",
    "actions",
    "count_reached",
    "is_same_reach",
    "may_hold",
    "reached_among",
    "reached_keys",
    "reaches_any",
    "reasons",
    "register_actions",
    "register_route",
    "routes",
]
