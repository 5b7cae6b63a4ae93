"""What several parts of a page want to know, read in one statement.

A page about one record has a dozen parts, each with a few rows. Sent one by one the statements
cost more than the reading. A part writes down what it asks; the page asks for all:

    found = answers({"staff": Ask(_STAFF, {"roles": [...]}), "case": None}, student=7)
    found["staff"]  # rows of JSON values; of None there are none
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from typing import Any

from portal.core.access import Companion, Companions
from portal.core.prepared import prepared
from portal.core.registry import panels
from portal.core.rows import fetch
from portal.core.scope import recalled, remembered

Rows = list[Any]
_PLACE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Ask:
    """``sql`` selects one JSON value a row, in order (``json_build_array(…)``); times come as ISO
    text, so cast exact numbers to text. ``params`` are for its own places; what all parts of the
    page share (``%(student)s``, ``%(day)s``) the page gives."""

    sql: str
    params: Mapping[str, Any] = field(default_factory=dict)


def answers(asks: Mapping[str, Ask | None], **shared: Any) -> dict[str, Rows]:
    """The rows of each; one statement, none when nothing is asked."""
    open_ones = {code: ask for code, ask in asks.items() if ask is not None}
    found: dict[str, Rows] = {code: [] for code in asks}
    if not open_ones:
        return found
    params = dict(shared)
    parts = []
    for code, ask in open_ones.items():
        sql, own = as_value(ask, code, frozenset(shared))
        parts.append(sql)
        params |= own
    (row,) = fetch(prepared("SELECT " + ", ".join(parts)), params)
    return found | dict(zip(open_ones, row, strict=True))


def as_value(ask: Ask, code: str, shared: frozenset[str]) -> tuple[str, dict[str, Any]]:
    """The ask as one value of a statement that knows the places ``shared``, and its own places."""
    places = {f"{code}__{name}": value for name, value in ask.params.items()}
    return _named(ask.sql, code, shared), places


@lru_cache(maxsize=1000)
def _named(sql: str, code: str, shared: frozenset[str]) -> str:
    """The part as one value, its own places by a name of their own."""

    def own(place: re.Match[str]) -> str:
        return place[0] if place[1] in shared else f"%({code}__{place[1]})s"

    return f"to_json(ARRAY({_PLACE.sub(own, sql)}))"


def moment(text: str | None) -> dt.datetime | None:
    """A time as JSON brings it."""
    return dt.datetime.fromisoformat(text) if text else None


@cache
def panels_there(page: str) -> Companions:
    """For ``get_for`` of a page about a student: which panels have anything to ask for, told by
    the statement of the row. A page that writes before it shows must not bring it."""
    named = [one for one in panels(page) if one.tables and one.ask is not None]
    if not named:
        return ()
    tests = [
        " OR ".join(f"EXISTS (SELECT 1 FROM {t} WHERE student_id = {{row}})" for t in one.tables)
        for one in named
    ]
    keep = partial(_keep_there, page, tuple(one.code for one in named))
    return (Companion("pk", f"ARRAY[{', '.join(tests)}]", keep),)


def _keep_there(page: str, codes: tuple[str, ...], pk: Any, found: list[bool]) -> None:
    remembered(_there_key(page, pk), lambda: dict(zip(codes, found, strict=True)))


def _there_key(page: str, pk: Any) -> Any:
    return ("panels", page, pk)


def asked_panels(
    page: str, user: Any, obj: Any, asks: Mapping[str, Ask | None], **shared: Any
) -> tuple[list[dict[str, Any]], dict[str, Rows]]:
    """Panels of a page with their values, and the rows of ``asks``: panels that say what they ask
    (``Panel.ask``) share the page's statement, others read for themselves."""
    listed, there = panels(page), recalled(_there_key(page, obj.pk)) or {}
    wanted: dict[str, Ask | None] = {
        f"panel_{one.code}": one.ask(user, obj) if there.get(one.code, True) else None
        for one in listed
        if one.ask is not None
    }
    found = answers({**asks, **wanted}, **shared)
    shown = []
    for one in listed:
        values: Callable[..., dict[str, Any] | None] = one.context
        data = values(user, obj, found[f"panel_{one.code}"]) if one.ask else values(user, obj)
        if data is not None:
            shown.append({"panel": one, "data": data})
    return shown, found
