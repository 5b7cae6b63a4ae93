"""Rows of the student list: one query for the students, one for where they stand."""

from typing import Any

from django.db.models import QuerySet
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe

from portal.core.registry import Column, columns
from portal.core.ui.marks import tag_markup
from students.enums import StudentStatus
from students.queries.standing import Stand, stands

PAGE_SIZE = 50
# key in the address -> ORDER BY; the id keeps equal names in one order from page to page.
SORTS = {
    "name": ("pinyin", "id"),
    "number": ("student_no",),
    "major": ("major__name", "pinyin", "id"),
    "entry_year": ("entry_year", "pinyin", "id"),
    "status": ("status", "pinyin", "id"),
}
DEFAULT_SORT = "name"
VALUES = ("id", "student_no", "name", "status", "entry_year", "major__name")
_NOWHERE = Stand()


def status_tones() -> dict[str, Any]:
    """Status words as tags, once per page; the ordinary status stays plain."""
    return {
        value: tag_markup(label, "neutral") if value != StudentStatus.ENROLLED else label
        for value, label in StudentStatus.choices
    }


def student_rows(
    user: Any, page: "QuerySet[Any] | list[Any]"
) -> tuple[list[dict[str, Any]], list[Column]]:
    """(rows, extra columns) for one page of ``values_list(*VALUES)``.

    The extra columns come from other apps, each with one query for the whole page; a column
    without a single cell for this person is left out.
    """
    people = list(page)
    ids = [row[0] for row in people]
    places = stands(ids) if ids else {}
    shown: list[tuple[Column, dict[int, Any]]] = []
    for column in columns("students") if ids else []:
        cells = column.cells(user, ids)
        if cells:
            shown.append((column, cells))
    words = status_tones()
    rows = []
    beside_cells = [
        (format_html('<td class="p-nowrap p-c-{}">', column.code), cells) for column, cells in shown
    ]
    beside = [cells for column, cells in shown if column.code != "level"]
    for pk, number, name, status, year, major in people:
        place = places.get(pk, _NOWHERE)
        rows.append(
            {
                "pk": pk,
                "number": number,
                "name": name,
                "class_name": place.class_name or "—",
                "academy": place.academy or "—",
                "major": major or "—",
                "year": year,
                "status": words.get(status, status),
                "phone_line": " · ".join(
                    part
                    for part in (place.academy, major, *(cells.get(pk, "") for cells in beside))
                    if part and part != "—"
                ),
                "cells": mark_safe(
                    "".join(
                        f"{start}{conditional_escape(cells.get(pk, ''))}</td>"
                        for start, cells in beside_cells
                    )
                ),
            }
        )
    return rows, [column for column, _cells in shown]
