"""Denials: rows that a named person never reaches, whatever posts, links or seats say.

A denial is taken away from the joined reach, so neither the order of rows nor a route added later
can bring the record back (design 5.9).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from portal.core.models import User

from .reason import Reason


@dataclass(frozen=True)
class Denial:
    """``ids(user)`` are values of ``field`` that this person never reaches: empty for nearly
    everybody, and then no statement changes. ``why`` is for the explanation."""

    name: str
    field: str
    ids: Callable[[User], Sequence[int]]
    why: Callable[[User, Any], list[Reason]]


_denials: dict[str, list[Denial]] = {}


def register_denial(model: type[models.Model], denial: Denial) -> None:
    listed = _denials.setdefault(model._meta.label, [])
    _denials[model._meta.label] = [d for d in listed if d.name != denial.name] + [denial]


def denied(model: type[models.Model], user: User) -> list[tuple[str, Sequence[int]]]:
    """(field, values) of the denials that touch this person."""
    return [(one.field, ids) for one in _listed(model) if (ids := one.ids(user))]


def _listed(model: type[models.Model]) -> list[Denial]:
    """The denials of ``model``, and those of what it is a kind of, as with the routes."""
    found = list(_denials.get(model._meta.label, ()))
    for above in model._meta.parents:
        found += _listed(above)
    return found


def denial_reasons(user: User, obj: models.Model) -> list[Reason]:
    """Why this person is kept from this record; empty when nothing denies it."""
    found: list[Reason] = []
    for one in _listed(type(obj)):
        if getattr(obj, one.field) in one.ids(user):
            found.extend(one.why(user, obj))
    return found
