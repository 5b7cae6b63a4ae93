"""The study analysis as it is shown: tiles, bars, heat and tables, each number with its list."""

from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.core.ui.marks import DASH, delta_words
from students.queries.analysis import Line, nameless
from students.queries.analysis_sheet import Sheet, failing, is_hidden, listed, rate, shown
from students.queries.analysis_sql import BANDS, COURSE_FIGURES, FIGURES

_SHOWN_COURSES = 20
_BLANK = {"n": None, "total": None, "url": ""}
_OWED = ("failed1", "failed2", "failed3", "short", "risk")


def _people(sheet: Sheet, base: str, **cell: Any) -> str:
    """Address of the people behind a number; nothing for somebody who sees counts only, and in a
    report, whose figures may not be today's."""
    if not sheet["by_name"] or not base:
        return ""
    words = "&".join(f"{key}={value}" for key, value in cell.items())
    return f"{_people_path()}?{base}&{words}"


@cache
def _people_path() -> str:
    return reverse("students:analysis_people")


def _course_url(base: str, pk: int) -> str:
    return f"{reverse('students:analysis_course', args=[pk])}?{base}" if base else ""


# Ready cells: a table of some hundred includes would take longer than all its numbers.
_TD, _END = '<td class="p-num p-nowrap">', "</td>"


def _cell(sheet: Sheet, base: str, n: int, **cell: Any) -> str:
    """One number of a table with its list."""
    if n == 0:
        return f'{_TD}<span class="p-zero">0</span>{_END}'
    words, url = escape(shown(sheet["by_name"], n)), _people(sheet, base, **cell)
    return (
        f'{_TD}<a class="p-link" href="{escape(url)}">{words}</a>{_END}'
        if url
        else f"{_TD}{words}{_END}"
    )


def _plain(text: str, change: tuple[str, str] = ("", "")) -> str:
    """A number without a list, and how it changed."""
    words, tone = change
    delta = f' <span class="p-delta p-{tone or "same"}">{escape(words)}</span>' if words else ""
    return f"{_TD}{escape(text)}{delta}{_END}"


def _joined(*cells: str) -> SafeString:
    return mark_safe("".join(cells))  # escaped above, cell by cell


def _change(now: float | None, before: float | None, good: str, unit: str = "") -> tuple[str, str]:
    """(words, tone) of a change; nothing where one side is not known."""
    if now is None or before is None:
        return "", ""
    return delta_words(round(now - before, 1), good, unit)


def _rate(row: dict[str, Any] | None) -> float | None:
    return None if row is None else rate(row["failed"], row["took"])


def page_context(sheet: Sheet, base: str, *, show_all: bool = False) -> dict[str, Any]:
    """Context of students/analysis.html; ``base`` is the query of unit and term."""
    courses = sheet["courses"]
    cut = courses if show_all else courses[:_SHOWN_COURSES]
    return {
        "sheet": sheet,
        "tiles": _tiles(sheet, base),
        "levels": _levels(sheet, base),
        "heat": _heat(sheet, base),
        "tables": [
            _table(sheet, base, "major", _("By major")),
            _table(sheet, base, "class", _("By class")),
            *([_table(sheet, base, "year", _("By entry year"))] if len(sheet["year"]) > 1 else []),
        ],
        "courses": [_course_row(sheet, base, one) for one in cut],
        "more_courses": len(courses) - len(cut),
        "course_total": len(courses),
    }  # fmt: skip


def _tiles(sheet: Sheet, base: str) -> list[dict[str, Any]]:
    whole, hide = sheet["whole"], not sheet["by_name"]
    counts, before = whole["counts"], whole["before"] or {}

    def tile(code: str, total: int, good: str, **more: Any) -> dict[str, Any]:
        n, then = counts[code], before.get(code)
        made = {
            "code": code, "label": FIGURES[code].label, "value": shown(sheet["by_name"], n),
            "denominator": total, "rate": failing(sheet["by_name"], n, total) if n else "",
            "url": _people(sheet, base, figure=code), **more,
        }  # fmt: skip
        if then is not None and not (hide and (n < 3 or then < 3)):
            words, tone = delta_words(n - then, good)
            made |= {"delta_text": _since(sheet, words), "delta_tone": tone or "same"}
        return made

    words, tone = _change(whole["mean"], whole["mean_before"], "up")
    mean = {
        "code": "mean", "label": _("average of the term"), "url": "",
        "value": DASH if whole["mean"] is None else f"{whole['mean']:.1f}",
        "delta_text": _since(sheet, words) if words else "", "delta_tone": tone or "same",
    }  # fmt: skip
    split = [
        {"label": FIGURES[code].label, "value": shown(sheet["by_name"], counts[code])}
        for code in ("failed1", "failed2", "failed3")
    ]
    return [
        tile("took", counts["students"], "none"),
        mean,
        tile("failed", counts["took"], "down", split=split),
        tile("short", counts["students"], "down", delta_note=""),
        tile("risk", counts["students"], "down", delta_note=""),
    ]


def _since(sheet: Sheet, words: str) -> str:
    return _("since %(term)s %(change)s") % {"term": sheet["before"], "change": words}


def _levels(sheet: Sheet, base: str) -> list[dict[str, Any]]:
    bars = []
    total = sum(one["n"] for one in sheet["levels"])
    for one in sheet["levels"]:
        hidden = is_hidden(sheet["by_name"], one["n"])
        note = ""
        if (
            one["before"] is not None
            and not hidden
            and not is_hidden(sheet["by_name"], one["before"])
        ):
            note = _since(sheet, delta_words(one["n"] - one["before"])[0])
        bars.append({
            "label": BANDS[one["code"]][0], "n": 0 if hidden else one["n"], "total": total, "note": note,
            "url": _people(sheet, base, figure=f"band_{one['code']}") if one["n"] else "",
        })  # fmt: skip
    return bars


