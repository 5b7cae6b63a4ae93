"""The rule about the records of one parent, as a condition of a plain statement.

A page about one student reads that student's cases, talks and results. The mapper takes longer to
build the sub-selects of every route than the database takes to answer, though for one parent the
rule is short: each route that follows the parent is open or shut, and names at most a few column
values. A route says so beside its keys (``Route.within``); one that does not is spliced in as the
sub-select it is. ``tests/core/test_access_within.py`` holds both readings against each other.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models

from portal.core.scope import remembered

from .denials import denied
from .routes import Route, is_same_reach, may_hold, reached_keys, routes
from .seen_as import key_of, supporter_of

Columns = dict[str, Any]
_PLACE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Condition:
    """``sql`` with ``%(name)s`` places, and the values for them."""

    sql: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Among:
    """A column's values, as the rows of a statement of one column. ``or_none``: rows without a
    value count as well. A ``Route.within`` names it where the values would take a read."""

    sql: str
    params: dict[str, Any]
    or_none: bool = False


def prove(model: type[models.Model], user: Any, pk: Any, action: str) -> None:
    """Remember for this request that the rule was asked about this row, and allowed it."""
    _proven(model, user, pk).add(action)


def _proven(model: type[models.Model], user: Any, pk: Any) -> set[str]:
    found: set[str] = remembered(("proven", model._meta.label, key_of(user), pk), set)
    return found


def reaches_one(
    model: type[models.Model], user: Any, action: str, pk: Any, *, but: str = ""
) -> bool:
    """Whether ``user`` reaches this row for ``action``, without the route named by ``but``.

    No statement when the action is held in the same places as one already proven for the row.
    """
    if not may_hold(user, action):
        return False
    if but and not _leads_nowhere(model, user, action, but):
        return _asked(model, user, action, pk, but)
    known = _proven(model, user, pk)
    if action in known:
        return True
    told = _told(model, user, action, pk, None, "")
    if told is not None:
        return told
    if any(is_same_reach(model, user, action, one) for one in known):
        return True
    return _asked(model, user, action, pk, "")


def _leads_nowhere(model: type[models.Model], user: Any, action: str, name: str) -> bool:
    """Whether leaving this route out leaves out nothing for this person."""
    named = [way for way in routes(model) if way.name == name]
    return all(way.reach is not None and not way.reach(user, action) for way in named)


def _asked(model: type[models.Model], user: Any, action: str, pk: Any, but: str) -> bool:
    def read() -> bool:
        told = _told(model, user, action, pk, None, but)
        if told is not None:
            return told
        keys = reached_keys(model, user, action, but=but)
        if keys is None:
            return False
        return bool(model._default_manager.filter(pk__in=keys).filter(pk=pk).exists())

    return remembered(_question(model, user, action, pk, but), read)


def names_one_row(model: type[models.Model], lookup: Columns) -> bool:
    """Whether the look-up goes by a unique column, and routes can tell about a single row."""
    unique = {"pk", *(field.name for field in model._meta.concrete_fields if field.unique)}
    return bool(unique.intersection(lookup)) and any(
        way.holds is not None or way.within is not None for way in routes(model)
    )


def reaches_row(model: type[models.Model], user: Any, action: str, row: Any) -> bool:
    """Whether ``user`` reaches this row, fetched without a question for ``get_for``."""
    if not may_hold(user, action):
        return False
    told = _told(model, user, action, row.pk, vars(row), "")
    return told if told is not None else reaches_one(model, user, action, row.pk)


def _told(
    model: type[models.Model], user: Any, action: str, pk: Any, row: Columns | None, but: str
) -> bool | None:
    """The answer of the routes for one row, None when one of them must be asked by its keys."""
    if supporter_of(user) is not None:
        return None
    shut = denied(model, user)
    if shut and (row is None or any(_value(model, row, name) in ids for name, ids in shut)):
        return None if row is None else False
    unknown = False
    for way in routes(model):
        if way.name == but:
            continue
        answer = _by(way, user, action, pk, row)
        if answer:
            return True
        unknown = unknown or answer is None
    return None if unknown else False


def _by(way: Route, user: Any, action: str, pk: Any, row: Columns | None) -> bool | None:
    if way.holds is not None:
        return way.holds(user, action, pk)
    if way.within is None or row is None:
        return None if way.reach is None or way.reach(user, action) else False
    columns = way.within(user, action, row)
    if columns is None:
        return False
    if any(isinstance(value, Among) for value in columns.values()):
        return None
    return all(
        row[name] in value if isinstance(value, (list, tuple)) else row[name] == value
        for name, value in columns.items()
    )


def _value(model: type[models.Model], row: Columns, name: str) -> Any:
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    return row[field.attname]  # type: ignore[union-attr]


def _question(model: type[models.Model], user: Any, action: str, pk: Any, but: str) -> Any:
    return ("reaches", model._meta.label, key_of(user), action, pk, but)


def _keep_answer(model: type[models.Model], user: Any, action: str, pk: Any, answer: bool) -> None:
    remembered(_question(model, user, action, pk, ""), lambda: answer)


def actions_on(
    model: type[models.Model], user: Any, pk: Any, wanted: Iterable[str]
) -> frozenset[str]:
    """Those of the actions ``wanted`` that ``user`` may do on this row; at most one statement,
    which also answers what ``reaches_one`` asks later in the request."""
    listed = [action for action in wanted if may_hold(user, action)]
    known = _proven(model, user, pk)
    held: set[str] = set()
    asked: dict[str, models.QuerySet[Any, Any]] = {}
    for action in listed:
        told = True if action in known else _told(model, user, action, pk, None, "")
        if told is None and any(is_same_reach(model, user, action, one) for one in known):
            told = True
        if told:
            held.add(action)
        elif told is None and (keys := reached_keys(model, user, action)) is not None:
            asked[action] = keys
    if asked:
        rows = [
            model._default_manager.filter(pk__in=keys)
            .filter(pk=pk)
            .order_by()
            .annotate(right=models.Value(action, output_field=models.CharField()))
            .values_list("right", flat=True)
            for action, keys in asked.items()
        ]
        first, *rest = rows
        found = set(first.union(*rest, all=True) if rest else first)
        for action in asked:
            _keep_answer(model, user, action, pk, action in found)
        held |= found
    for action in held:
        prove(model, user, pk, action)
    return frozenset(held)


def rows_within(
    model: type[models.Model], user: Any, action: str, alias: str, **parent: Any
) -> Condition | None:
    """Which rows of ``model`` with these column values ``user`` reaches; None: not one.

    ``alias`` is the table's name in the statement, whose own condition repeats ``parent``:
    ``rows_within(FollowUp, user, "see_talks", "f", student_id=7)``.
    """
    if not may_hold(user, action):
        return None
    params: dict[str, Any] = {}
    if supporter_of(user) is not None:
        # Two accounts at once are rare: the rows that both reach, as the rule names them.
        sql = _spliced(model, reached_keys(model, user, action), alias, parent, params)
        return None if sql is None else Condition(sql, params)
    ways = [_way(model, way, user, action, alias, parent, params) for way in routes(model)]
    open_ways = [sql for sql in ways if sql is not None]
    if not open_ways:
        return None
    parts = [f"({' OR '.join(open_ways)})"]
    for name, ids in denied(model, user):
        field: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
        shut = _matching(alias, {field.column: list(ids)}, params)
        parts.append(f"({shut}) IS NOT TRUE")
    return Condition(f"({' AND '.join(parts)})", params)


def _way(
    model: type[models.Model],
    way: Route,
    user: Any,
    action: str,
    alias: str,
    parent: Columns,
    params: dict[str, Any],
) -> str | None:
    if way.within is None:
        return _spliced(model, way.keys(user, action), alias, parent, params)
    columns = way.within(user, action, parent)
    if columns is None:
        return None
    return _matching(alias, columns, params)


def _matching(alias: str, columns: Columns, params: dict[str, Any]) -> str:
    parts = []
    for column, value in columns.items():
        name = f"way{len(params)}"
        if isinstance(value, Among):
            parts.append(_among(f"{alias}.{column}", value, params))
        elif value is None:
            parts.append(f"{alias}.{column} IS NULL")
        elif isinstance(value, (list, tuple)):
            listed = f"{alias}.{column} = ANY(%({name})s::bigint[])"
            # None among the values: rows without one count as well.
            parts.append(f"({listed} OR {alias}.{column} IS NULL)" if None in value else listed)
            params[name] = [one for one in value if one is not None]
        else:
            parts.append(f"{alias}.{column} = %({name})s")
            params[name] = str(value) if isinstance(value, str) else value
    return f"({' AND '.join(parts)})" if parts else "TRUE"


def _among(column: str, values: Among, params: dict[str, Any]) -> str:
    prefix = f"way{len(params)}_"
    sql = _PLACE.sub(rf"%({prefix}\1)s", values.sql)
    params |= {f"{prefix}{place}": value for place, value in values.params.items()}
    or_none = f" OR {column} IS NULL" if values.or_none else ""
    return f"({column} IN ({sql}){or_none})"


def _spliced(
    model: type[models.Model],
    keys: "models.QuerySet[Any, Any] | None",
    alias: str,
    parent: Columns,
    params: dict[str, Any],
) -> str | None:
    """The keys of a route as they are, narrowed to the parent."""
    if keys is None:
        return None
    try:
        statement, values = (
            model._default_manager.filter(pk__in=keys, **parent)
            .order_by()
            .values("pk")
            .query.sql_with_params()
        )
    except EmptyResultSet:
        return None
    return f"{alias}.{model._meta.pk.column} IN ({_named(statement, values, params)})"


def _named(statement: str, values: Sequence[Any], params: dict[str, Any]) -> str:
    first, *others = statement.split("%s")
    out = [first]
    for value, rest in zip(values, others, strict=True):
        name = f"way{len(params)}"
        params[name] = value
        out.append(f"%({name})s{rest}")
    return "".join(out)
