"""The public board: four rates that are never merged, each with what it counts (rulebook 9.4).

- answered in time: first answers by the promised day ÷ requests answered or past their day
- solved: closed ones that the sender called solved ÷ closed ones, those that lapsed included
- satisfied: senders who were satisfied ÷ senders who said so or not
- still fine: senders who said so some weeks later ÷ senders who were asked and answered

Protected complaints and those taken back count nowhere. A group smaller than the smallest cell
shows no figures; where only one group would be hidden, the next smallest is hidden with it, so that
nobody computes it from the total.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casework.request_catalogue import number
from portal.core.rows import fetch

_GROUPS = """
    SELECT grouping(r.office_id, r.kind_id, month) AS which, u.name, k.name, month,
           count(*),
           count(*) FILTER (WHERE r.is_in_time), count(*) FILTER (
               WHERE r.first_answered_at IS NOT NULL OR r.due_on < %(today)s),
           count(*) FILTER (WHERE r.is_solved AND r.closed_at IS NOT NULL),
           count(*) FILTER (WHERE r.closed_at IS NOT NULL),
           count(*) FILTER (WHERE r.is_satisfied), count(r.is_satisfied),
           count(*) FILTER (WHERE r.is_still_fine), count(r.is_still_fine)
      FROM (SELECT *, date_trunc('month', sent_at AT TIME ZONE %(zone)s)::date AS month
              FROM casework_request
             WHERE NOT is_protected AND withdrawn_at IS NULL AND sent_at >= %(since)s) r
      LEFT JOIN cohorts_unit u ON u.id = r.office_id
      LEFT JOIN casework_requestkind k ON k.code = r.kind_id
     GROUP BY GROUPING SETS ((r.office_id, u.name), (r.kind_id, k.name, k."order"), (month), ())
    HAVING count(*) > 0
     ORDER BY 1, k."order", month DESC, count(*) DESC, u.name
"""
# Values of grouping(): a bit is set where the column was folded together.
_WHICH = {0b011: "offices", 0b101: "kinds", 0b110: "months", 0b111: "all"}
MONTHS = 12


@dataclass
class Rates:
    """One row. Each rate is (numerator, denominator), None where the group is too small."""

    label: str
    total: int
    rates: list[tuple[int, int] | None]
    is_hidden: bool = False


@dataclass
class Board:
    all: Rates | None
    parts: dict[str, list[Rates]]
    smallest: int
    since: dt.date
    has_hidden: bool


def labels() -> list[str]:
    return [_("Answered in time"), _("Solved"), _("Satisfied"), _("Still fine after 30 days")]


def board(today: dt.date | None = None) -> Board:
    """Rates of the requests sent in the last twelve months; one statement besides the limit."""
    today = today or timezone.localdate()
    first = (today.replace(day=1) - dt.timedelta(days=31 * (MONTHS - 1))).replace(day=1)
    smallest = number("request.min_cell")
    asked = {"today": today, "since": first, "zone": timezone.get_default_timezone_name()}
    parts: dict[str, list[Rates]] = {"offices": [], "kinds": [], "months": []}
    whole: Rates | None = None
    for which, office, kind, month, total, *pairs in fetch(_GROUPS, asked):
        name = _WHICH[which]
        label = office or _("not sorted yet") if name == "offices" else kind or ""
        if name == "months":
            label = _month(month)
        row = Rates(label, total, [_pair(pairs, n, smallest) for n in range(4)])
        if name == "all":
            whole = row
        else:
            parts[name].append(row)
    for rows in parts.values():
        _hide(rows, smallest)
    if whole is not None and whole.total < smallest:
        whole.is_hidden = True
    hidden = any(row.is_hidden for rows in parts.values() for row in rows)
    return Board(whole, parts, smallest, first, hidden)


def _pair(pairs: list[int], place: int, smallest: int) -> tuple[int, int] | None:
    """Numerator and denominator; nothing where so few answered that they could be told apart."""
    part, of = pairs[2 * place], pairs[2 * place + 1]
    return (part, of) if of >= smallest else None


def _hide(rows: list[Rates], smallest: int) -> None:
    small = [row for row in rows if row.total < smallest]
    if len(small) == 1 and len(rows) > 1:
        small.append(min((r for r in rows if r is not small[0]), key=lambda r: r.total))
    for row in small:
        row.is_hidden = True


def _month(day: dt.date) -> Any:
    return date_format(day, "YEAR_MONTH_FORMAT")
