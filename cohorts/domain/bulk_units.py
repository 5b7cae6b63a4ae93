"""Opening many units at once, for first loads; the closure table is rebuilt afterwards."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from cohorts.domain.tree import rebuild_tree
from cohorts.models import Unit
from portal.core import audit
from portal.core.models import User


@dataclass(frozen=True)
class NewUnit:
    """A unit to open: typed model, code, name, code of its parent, own fields of the type."""

    model: type[Unit]
    code: str
    name: str
    parent: str = ""
    short_name: str = ""
    extra: tuple[tuple[str, Any], ...] = ()


@transaction.atomic
def open_units(
    *, actor: User | None, units: Sequence[NewUnit], opened_on: dt.date | None = None
) -> int:
    """Insert units (parents before children) whose codes do not exist yet; returns how many.

    For trusted callers only (commands, seeds): kinds and rights are not checked here.
    """
    opened_on = opened_on or timezone.localdate()
    known: dict[str, int] = dict(
        Unit.objects.filter(
            code__in=[u.parent for u in units] + [u.code for u in units]
        ).values_list("code", "pk")
    )
    opened = 0
    for level in _levels(units, known):
        rows = Unit.objects.bulk_create(
            [
                Unit(
                    kind=unit.model.kind_of_model, code=unit.code, name=unit.name[:80],
                    short_name=unit.short_name, parent_id=known.get(unit.parent), opened_on=opened_on,
                )
                for unit in level
            ],
            batch_size=5_000,
        )  # fmt: skip
        known.update({row.code: row.pk for row in rows})
        _insert_children(level, known)
        opened += len(rows)
    if opened:
        rebuild_tree()
        audit.record_many(actor=actor, action="open_units", model=Unit, ids=[], opened=opened)
    return opened


def _levels(units: Sequence[NewUnit], known: dict[str, int]) -> list[list[NewUnit]]:
    """Units grouped so that each parent comes in an earlier group than its children."""
    waiting = {unit.code: unit for unit in units if unit.code not in known}
    depth: dict[str, int] = {}

    def depth_of(code: str) -> int:
        if code not in waiting:
            return -1
        if code not in depth:
            depth[code] = depth_of(waiting[code].parent) + 1
        return depth[code]

    levels: dict[int, list[NewUnit]] = {}
    for code, unit in waiting.items():
        levels.setdefault(depth_of(code), []).append(unit)
    return [levels[key] for key in sorted(levels)]


def _insert_children(level: Sequence[NewUnit], known: dict[str, int]) -> None:
    """The rows of the typed tables, which Django's bulk_create does not write."""
    from psycopg2.extras import execute_values

    groups: dict[tuple[type[Unit], tuple[str, ...]], list[tuple[Any, ...]]] = {}
    for unit in level:
        fields = tuple(name for name, _value in unit.extra)
        row = (known[unit.code], *(value for _name, value in unit.extra))
        groups.setdefault((unit.model, fields), []).append(row)
    with connection.cursor() as cursor:
        for (model, fields), values in groups.items():
            names = ", ".join(["unit_ptr_id", *fields])
            statement = f"INSERT INTO {model._meta.db_table} ({names}) VALUES %s"
            execute_values(cursor.cursor, statement, values, page_size=5_000)