def _heat(sheet: Sheet, base: str) -> dict[str, Any]:
    columns = sheet["heat"]["columns"]
    rows = [
        {
            "label": row["label"], "total": False,
            "cells": [
                _heat_cell(sheet, base, cell, course=column["key"], major=row["key"])
                for cell, column in zip(row["cells"], columns, strict=True)
            ],
        }
        for row in sheet["heat"]["rows"]
    ]  # fmt: skip
    if len(rows) > 1:
        cells = [
            _heat_cell(sheet, base, cell, course=column["key"])
            for cell, column in zip(sheet["heat"]["total"], columns, strict=True)
        ]
        rows.append({"label": _("all together"), "total": True, "cells": cells})
    return {"columns": [one["label"] for one in columns], "rows": rows}


def _heat_cell(sheet: Sheet, base: str, cell: dict[str, int] | None, **keys: Any) -> dict[str, Any]:
    if cell is None or is_hidden(sheet["by_name"], cell["n"]):
        return _BLANK
    url = _people(sheet, base, **keys, figure="failed") if cell["n"] else ""
    return {**cell, "url": url}


def _table(sheet: Sheet, base: str, axis: str, title: str) -> dict[str, Any]:
    cut, total = listed(sheet, axis)
    rows = [_row(sheet, base, axis, one) for one in cut]
    if len(rows) > 1:
        rows.append(
            _row(sheet, base, "", sheet["whole"]) | {"label": _("all together"), "total": True}
        )
    note = ""
    if total > len(cut):
        note = _("the %(n)s with the highest failing rate of %(total)s") % {
            "n": len(cut), "total": total,
        }  # fmt: skip
    return {"id": f"by-{axis}", "title": title, "rows": rows, "note": note}


def _row(sheet: Sheet, base: str, axis: str, row: dict[str, Any]) -> dict[str, Any]:
    counts, before = row["counts"], row["before"]
    keys = {axis: row["key"]} if axis else {}
    now = _rate(counts)
    change = _change(now, _rate(before), "down")
    if is_hidden(sheet["by_name"], counts["failed"]) or (
        before and is_hidden(sheet["by_name"], before["failed"])
    ):
        change = ("", "")
    mean = DASH if row["mean"] is None else f"{row['mean']:.1f}"
    return {
        "label": row["label"], "total": False,
        "cells": _joined(
            _cell(sheet, base, counts["took"], **keys, figure="took"),
            _plain(mean, _change(row["mean"], row["mean_before"], "up")),
            _cell(sheet, base, counts["failed"], **keys, figure="failed"),
            _plain(failing(sheet["by_name"], counts["failed"], counts["took"]), change),
            *(_cell(sheet, base, counts[code], **keys, figure=code) for code in _OWED),
        ),
    }  # fmt: skip


def _course_row(sheet: Sheet, base: str, one: dict[str, Any]) -> dict[str, Any]:
    mean = DASH if one["mean"] is None else f"{one['mean']:.1f}"
    return {
        "label": one["label"], "code": one["code"], "url": _course_url(base, one["key"]),
        "cells": _joined(
            _cell(sheet, base, one["took"], course=one["key"], figure="took"),
            _plain(mean),
            _cell(sheet, base, one["failed"], course=one["key"], figure="failed"),
            _plain(failing(sheet["by_name"], one["failed"], one["took"])),
        ),
    }  # fmt: skip


def course_context(found: dict[str, Any], base: str, pk: int) -> dict[str, Any]:
    """Context of students/analysis_course.html."""
    now, before = found["now"], found["before"]
    bands = [code for code in COURSE_FIGURES if code.startswith("band_")]
    return {
        "now": now and _course_line(found, base, pk, now, {}),
        "before": before,
        "change": _change(_line_rate(now), _line_rate(before), "down"),
        "bands": [
            {"label": COURSE_FIGURES[code].label, "n": 0 if is_hidden(found["by_name"], now[code]) else now[code],
             "total": now.base, "note": "",
             "url": _people(found, base, course=pk, figure=code) if now[code] else ""}
            for code in bands
        ] if now else [],
        "groups": [
            _course_line(found, base, pk, one, {one.axis: one.key}) for one in found["groups"]
        ],
        "chart": _chart(found),
    }  # fmt: skip


def _line_rate(line: Line | None) -> float | None:
    return None if line is None else rate(line["failed"], line.base)


def _course_line(
    found: dict[str, Any], base: str, pk: int, line: Line, keys: dict[str, int]
) -> dict[str, Any]:
    mean = DASH if line.mean is None else f"{line.mean:.1f}"
    return {
        "axis": line.axis, "label": nameless(line),
        "cells": _joined(
            _cell(found, base, line["took"], course=pk, **keys, figure="took"),
            _plain(mean),
            _cell(found, base, line["failed"], course=pk, **keys, figure="failed"),
            _plain(failing(found["by_name"], line["failed"], line.base)),
        ),
    }  # fmt: skip


def _chart(found: dict[str, Any]) -> dict[str, Any] | None:
    """Failing rate and average over the terms; a single term needs no line."""
    terms = found["terms"]
    if len(terms) < 2:
        return None
    seen = [None if is_hidden(found["by_name"], one["failed"]) else one for one in terms]
    return {
        "x": [one.label for one in terms], "x_label": _("academic term"), "unit": "", "max": None,
        "series": [{
            "name": _("failing rate in percent"), "values": [_line_rate(one) for one in seen],
            "n": [one and one["failed"] for one in seen], "total": [one and one.base for one in seen],
        }],
    }  # fmt: skip
