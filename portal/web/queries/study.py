"""Fail rates by major and course, ready for the heat table."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.enums import UnitKind
from cohorts.models import Unit
from portal.web.queries.kept import PAST_SECONDS, kept, kept_while_unchanged
from students.queries.population import FailCell, fail_table


def fail_heat(unit: Unit, term: str) -> dict[str, Any]:
    """``columns`` and ``rows`` of components/heat_table.html; empty when nobody sat an exam.

    Read anew when results arrived since; for the whole school a few times a day.
    """
    today = timezone.localdate()

    def make() -> list[FailCell]:
        return fail_table(unit.pk, term, today)

    key = f"fails:{unit.pk}:{term}"
    if unit.kind == UnitKind.UNIVERSITY:
        cells = kept(f"{key}:{today}", PAST_SECONDS, make)
    else:
        cells = kept_while_unchanged(key, make)
    return _heat(cells)


def _heat(cells: list[FailCell]) -> dict[str, Any]:
    courses: dict[int, str] = {}
    majors: dict[str, dict[int, FailCell]] = {}
    for cell in cells:
        courses.setdefault(cell.course_id, cell.course)
        majors.setdefault(cell.major, {})[cell.course_id] = cell
    rows: list[dict[str, Any]] = [
        {
            "label": major or _("without major"),
            "total": False,
            "cells": [_cell(found.get(course)) for course in courses],
        }
        for major, found in sorted(
            majors.items(), key=lambda m: -sum(c.took for c in m[1].values())
        )
    ]
    sums = [_sum([f[course] for f in majors.values() if course in f]) for course in courses]
    if len(rows) > 1:
        rows.append({"label": _("all together"), "total": True, "cells": sums})
    return {"columns": [two_lines(name) for name in courses.values()], "rows": rows}


def two_lines(course: str) -> str:
    """A bar where a long course name may break: 化工|热力学, 概率论与|数理统计, 化工原理|(上).

    Chinese course names are made of words of two characters, so an even place reads best.
    """
    if len(course) < 5 or " " in course:
        return course
    for mark in ("(", "（"):
        if course.find(mark) > 1:
            return course.replace(mark, "|" + mark, 1)
    for mark in ("与", "及", "和"):
        if 1 < course.find(mark) < len(course) - 2:
            return course.replace(mark, mark + "|", 1)
    place = len(course) // 2
    place += place % 2 if len(course) > 5 else 0
    return f"{course[:place]}|{course[place:]}"


def _cell(cell: FailCell | None) -> dict[str, Any]:
    # The template hides groups under three (rulebook 9.4).
    if cell is None:
        return {"n": None, "total": None}
    return {"n": cell.failed, "total": cell.took}


def _sum(cells: list[FailCell]) -> dict[str, Any]:
    return {"n": sum(c.failed for c in cells), "total": sum(c.took for c in cells)}
