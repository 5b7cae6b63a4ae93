"""What stood where on a day: names, places and successors of units over time."""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db.models import Q

from cohorts.models import Unit, UnitPast, UnitSuccession
from portal.core.rows import fetch


@dataclass(frozen=True)
class PastUnit:
    """A unit as it was on a day."""

    pk: int
    parent_id: int | None
    kind: str
    code: str
    name: str
    label: str


# The state of a day is the earliest kept state that reaches to it, else what holds today.
_ON_DAY = """
    SELECT u.id, CASE WHEN p.id IS NULL THEN u.parent_id ELSE p.parent_id END, u.kind, u.code,
           coalesce(p.name, u.name),
           CASE WHEN p.id IS NULL THEN coalesce(nullif(u.short_name, ''), u.name)
                ELSE coalesce(nullif(p.short_name, ''), p.name) END
      FROM cohorts_unit u
      LEFT JOIN LATERAL (
           SELECT * FROM cohorts_unitpast past
            WHERE past.unit_id = u.id AND past.until >= %(day)s ORDER BY past.until LIMIT 1) p ON true
     WHERE (u.opened_on IS NULL OR u.opened_on <= %(day)s)
       AND (u.closed_on IS NULL OR u.closed_on >= %(day)s)
"""


def units_on(day: dt.date, *, parent_id: int | None) -> list[PastUnit]:
    """Units that stood directly under ``parent_id`` on ``day`` (None: at the top), by code."""
    rows = fetch(
        f"SELECT * FROM ({_ON_DAY}) x(id, parent_id, kind, code, name, label)"
        " WHERE parent_id IS NOT DISTINCT FROM %(parent)s ORDER BY code",
        {"day": day, "parent": parent_id},
    )
    return [PastUnit(*row) for row in rows]


def chain_on(unit_id: int, day: dt.date) -> list[PastUnit]:
    """The unit and what it stood under on ``day``, from the top down; empty when it was not."""
    rows = fetch(
        f"""WITH RECURSIVE state(id, parent_id, kind, code, name, label) AS ({_ON_DAY}),
            walk AS (
                SELECT s.*, 0 AS depth FROM state s WHERE s.id = %(unit)s
                UNION ALL
                SELECT s.*, w.depth + 1 FROM walk w JOIN state s ON s.id = w.parent_id
            )
            SELECT id, parent_id, kind, code, name, label FROM walk ORDER BY depth DESC""",
        {"day": day, "unit": unit_id},
    )
    return [PastUnit(*row) for row in rows]


def history_of(unit: Unit) -> list[dict[str, Any]]:
    """Dated lines about a unit, the newest first: opened, renamed, moved, merged, split, closed."""
    lines: list[tuple[dt.date, str, str, str]] = []
    past = list(UnitPast.objects.filter(unit=unit).select_related("parent").order_by("until"))
    states = [(p.until, p.name, p.parent, p.order_no) for p in past]
    states.append((dt.date.max, unit.name, unit.parent, ""))
    for before, after in pairwise(states):
        (until, name, parent, order_no), (_until, new_name, new_parent, _no) = before, after
        day = until + dt.timedelta(days=1)
        if name != new_name:
            lines.append((day, "renamed", f"{name} → {new_name}", order_no))
        if parent != new_parent:
            lines.append((day, "moved", f"{parent or '—'} → {new_parent or '—'}", order_no))
    rows = UnitSuccession.objects.filter(Q(unit=unit) | Q(successor=unit))
    for row in rows.select_related("unit", "successor"):
        what = row.how if row.unit_id == unit.pk else f"from_{row.how}"
        other = row.successor if row.unit_id == unit.pk else row.unit
        lines.append((row.on, what, other.name, row.order_no))
    if unit.opened_on:
        lines.append((unit.opened_on, "opened", "", ""))
    if unit.closed_on:
        lines.append((unit.closed_on, "closed", "", ""))
    lines.sort(key=lambda line: line[0], reverse=True)
    return [{"day": d, "what": w, "words": x, "order_no": n} for d, w, x, n in lines]
