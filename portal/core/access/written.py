"""The reach as a plain statement, for long lists.

``reached_keys`` says what a person reaches as a query of the mapper, which takes longer to build
than a page of a list takes to read. An app may write the same routes as SQL here; where a route of
a model is not written, or two accounts look at once, the mapper's query is the statement.
``tests/permissions/test_written_reach.py`` holds both against each other.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models

from portal.core.rows import array_of, fetch, named

from .denials import denied
from .routes import may_hold, reached_keys, routes
from .seen_as import plain, supporter_of

Params = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """Which form of a route is wanted.

    ``by_row``: rows are tested one by one, so long arrays are to be hashed (``among``) instead of
    being the list to start from. ``only`` narrows rows of the model's table, called ``t``.
    """

    by_row: bool = False
    only: str = ""

    def among(self, column: str, ids: str) -> str:
        """``column`` is one of the ``ids`` (a statement), in whatever form is the quicker here."""
        if self.by_row:
            # Within IS TRUE it stays a hashed sub-select, which the planner cannot turn into a join.
            return f"({column} IN ({ids})) IS TRUE"
        return f"{column} = ANY(ARRAY({ids}))"

    def inside(self, column: str, reach: str) -> str:
        """``column`` is one of the keys that another ``reach`` yields: gathered once, or asked for
        each row by itself."""
        if self.by_row:
            # OFFSET 0 keeps the planner from turning the test back into a join with the whole reach.
            return f"""EXISTS (SELECT 1 FROM ({reach}) within(pk)
                                WHERE within.pk = {column} OFFSET 0)"""
        return f"{column} = ANY(ARRAY({reach}))"


GATHERED = Asked()


@dataclass(frozen=True)
class Written:
    """``sql`` yields one column of primary keys, with repetitions; its places are ``%(name)s``."""

    sql: str
    params: Params


class UnwrittenError(Exception):
    """A route that leads here, perhaps through another model, has no SQL: the mapper writes."""


Write = Callable[[Any, str, Asked], "Written | None"]
_written: dict[tuple[str, str], Write] = {}


def register_written(model: type[models.Model], route: str, write: Write) -> None:
    """The route of this name as SQL: None where it leads nowhere. Names of places are its own."""
    _written[model._meta.label, route] = write


def listed(name: str, ids: Iterable[int]) -> Written | None:
    """A route that leads to these primary keys."""
    numbers = array_of(ids)
    return (
        None
        if numbers == "{}"
        else Written(f"SELECT unnest(%({name})s::bigint[])", {name: numbers})
    )


def is_written(model: type[models.Model]) -> bool:
    return all(_write_of(model, way.name) is not None for way in routes(model))


def _write_of(model: type[models.Model], route: str) -> Write | None:
    """How the route is written; a kind of unit is reached as a unit is."""
    named = (_written.get((one._meta.label, route)) for one in (model, *model._meta.parents))
    return next((write for write in named if write is not None), None)


def written_reach(
    model: type[models.Model], user: Any, action: str, asked: Asked, *, but: str = ""
) -> Written | None:
    """What ``reached_keys`` names, for one account and a model whose routes are written."""
    if not may_hold(user, action):
        return None
    parts, params = [], Params()
    for way in routes(model):
        if way.name == but:
            continue
        write = _write_of(model, way.name)
        if write is None:
            raise UnwrittenError(f"{model._meta.label} {way.name}")
        found = write(user, action, asked)
        if found is not None:
            parts.append(found.sql)
            params |= found.params
    if not parts:
        return None
    sql = " UNION ALL ".join(parts)
    return _without(model, user, Written(sql, params))


def _without(model: type[models.Model], user: Any, reach: Written) -> Written:
    """The reach without the rows that a denial names: deny beats allow by any route."""
    sql, params = reach.sql, dict(reach.params)
    for at, (name, ids) in enumerate(denied(model, user)):
        field: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
        params[f"shut{at}"] = array_of(ids)
        key = model._meta.pk.column
        sql = f"""SELECT d.{key} FROM {model._meta.db_table} d WHERE d.{key} IN ({sql})
                     AND (d.{field.column} = ANY(%(shut{at})s::bigint[])) IS NOT TRUE"""
    return Written(sql, params)


def reach_statement(
    model: type[models.Model], user: Any, action: str, asked: Asked = GATHERED, **within: Any
) -> tuple[str, Params] | None:  # fmt: skip
    """What ``user`` reaches as a statement with its values: one column of primary keys, with
    repetitions, narrowed ``within`` column values. None: nothing is reached."""
    if supporter_of(user) is None:
        try:
            narrowed = conditions(model, "t", within)
            found = written_reach(model, user, action, Asked(asked.by_row, narrowed.sql))
            return None if found is None else (found.sql, found.params | narrowed.params)
        except UnwrittenError:
            pass
    keys = reached_keys(model, user, action, **within)
    if keys is None:
        return None
    try:
        statement, values = keys.query.sql_with_params()
    except EmptyResultSet:
        return None
    return named(statement, values, "key")


def reaches_any(model: type[models.Model], user: Any, action: str) -> bool:
    """Whether ``reached_keys`` would be more than None: a door for navigation and whole pages.

    It says that a post, link or seat carries the action, not that any row exists.
    """
    if not may_hold(user, action):
        return False
    supporter = supporter_of(user)
    if supporter is not None:
        return all(reaches_any(model, one, action) for one in (plain(user), supporter))
    try:
        return written_reach(model, user, action, GATHERED) is not None
    except UnwrittenError:
        pass
    return any(
        bool(route.reach(user, action)) if route.reach else route.keys(user, action) is not None
        for route in routes(model)
    )


def conditions(model: type[models.Model], alias: str, within: dict[str, Any]) -> Written:
    """``within`` (``column=value``, ``column__isnull=…``) as AND-ed conditions, or nothing."""
    sql, params = "", Params()
    for word, value in within.items():
        name, _, how = word.partition("__")
        field: Any = model._meta.get_field(name)
        if how == "isnull":
            sql += f" AND {alias}.{field.column} IS {'' if value else 'NOT '}NULL"
            continue
        if how:
            raise ValueError(f"{word}: only equality and isnull narrow a reach")
        sql += f" AND {alias}.{field.column} = %(only_{name})s"
        params[f"only_{name}"] = value
    return Written(sql, params)


def count_reached(model: type[models.Model], user: Any, action: str) -> int:
    """How many rows ``reached_keys`` names, counted from the reach without reading the rows."""
    reach = reach_statement(model, user, action)
    if reach is None:
        return 0
    statement, params = reach
    found = fetch(
        f"SELECT count(*) FROM (SELECT DISTINCT pk FROM ({statement}) reach(pk)) each_once", params
    )
    return int(found[0][0])
