"""Small statements that every page makes, without the cost of building them each time.

The object-relational mapper takes about half a millisecond to build and compile a query that the
database answers in a tenth of one; the reads of the access rule run before every page.
"""

import itertools
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.models import Field, Lookup
from django.db.models.fields.related import ForeignObject

from portal.core.prepared import forget_plans


def array_of(ids: Iterable[int]) -> str:
    """The numbers as one value of PostgreSQL, to be written ``%s::bigint[]``. A list would become
    an expression of as many numbers, which takes the server milliseconds to read and plan."""
    return "{" + ",".join(map(str, ids)) + "}"


def fetch(statement: str, params: Sequence[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of one statement. Numbers for ``= ANY(%s::bigint[])`` come from ``array_of``."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


# Plans by connection and statement; they end with the connection.
_plans: "WeakKeyDictionary[Any, dict[str, str]]" = WeakKeyDictionary()
_MOST_PLANS = 250
_numbers = itertools.count(1)
_NAMED = re.compile(r"%\((\w+)\)s")


def planned(
    statement: str, params: Sequence[Any] | dict[str, Any], name: str = "plan"
) -> list[tuple[Any, ...]]:
    """As ``fetch``, for statements whose text is the same every time: reading and planning a
    statement with a dozen tables takes the server longer than answering it, so it keeps the plan,
    under a ``name`` that logs show.

    The plan is made without knowing the values (after five runs, where the server finds it no
    worse). So the text must make the right way the only one: a long array is not to be a filter
    over many rows but a list to start from or a sub-select that is hashed. Where connections are
    not kept (``CONN_MAX_AGE`` 0, as behind a pooler) it is ``fetch``.
    """
    if connection.settings_dict["CONN_MAX_AGE"] == 0:
        return fetch(statement, params)
    if isinstance(params, dict):
        keys = _keys(statement)
        values: Sequence[Any] = [params[key] for key in keys]
    else:
        keys, values = (), params
    with connection.cursor() as cursor:
        held = _plans.setdefault(connection.connection, {})
        run = held.get(statement)
        if run is None:
            if len(held) >= _MOST_PLANS:
                held.clear()
                cursor.execute("DEALLOCATE ALL")
                forget_plans(connection.connection)
            run = f"EXECUTE {name}_{next(_numbers)}"
            made = f"{run.replace('EXECUTE', 'PREPARE')} AS {_numbered(statement, keys, values)}"
            if values:
                made, run = made.replace("%", "%%"), f"{run} ({', '.join(['%s'] * len(values))})"
            cursor.execute(f"{made}; {run}", values or None)
            held[statement] = run
        else:
            try:
                cursor.execute(run, values or None)
            except Exception:
                held.pop(statement, None)  # made anew next time, should the plan be what failed
                raise
        return list(cursor.fetchall())


@lru_cache(maxsize=2_000)
def _keys(statement: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_NAMED.findall(statement)))


def _numbered(statement: str, keys: Sequence[str], values: Sequence[Any]) -> str:
    """The statement with ``$1`` where its values stand."""
    if keys:
        return statement % {key: f"${at}" for at, key in enumerate(keys, start=1)}
    return statement % tuple(f"${at}" for at in range(1, len(values) + 1))


@Field.register_lookup
@ForeignObject.register_lookup
class AnyOf(Lookup):  # type: ignore[type-arg] # not subscriptable at run time
    """``unit_id__any=ids``: ``IN`` with one array for all numbers instead of one parameter each,
    which at thousands of units is the difference between one and ten milliseconds."""

    lookup_name = "any"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Iterable[int] | str) -> None:
        super().__init__(lhs, rhs if isinstance(rhs, str) else array_of(rhs))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::bigint[])", [*params, self.rhs]
