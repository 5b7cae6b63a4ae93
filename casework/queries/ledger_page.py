"""One page of a ledger, its lines for the sheet, and the numbers on saved filters."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from html import escape
from itertools import count
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from casework.models import Case, CaseLevel
from casework.queries import ledger_sql as sql
from casework.queries.ledger import (
    CASES,
    CATEGORIES,
    LEVEL,
    OWNER,
    STUDENT,
    tab_counts,
    words_of_days,
)
from casework.queries.ledger_cells import Line, Say, say_now
from casework.queries.ledger_columns import Column
from casework.queries.ledger_tabs import CLOSED, ledger_order
from portal.core.listing import (
    PAGE_SIZE,
    Found,
    Listing,
    Order,
    Value,
    narrowed_by,
    note_size,
    page_of_rows,
    reached_page,
)
from portal.core.rows import fetch, named
from students.enums import Tree
from students.queries.listing import STANDS_IN
from students.queries.unit_words import STATE, unit_words

# What every line has: the columns add their own values.
_LEDGER = Listing(
    Case, "c", f"{STUDENT} {LEVEL} {OWNER}",
    ("c.id", "s.student_no", "s.name", "c.level_id", "o.name", CATEGORIES, "c.closed_at",
     "c.contact_due_at", "c.last_contact_at"),
    CASES.histories, wide=CASES.wide,
)  # fmt: skip
_OWN = len(_LEDGER.values)
_STANDS = STANDS_IN.replace("s.id", "c.student_id")


def _values(columns: Sequence[Column], codes: Sequence[str]) -> list[Value]:
    day = timezone.localdate()
    of, places = (sql.OF_LEDGER, (list(codes),)) if codes else ("", ())
    found = [
        Value(STATE),
        Value(_STANDS, (Tree.CLASS.value, day, day)),
        Value(_STANDS, (Tree.ACADEMY.value, day, day)),
    ]
    if codes:
        found.append(Value(sql.LEVEL_HERE, places))
    for column in columns:
        if column.sql:
            is_narrowed = "{of}" in column.sql
            params = places if is_narrowed else (day,) * column.days
            found.append(Value(column.sql.replace("{of}", of), params))
    return found


def ledger_page(
    user: Any, narrowed: "QuerySet[Case] | None", tab: str, order: Order, number: int,
    columns: Sequence[Column], codes: Sequence[str] = (),
) -> tuple[Found, dict[str, int]]:  # fmt: skip
    """(one page as mappings for the table, counts of the tabs): the cases of ``tab`` that ``user``
    may see, of those only what ``narrowed`` names as well; ``order`` is that of the tab, ``codes``
    are the categories of its ledger, none where it shows all of them."""

    def count(state: str, reach: str) -> int:
        return tab_counts(user, state, reach).get(tab or "open", 0)

    within = {"closed_at__isnull": tab != CLOSED}
    if narrowed is not None:
        order = narrowed_by(order, _LEDGER, narrowed)
    found = reached_page(
        _LEDGER, user, "see_case", order, number, _values(columns, codes), count, **within
    )
    counts = tab_counts(user, found.state, found.reach)
    note_size(Case, user, "see_case", counts["closed" if tab == CLOSED else "open"], **within)
    return replace(found, rows=_screen_rows(found.rows, columns, bool(codes))), counts


def _lines(found: list[tuple[Any, ...]], has_level: bool) -> Iterable[tuple[Line, tuple[Any, ...]]]:
    """Each case with the values of the columns."""
    units = unit_words((pk for row in found for pk in row[_OWN + 1 : _OWN + 3]), found[0][_OWN])
    for row in found:
        group, home = units.get(row[_OWN + 1]), units.get(row[_OWN + 2])
        yield (
            Line(
                row[0], row[1], row[2], row[_OWN + 3] if has_level else row[3], row[4],
                "、".join(dict.fromkeys(row[5])) or "—",
                group.own if group else "—", group.college if group else "—",
                home.academy if home else "—", row[8],
            ),
            row[_OWN + 3 + has_level :],
        )  # fmt: skip


def _places(columns: Sequence[Column]) -> list[tuple[Column, int | None]]:
    """Each column with the place of its value among those of a line; some tell from the line."""
    numbers = count()
    return [(column, next(numbers) if column.sql else None) for column in columns]


def _markup(value: Any) -> str:
    if type(value) is SafeString:
        return value
    return _escaped(value) if type(value) is str else conditional_escape(value)


# Names of classes, stages and people stand in row after row.
_escaped = lru_cache(maxsize=20_000)(escape)


def cell_css(column: Column) -> str:
    """Focus labels are left off the paper: what is printed goes by the rule of exports."""
    return f"{column.css} p-no-print".strip() if column.is_label else column.css


def _screen_rows(
    found: list[tuple[Any, ...]], columns: Sequence[Column], has_level: bool
) -> list[dict[str, Any]]:
    if not found:
        return []
    say = say_now({})
    told = [
        (f'<td class="{css}">' if (css := cell_css(one)) else "<td>", one.show, at)
        for one, at in _places(columns)
    ]
    _when, _owed, coming = words_of_days(say.today)
    nobody, silent = _("not assigned"), " · " + _("no record")
    rows = []
    for raw, (line, values) in zip(found, _lines(found, has_level), strict=True):
        cells = [
            f"{start}{_markup(show(None if at is None else values[at], line, say))}</td>"
            for start, show, at in told
        ]
        closed, due, last = raw[6:9]
        rows.append({
            "pk": line.pk, "number": line.number, "name": line.name,
            "owner": line.owner or nobody, "categories": line.categories,
            "cells": SafeString("".join(cells)),
            # On the phone: what is owed first, then why the student is listed.
            "phone_first": coming(due) if due and not closed else "—",
            "phone_last": "" if last else silent,
            "class_name": line.own,
        })  # fmt: skip
    return rows


def ledger_lines(
    cases: "QuerySet[Case]", columns: Sequence[Column], codes: Sequence[str]
) -> Iterable[tuple[Line, list[Any]]]:
    """Each of the cases, which the caller has restricted, with the plain values of the columns."""
    levels = dict(CaseLevel.objects.values_list("pk", "name"))
    say: Say = say_now(levels)
    order = ledger_order("level", False, "", codes, False)
    more, number, places = _values(columns, codes), 1, _places(columns)
    total = cases.order_by().count()
    while (number - 1) * PAGE_SIZE < total:
        found = page_of_rows(_LEDGER, cases, order, number, more, total).rows
        if not found:
            return
        for line, values in _lines(found, bool(codes)):
            yield (
                line,
                [
                    column.plain(None if at is None else values[at], line, say)
                    for column, at in places
                ],
            )
        number += 1


def count_each(several: Sequence["QuerySet[Case]"]) -> list[int]:
    """How many cases each of the querysets has, in one statement."""
    parts, params = [], {}
    for at, rows in enumerate(several):
        try:
            text, values = rows.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            continue
        text, own = named(text, values, f"q{at}_")
        parts.append(f"SELECT {at}, count(*) FROM ({text}) q{at}")
        params |= own
    found = dict(fetch(" UNION ALL ".join(parts), params)) if parts else {}
    return [int(found.get(at, 0)) for at in range(len(several))]
