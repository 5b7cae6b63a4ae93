"""College × academy: how many students stand in both. Each number is the length of its list."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.utils import timezone

from cohorts.access import granted_unit_ids
from cohorts.models import Unit
from portal.core.access import reaches_any
from portal.core.rows import fetch
from portal.web.queries.tiles import list_url, shown
from students.models import Student

_MATRIX = """
    WITH mine AS MATERIALIZED ({mine}),
    stood AS MATERIALIZED (
        SELECT DISTINCT p.student_id, u.kind, u.id AS unit_id
          FROM mine JOIN students_placement p ON p.student_id = mine.id
          JOIN cohorts_unittree t ON t.descendant_id = p.unit_id
          JOIN cohorts_unit u ON u.id = t.ancestor_id
         WHERE p.since <= %s AND (p.until IS NULL OR p.until >= %s)
           AND ((u.kind = 'college' AND p.tree = 'class')
             OR (u.kind = 'academy' AND p.tree = 'academy'))
    )
    SELECT c.unit_id, a.unit_id, count(DISTINCT mine.id),
           grouping(c.unit_id), grouping(a.unit_id)
      FROM mine
      LEFT JOIN stood c ON c.student_id = mine.id AND c.kind = 'college'
      LEFT JOIN stood a ON a.student_id = mine.id AND a.kind = 'academy'
     GROUP BY GROUPING SETS ((c.unit_id, a.unit_id), (c.unit_id), (a.unit_id), ())
"""


@dataclass(frozen=True)
class Cell:
    text: str
    url: str = ""


@dataclass
class Matrix:
    """``columns`` are academies; each row is a college with its cells and its sum."""

    columns: list[tuple[str, int]] = field(default_factory=list)
    rows: list[tuple[str, list[Cell], Cell]] = field(default_factory=list)
    foot: list[Cell] = field(default_factory=list)
    total: Cell = field(default_factory=lambda: Cell("0"))


def may_see_matrix(user: Any) -> bool:
    return reaches_any(Student, user, "see_card") or bool(granted_unit_ids(user, "see_unit"))


def matrix(user: Any, year: int | None = None) -> Matrix:
    """Counts of the students whom ``user`` reaches by name; for those who see units only, of all
    students of their units, without links and with cells under three hidden."""
    day = timezone.localdate()
    is_named = reaches_any(Student, user, "see_card")
    try:
        statement, params = _population(user, year, is_named)
    except EmptyResultSet:
        return Matrix()
    rows = fetch(_MATRIX.replace("{mine}", statement), [*params, day, day])
    counts = {(c, a, one, other): n for c, a, n, one, other in rows}
    colleges = sorted({c for c, _a, one, _b in counts if c and not one})
    academies = sorted({a for _c, a, _one, other in counts if a and not other})
    units = Unit.objects.in_bulk([*colleges, *academies])

    def cell(college: int | None, academy: int | None, one: int = 0, other: int = 0) -> Cell:
        n = counts.get((college, academy, one, other), 0)
        is_listed = is_named and n and (college or one) and (academy or other)
        url = _url(college, academy, year) if is_listed else ""
        return Cell(shown(n, not is_named), url)

    order = sorted(colleges, key=lambda pk: str(units[pk].code))
    across = sorted(academies, key=lambda pk: str(units[pk].code))
    has_none = any(
        n for (_c, a, one, other), n in counts.items() if a is None and not other and not one
    )
    columns: list[int | None] = [*across, *([None] if has_none else [])]
    lines: list[int | None] = [*order]
    if any(n for (c, _a, one, other), n in counts.items() if c is None and not one and not other):
        lines.append(None)
    return Matrix(
        columns=[(units[pk].label if pk else "", pk or 0) for pk in columns],
        rows=[
            (units[pk].label if pk else "", [cell(pk, a) for a in columns], cell(pk, None, 0, 1))
            for pk in lines
        ],
        foot=[cell(None, a, 1, 0) for a in columns],
        total=cell(None, None, 1, 1),
    )


def _population(user: Any, year: int | None, is_named: bool) -> tuple[str, list[Any]]:
    if is_named:
        rows = Student.objects.restrict(user, "see_card").order_by()
        if year:
            rows = rows.filter(entry_year=year)
        statement, params = rows.values("pk").query.sql_with_params()
        return f"SELECT id FROM ({statement}) reach(id)", list(params)
    day = timezone.localdate()
    words = """SELECT DISTINCT s.id FROM students_student s
                 JOIN students_placement p ON p.student_id = s.id
                WHERE p.unit_id = ANY(%s::bigint[]) AND p.since <= %s
                  AND (p.until IS NULL OR p.until >= %s)"""
    asked: list[Any] = [granted_unit_ids(user, "see_unit"), day, day]
    return (words + " AND s.entry_year = %s", [*asked, year]) if year else (words, asked)


def _url(college: int | None, academy: int | None, year: int | None) -> str:
    more = {"entry_year": year or ""}
    if college and academy:
        return list_url("students:list", college, "", also=academy, **more)
    return list_url("students:list", college or academy, "", **more)
