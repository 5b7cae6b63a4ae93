"""Statements whose plan the database keeps for the length of a connection.

PostgreSQL plans a statement each time it is sent; for one that joins a dozen tables this takes
longer than reading the few rows. ``PREPARE`` keeps the plan, the one for any value from the first
time on (``plan_cache_mode`` in the settings): left to itself the server compares two guesses of the
cost and may plan a statement over a reach anew each time. Good for statements whose values do not
change the plan (one student, one case, a reach as ``ANY(ARRAY(…))``), bad for others.

    fetch(prepared("SELECT name FROM core_user WHERE id = %(user)s"), {"user": 7})

Named places only. Works with connections of one's own; behind a pooler that shares connections
between transactions set ``DATABASE_PREPARES=0``, and the same statements are sent as they are.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from psycopg2 import errors, extensions

# Statements kept per connection: a page has a few, and a few forms of each by right.
_MOST = 160
_PLACE = re.compile(r"%\((\w+)\)s|%(%)")


class Prepared(str):
    """A statement to be prepared; everywhere else it is the text that it is.

    ``head`` are statements sent with it. Within a POST the history sets words before every
    statement (who writes, at which address), which must not take from it that it is prepared.
    """

    __slots__ = ("head", "name", "places", "told")

    head: str
    name: str
    told: str
    places: tuple[str, ...]

    def __radd__(self, before: str) -> "Prepared":
        if not before:
            return self
        made = Prepared(f"{before}{self!s}")
        made.head, made.name, made.told = before + self.head, self.name, self.told
        made.places = self.places
        return made


@lru_cache(maxsize=1000)
def prepared(statement: str) -> Prepared:
    """``statement`` marked so that ``Cursor`` prepares it once per connection."""
    places: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        if found[2]:
            return "%"
        return f"${places.setdefault(found[1], len(places) + 1)}"

    made = Prepared(statement)
    made.told = _PLACE.sub(numbered, statement)
    made.head, made.places = "", tuple(places)
    made.name = "kept_" + hashlib.sha256(statement.encode()).hexdigest()[:16]
    return made


# The server knows no such plan (DISCARD ALL), or a column changed its type since.
_STALE = (errors.InvalidSqlStatementName, errors.FeatureNotSupported)
_known: WeakKeyDictionary[Any, OrderedDict[str, str]] = WeakKeyDictionary()


class Cursor(extensions.cursor):
    """psycopg2's cursor; what is marked as prepared is executed by name."""

    def execute(self, query: Any, vars: Any = None) -> None:
        if not isinstance(query, Prepared) or not isinstance(vars, Mapping):
            return super().execute(query, vars)
        known = _known.setdefault(self.connection, OrderedDict())
        call = known.get(query.name)
        if call is None:
            call = self._prepare(query, known)
        else:
            known.move_to_end(query.name)
        try:
            return super().execute(query.head + call, vars)
        except _STALE as error:
            # Begin anew, and say it plainly this once. A transaction is lost by now, like with any
            # failing statement.
            del known[query.name]
            if not self.connection.autocommit:
                raise
            if isinstance(error, errors.FeatureNotSupported):
                super().execute(f"DEALLOCATE {query.name}")
            return super().execute(query, vars)

    def _prepare(self, query: Prepared, known: OrderedDict[str, str]) -> str:
        while len(known) >= _MOST:
            oldest, _call = known.popitem(last=False)
            super().execute(f"DEALLOCATE {oldest}")
        super().execute(f"PREPARE {query.name} AS {query.told}")
        places = ", ".join(f"%({place})s" for place in query.places)
        call = known[query.name] = (
            f"EXECUTE {query.name}({places})" if places else (f"EXECUTE {query.name}")
        )
        return call
