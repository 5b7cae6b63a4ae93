"""The student list: one statement for a page, with where the students stand and extra columns."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from html import escape
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from portal.core.listing import Found, Listing, Order, Value, page_of_rows, reached_page
from portal.core.registry import Column, Inline, columns
from portal.core.ui.marks import tag_markup
from students.enums import StudentStatus, Tree
from students.models import Student
from students.queries.unit_words import STATE, unit_words

_MAJOR = "LEFT JOIN cohorts_major m ON m.id = s.major_id"
STUDENTS = Listing(
    Student, "s", _MAJOR,
    ("s.id", "s.student_no", "s.name", "s.status", "s.entry_year", "m.name"),
    ("students_placementevent",), sorted_by=("students_studentevent",),
)  # fmt: skip
_WALK = "students_student s WHERE {test}"
# key in the address -> (ORDER BY upwards, downwards, joins, how to walk in this order); the id
# keeps equal names in one order from page to page.
_SORTS = {
    "name": ("s.pinyin, s.id", "s.pinyin DESC, s.id", "", _WALK),
    "number": ("s.student_no", "s.student_no DESC", "", _WALK),
    "major": ("m.name, s.pinyin, s.id", "m.name DESC NULLS LAST, s.pinyin, s.id", _MAJOR, ""),
    "entry_year": ("s.entry_year, s.pinyin, s.id", "s.entry_year DESC, s.pinyin, s.id", "", ""),
    "status": ("s.status, s.pinyin, s.id", "s.status DESC, s.pinyin, s.id", "", ""),
}
_KEYS = {"name": ("s.pinyin", "s.id"), "number": ("s.student_no",)}
SORTS = frozenset(_SORTS)
DEFAULT_SORT = "name"
STANDS_IN = """(SELECT p.unit_id FROM students_placement p
                  WHERE p.student_id = s.id AND p.tree = %s AND p.since <= %s
                    AND (p.until IS NULL OR p.until >= %s) ORDER BY p.since DESC LIMIT 1)"""


def order_of(key: str, is_down: bool) -> Order:
    """What ``?sort=`` means to the database."""
    up, down, joins, walk = _SORTS[key]
    return Order(down if is_down else up, joins, walk, () if is_down else _KEYS.get(key, ()))


@lru_cache(maxsize=8)
def status_tones(_language: str | None) -> dict[str, str]:
    """Status words as tags; the ordinary status stays plain."""
    return {
        value: tag_markup(label, "neutral") if value != StudentStatus.ENROLLED else str(label)
        for value, label in StudentStatus.choices
    }


def _markup(value: Any) -> str:
    """``conditional_escape`` without its detour through lazy texts, for hundreds of cells."""
    if type(value) is SafeString:
        return value
    return escape(value) if type(value) is str else conditional_escape(value)


def student_page(
    user: Any, narrowed: "QuerySet[Student] | None", order: Order, number: int
) -> tuple[Found, list[Column]]:
    """(one page as mappings for the table, extra columns) of the students whose card ``user`` may
    see, or of those ``narrowed`` from them by the caller.

    The extra columns come from other apps; a column without a single cell for this person is
    left out.
    """
    day = timezone.localdate()
    offered = columns("students")
    inline = {one.code: found for one in offered if (found := _inline(one, user)) is not None}
    more = [
        Value(STATE),
        Value(STANDS_IN, (Tree.CLASS.value, day, day)),
        Value(STANDS_IN, (Tree.ACADEMY.value, day, day)),
        *(Value(one.sql, one.params) for one in inline.values()),
    ]
    if narrowed is None:
        found = reached_page(STUDENTS, user, "see_card", order, number, more)
    else:
        found = page_of_rows(STUDENTS, narrowed, order, number, more)
    ids = [row[0] for row in found.rows]
    place = {code: at for at, code in enumerate(inline, start=len(STUDENTS.values) + 3)}
    shown: list[tuple[Column, Callable[[tuple[Any, ...]], Any]]] = []
    for column in offered if ids else ():
        if column.code in inline:
            shown.append((column, _value(place[column.code], inline[column.code].show)))
        elif cells := column.cells(user, ids):
            shown.append((column, _cell(cells)))
    rows = _mappings(found.rows, shown)
    return replace(found, rows=rows), [column for column, _read in shown]


def _inline(column: Column, user: Any) -> Inline | None:
    return column.inline(user) if column.inline else None


def _value(at: int, show: Callable[[Any], Any]) -> Callable[[tuple[Any, ...]], Any]:
    return lambda row: show(row[at])


def _cell(cells: dict[int, Any]) -> Callable[[tuple[Any, ...]], Any]:
    return lambda row: cells.get(row[0], "")


def _mappings(
    found: list[tuple[Any, ...]], shown: list[tuple[Column, Callable[[tuple[Any, ...]], Any]]]
) -> list[dict[str, Any]]:
    if not found:
        return []
    units = unit_words((pk for row in found for pk in row[7:9]), found[0][6])
    words = status_tones(get_language())
    starts = [f'<td class="p-nowrap p-c-{column.code}">' for column, _read in shown]
    reads = [read for _column, read in shown]
    # Beside the name the level has a mark of its own; the second line has the others.
    beside = [at for at, (column, _read) in enumerate(shown) if column.code != "level"]
    rows = []
    for row in found:
        pk, number, name, status, year, major = row[:6]
        group, home = units.get(row[7]), units.get(row[8])
        academy = home.academy if home else ""
        cells = [_markup(read(row)) for read in reads]
        line = [part for part in (academy, major) if part]
        second = " · ".join([cells[at] for at in beside if cells[at] and cells[at] != "—"])
        rows.append(
            {
                "pk": pk,
                "number": number,
                "name": name,
                "class_name": group.own if group else "—",
                "academy": academy or "—",
                "major": major or "—",
                "year": year,
                "status": words.get(status, status),
                "phone_line": " · ".join(line),
                "phone_more": SafeString(f" · {second}" if line and second else second),
                "cells": SafeString(
                    "".join(
                        [f"{start}{cell}</td>" for start, cell in zip(starts, cells, strict=True)]
                    )
                ),
            }
        )
    return rows
