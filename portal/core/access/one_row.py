"""One row by a unique column, read by a plain statement.

The mapper takes three times as long to write this statement as the database to answer it, and every
page about one record begins with it. Within a request the same statement brings what the rule asks
next: what is read of the person (``person``), and companions of the row (where a student stands),
since a statement of its own costs more on the way than in the database.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection, models

from portal.core.prepared import Prepared, prepared
from portal.core.rows import fetch
from portal.core.scope import is_keeping, today

from .person import parts_beside
from .routes import may_hold

_LARGEST = 2**63 - 1


class Companion(NamedTuple):
    """``sql`` is one value about ``column`` of a row, written ``{row}``; it may use ``%(day)s``.
    ``keep(value of the column, what was read)`` remembers it for the request."""

    column: str
    sql: str
    keep: Callable[[Any, Any], None]


class _Plain(NamedTuple):
    """The statement of a model and a column in its parts."""

    names: list[str]
    key: int  # its place among the columns
    where: str
    kind: type
    companions: "Companions"


Companions = tuple[Companion, ...]
_companions: dict[str, list[Companion]] = {}


def register_companion(
    model: type[models.Model], column: str, sql: str, keep: Callable[[Any, Any], None]
) -> None:
    """Read ``sql`` with every row of ``model`` that ``get_for`` is asked for."""
    _companions.setdefault(model._meta.label, []).append(Companion(column, sql, keep))
    _plain.cache_clear()


def row_for(
    model: type[models.Model], lookup: dict[str, Any], user: Any, action: str,
    bring: Companions = (),
) -> models.Model:  # fmt: skip
    """The row of ``model`` with these values, as ``filter(**lookup).first()``; one with key 0 where
    there is none, which is asked about like any other. What the rule will ask for ``user`` and
    ``action`` comes with it, and what the page wants (``bring``), of a missing row as well: the
    time must not tell them apart."""
    if len(lookup) == 1:
        ((name, value),) = lookup.items()
        plain = _plain(model, name)
        if plain is not None and _fits(value, plain.kind):
            return _read(model, plain, value, user, action, bring)
    rows_of: Any = model._default_manager.get_queryset()
    found: models.Model | None = rows_of.filter(**lookup).order_by().first()
    return found or model(pk=0)


def _read(
    model: type[models.Model], plain: _Plain, value: Any, user: Any, action: str, bring: Companions
) -> models.Model:
    is_asked = is_keeping() and may_hold(user, action)
    companions = (*plain.companions, *bring) if is_asked else ()
    # A plan of its own for each kind of record is worth its place for those opened all day.
    beside = parts_beside(user) if companions else None
    params = {"value": value, "day": today()}
    parts: tuple[str, ...] = ()
    if beside is not None:
        parts = beside.columns
        params |= beside.params
    ((*found,),) = fetch(_statement(model, plain.where, companions, parts), params)
    at = len(plain.names)
    row: models.Model = (
        model(pk=0)
        if found[plain.key] is None
        else model.from_db(connection.alias, plain.names, found[:at])
    )
    for companion in companions:
        companion.keep(getattr(row, companion.column), found[at])
        at += 1
    if beside is not None:
        beside.keep(found[at:])
    return row


@lru_cache(maxsize=500)
def _statement(
    model: type[models.Model],
    where: str,
    companions: Companions,
    parts: tuple[str, ...],
) -> Prepared:
    """Always one row: empty where there is none, for the sake of what is read beside it."""
    columns = [_column(model, one) for one in model._meta.concrete_fields]
    columns += [
        f"({one.sql.replace('{row}', _column(model, _field(model, one.column)))})"
        for one in companions
    ]
    columns += parts
    source = f'"{model._meta.db_table}" its'
    for above, link in model._meta.parents.items():  # a kind of unit has a table of its own
        key = _column(model, above._meta.pk)
        source = f'({source} JOIN "{above._meta.db_table}" above ON {key} = {_column(model, link)})'
    return prepared(
        f"SELECT {', '.join(columns)} FROM (SELECT 1) asked LEFT JOIN {source} ON {where}"
    )


@lru_cache(maxsize=200)
def _plain(model: type[models.Model], name: str) -> _Plain | None:
    """The parts of the statement, where the mapper adds nothing to them."""
    field: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
    fields = model._meta.concrete_fields
    if field is None or not field.unique or model._meta.proxy:
        return None
    if len(model._meta.parents) > 1:
        return None
    if any(one.get_db_converters(connection) for one in fields):
        return None
    # The key of a kind of unit is that of its unit.
    target: Any = field.target_field if field in model._meta.parents.values() else field
    if isinstance(target, (models.CharField, models.TextField)):
        kind: type = str
    elif isinstance(target, (models.AutoField, models.BigIntegerField)):
        kind = int
    else:
        return None
    companions = list(_companions.get(model._meta.label, ()))
    for above in model._meta.parents:
        companions += _companions.get(above._meta.label, ())
    return _Plain(
        [one.attname for one in fields],
        fields.index(model._meta.pk),
        f"{_column(model, field)} = %(value)s",
        kind,
        tuple(companions),
    )


def _field(model: type[models.Model], column: str) -> Any:
    return model._meta.pk if column == "pk" else model._meta.get_field(column)


def _column(model: type[models.Model], field: Any) -> str:
    """By a name of our own for the table, which no statement of a companion can mean as well."""
    return f'{"its" if field.model is model else "above"}."{field.column}"'


def _fits(value: Any, kind: type) -> bool:
    if type(value) is not kind:
        return False
    return not isinstance(value, int) or 0 <= value <= _LARGEST
