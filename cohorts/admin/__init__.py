"""Django admin of the organisation: units, posts, roles, contracting groups, catalogues."""

from . import catalogues, contracts, posts, roles, steps, units

__all__ = ["catalogues", "contracts", "posts", "roles", "steps", "units"]
