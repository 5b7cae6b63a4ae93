"""What is read of a person before the rule can be asked: grants, links, ties to cases.

Each app registers the statement for its part, as JSON; all parts are read in one statement, once
a request. ``forget_reach`` drops them with everything else that was read.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.utils import timezone

from portal.core.models import User
from portal.core.prepared import prepared
from portal.core.rows import fetch
from portal.core.scope import is_remembered, remembered, today

_parts: dict[str, str] = {}


def register_part(name: str, statement: str) -> None:
    """``statement`` yields one JSON value; it may use ``%(user)s``, ``%(day)s``, ``%(now)s``."""
    _parts[name] = statement
    _columns.cache_clear()


class Beside(NamedTuple):
    """The parts as columns of another statement, and who takes what was read."""

    columns: tuple[str, ...]
    params: dict[str, Any]
    keep: Callable[[Sequence[Any]], None]


def part_of(user: User, name: str) -> Any:
    """The part of this name; None when there is nothing to tell."""

    def read() -> dict[str, Any]:
        columns, params, _keep = _asked(user)
        ((*values,),) = fetch(prepared(f"SELECT {', '.join(columns)}"), params)
        return dict(zip(_parts, values, strict=True))

    return remembered(_key(user), read)[name]


def parts_beside(user: User) -> Beside | None:
    """The parts to be read with something else; None when they have been read."""
    return None if is_remembered(_key(user)) else _asked(user)


def _key(user: User) -> Any:
    return ("person", user.pk, today())


def _asked(user: User) -> Beside:
    def keep(values: Sequence[Any]) -> None:
        remembered(_key(user), lambda: dict(zip(_parts, values, strict=True)))

    params = {"user": user.pk, "day": today(), "now": timezone.now()}
    return Beside(_columns(), params, keep)


@cache
def _columns() -> tuple[str, ...]:
    return tuple(f"({statement})" for statement in _parts.values())
