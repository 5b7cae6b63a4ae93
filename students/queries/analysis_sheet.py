"""The figures of the study analysis as plain data: the page shows them, the report keeps them.

Both are made from the same dict, so that a report says what the page said when it was written.
"""

from typing import Any

from django.utils import timezone

from cohorts.models import Term
from students.queries.analysis import (
    Line,
    Scope,
    Summary,
    courses,
    heat,
    nameless,
    summary,
    terms_with_results,
)
from students.queries.analysis_sql import BANDS

Sheet = dict[str, Any]
# Cells of fewer people are not shown to those who see counts only (rulebook 9.4).
LEAST = 3
_MANY = 60
COLUMNS = ("students", "took", "failed", "failed1", "failed2", "failed3", "short", "risk")


def term_before(term: Term) -> Term | None:
    """The term with results before this one."""
    earlier = [one for one in terms_with_results() if one.starts_on < term.starts_on]
    return earlier[0] if earlier else None


def sheet(scope: Scope, term: Term) -> Sheet:
    """Everything the page and the report show of ``term`` against the term before: numbers and
    keys, no person. Five statements whatever the size."""
    before = term_before(term)
    now, then = summary(scope, term), summary(scope, before) if before else None
    found = courses(scope, term)
    columns, rows = heat(found, now.axes["major"])
    return {
        "term": term.pk,
        "before": before.pk if before else "",
        "unit": scope.unit.name if scope.unit else "",
        "by_name": scope.by_name,
        "taken_at": timezone.localtime().isoformat(timespec="minutes"),
        "whole": _row(now.whole, then.whole if then else None),
        **{axis: _rows(now, then, axis) for axis in ("major", "class", "year")},
        "levels": [
            {"code": code, "label": str(label), "n": now.whole[f"band_{code}"],
             "before": then.whole[f"band_{code}"] if then else None}
            for code, (label, _test, _words) in BANDS.items()
        ],
        "courses": [_course(one) for one in found.lines],
        "heat": {
            "columns": [{"key": one.key, "label": one.label, "code": one.code} for one in columns],
            "rows": [
                {"key": major.key, "label": nameless(major),
                 "cells": [None if one is None else {"n": one["failed"], "total": one.base}
                           for one in cells]}
                for major, cells in rows
            ],
            "total": _total(columns),
        },
    }  # fmt: skip


def _rows(now: Summary, then: Summary | None, axis: str) -> list[dict[str, Any]]:
    earlier = {one.key: one for one in then.axes[axis]} if then else {}
    return [_row(one, earlier.get(one.key)) for one in now.axes[axis]]


def _row(line: Line, before: Line | None) -> dict[str, Any]:
    return {
        "key": line.key, "label": nameless(line) if line.axis else "", "code": line.code,
        "mean": line.mean, "mean_before": before.mean if before else None,
        "counts": {code: line[code] for code in (*COLUMNS, "passed")},
        "before": {code: before[code] for code in (*COLUMNS, "passed")} if before else None,
    }  # fmt: skip


def _course(line: Line) -> dict[str, Any]:
    return {"key": line.key, "label": line.label, "code": line.code, "mean": line.mean,
            "took": line["took"], "failed": line["failed"]}  # fmt: skip


def _total(columns: list[Line]) -> list[dict[str, int]]:
    return [{"n": one["failed"], "total": one.base} for one in columns]


def listed(sheet: Sheet, axis: str) -> tuple[list[dict[str, Any]], int]:
    """(rows of a table of groups, how many there are): whoever took an exam; of more than sixty the
    sixty with the highest failing rate."""
    rows = [row for row in sheet[axis] if row["counts"]["took"]]
    total = len(rows)
    if total > _MANY:
        rows.sort(key=lambda row: -row["counts"]["failed"] / row["counts"]["took"])
    return rows[:_MANY], total


def rate(n: int, total: int) -> float | None:
    """Percent with one decimal; None of nobody."""
    return round(100 * n / total, 1) if total else None


def is_hidden(by_name: bool, value: int) -> bool:
    """Whether this number would point at one or two people for somebody who sees counts only."""
    return not by_name and 0 < value < LEAST


def shown(by_name: bool, value: int) -> str:
    return f"<{LEAST}" if is_hidden(by_name, value) else str(value)


def failing(by_name: bool, n: int, total: int) -> str:
    """The failing rate as it is written; nothing where the number itself is hidden."""
    percent = rate(n, total)
    if percent is None or is_hidden(by_name, n):
        return "—"
    return f"{percent:.1f}%"
