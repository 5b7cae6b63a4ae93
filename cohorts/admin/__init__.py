"""Django admin of the organisation: units, posts, roles, contracting groups, catalogues."""

from . import (
    around_posts,
    catalogues,
    contracts,
    groups,
    measures,
    posts,
    rhythms,
    roles,
    steps,
    units,
)

__all__ = [
    "around_posts",
    "catalogues",
    "contracts",
    "groups",
    "measures",
    "posts",
    "rhythms",
    "roles",
    "steps",
    "units",
]
