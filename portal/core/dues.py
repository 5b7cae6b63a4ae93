"""What waits for a person: counted for digests, dated for calendars.

Apps register what they know in their ``panels.py``. A count comes from the same query as the page
that its address opens, asked with the reader's own rights; a calendar entry never holds a name.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from portal.core.models import User
from portal.core.scope import request_scope


def _here(_user: Any) -> str:
    return "/"


@dataclass(frozen=True)
class Due:
    """``words(n)`` is a sentence with a number and nothing else: no name, category or level.

    ``people()`` are all who could have something, and maybe others: one statement, so that the
    rule is asked for those only. None: there is no telling without asking. ``is_brief``: a line
    of the Monday brief, not of the digest.
    """

    code: str
    order: int
    words: Callable[[int], str]
    count: Callable[[Any], int]
    people: Callable[[], Collection[int]] | None = None
    url: Callable[[Any], str] = _here
    is_brief: bool = False


@dataclass(frozen=True)
class Entry:
    """One day or moment in a calendar. ``key`` is the same for the same fact for ever."""

    key: str
    title: str
    at: dt.date | dt.datetime
    url: str


@dataclass(frozen=True)
class DueLine:
    code: str
    number: int
    words: str
    url: str


Dated = Callable[[Any, dt.date, dt.date], Iterable[Entry]]
_dues: dict[str, Due] = {}
_dated: dict[str, Dated] = {}


def register_due(*dues: Due) -> None:
    for one in dues:
        _dues[one.code] = one


def register_dated(name: str, entries: Dated) -> None:
    """``entries(user, first, last)``: own due days within the two days, by the rule."""
    _dated[name] = entries


def dues(*, is_brief: bool) -> list[Due]:
    found = [one for one in _dues.values() if one.is_brief == is_brief]
    return sorted(found, key=lambda one: one.order)


def people_with_dues(*, is_brief: bool) -> set[int] | None:
    """All who could have something to read; None when one line cannot tell without asking."""
    found: set[int] = set()
    for one in dues(is_brief=is_brief):
        if one.people is None:
            return None
        found.update(one.people())
    return found


def due_lines(user: User, *, is_brief: bool) -> list[DueLine]:
    """What waits for ``user`` now, by the rights of this moment; lines without number left out.

    A constant number of statements: reach is read once for all lines.
    """
    with request_scope(None):
        counted = [(one, one.count(user)) for one in dues(is_brief=is_brief)]
        return [DueLine(one.code, n, one.words(n), one.url(user)) for one, n in counted if n]


def dated_entries(user: User, first: dt.date, last: dt.date) -> list[Entry]:
    """Own due days from ``first`` to ``last``, in order."""
    with request_scope(None):
        found = [entry for entries in _dated.values() for entry in entries(user, first, last)]
    return sorted(found, key=lambda one: (_day(one.at), one.key))


def _day(at: dt.date | dt.datetime) -> str:
    return at.isoformat()
