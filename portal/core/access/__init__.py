"""The one access rule: actions, routes to records, restrict/get_for, explain (design 5)."""

from .actions import Action, action, actions, carries, register_actions
from .denials import Denial, denial_reasons, register_denial
from .one_row import Companion, Companions, register_companion
from .person import part_of, register_part
from .queryset import RestrictedManager, RestrictedQuerySet
from .reason import Reason
from .routes import (
    Route,
    is_same_reach,
    may_hold,
    reach_of,
    reached_among,
    reached_keys,
    reasons,
    register_route,
    routes,
)
from .seen_as import key_of, plain, seen_as, supporter_of
from .within import Among, Condition, actions_on, prove, reaches_one, rows_within
from .written import (
    GATHERED,
    Asked,
    UnwrittenError,
    Write,
    Written,
    conditions,
    count_reached,
    listed,
    reach_statement,
    reaches_any,
    register_written,
    written_reach,
)

__all__ = [
    "GATHERED",
    "Action",
    "Among",
    "Asked",
    "Companion",
    "Companions",
    "Condition",
    "Denial",
    "Reason",
    "RestrictedManager",
    "RestrictedQuerySet",
    "Route",
    "UnwrittenError",
    "Write",
    "Written",
    "action",
    "actions",
    "actions_on",
    "carries",
    "conditions",
    "count_reached",
    "denial_reasons",
    "is_same_reach",
    "key_of",
    "listed",
    "may_hold",
    "part_of",
    "plain",
    "prove",
    "reach_of",
    "reach_statement",
    "reached_among",
    "reached_keys",
    "reaches_any",
    "reaches_one",
    "reasons",
    "register_actions",
    "register_companion",
    "register_denial",
    "register_part",
    "register_route",
    "register_written",
    "routes",
    "rows_within",
    "seen_as",
    "supporter_of",
    "written_reach",
]
