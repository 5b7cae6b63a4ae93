"""The people behind a figure of the study analysis: the same condition, with names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Major, Term
from portal.core.listing import PAGE_SIZE, digest
from portal.core.rows import fetch, named
from students.models import Course, Student
from students.queries.analysis import Scope, kept
from students.queries.analysis_sql import (
    AXES,
    COURSE_FIGURES,
    FIGURES,
    most_credits,
    of_term,
    with_facts,
)
from students.queries.figures import FIGURES as STUDENT_FIGURES

# Figures of other apps by which the people of a cell can be narrowed further.
ALSO = ("unlisted",)


@dataclass(frozen=True)
class Cell:
    """One number of the page, as the address names it. 0 of an axis: whoever stands nowhere."""

    figure: str = "students"
    course: int | None = None
    major: int | None = None
    group: int | None = None
    year: int | None = None
    also: str = ""

    @property
    def query(self) -> dict[str, str]:
        """The address of this cell, without unit and term."""
        named = {"figure": self.figure, "course": self.course, "major": self.major,
                 "class": self.group, "year": self.year, "also": self.also}  # fmt: skip
        return {key: str(value) for key, value in named.items() if value not in (None, "")}


def cell_of(query: Any) -> Cell | None:
    """The cell that an address asks for; None when it names no figure that there is."""

    def number(key: str) -> int | None:
        text = query.get(key, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None

    course = number("course")
    figure = query.get("figure", "students" if course is None else "took")
    if figure not in (FIGURES if course is None else COURSE_FIGURES):
        return None
    also = query.get("also", "")
    return Cell(
        figure,
        course,
        number("major"),
        number("class"),
        number("year"),
        also if also in ALSO else "",
    )


@dataclass(frozen=True)
class Person:
    """One student with the facts of the term; ``grade`` of the course that was asked for."""

    pk: int
    number: str
    name: str
    class_name: str
    took: int
    failed: int
    mean: float | None
    short: float
    owed: float
    risk: bool
    courses: str
    grade: str


@dataclass(frozen=True)
class People:
    rows: list[Person]
    total: int
    number: int


def _condition(cell: Cell, scope: Scope, user: Any) -> tuple[str, str, dict[str, Any]]:
    """(join, condition, values) that keep the people of the cell among ``facts f``."""
    params: dict[str, Any] = {}
    join, tests = "", []
    if cell.course is None:
        tests.append(FIGURES[cell.figure].sql)
    else:
        join = "JOIN marks m ON m.student_id = f.student_id AND m.course_id = %(course)s"
        tests.append(COURSE_FIGURES[cell.figure].sql)
        params["course"] = cell.course
    for axis, value in (("major", cell.major), ("class", cell.group), ("year", cell.year)):
        if value is not None:
            tests.append(f"{AXES[axis]} = %(axis_{axis})s" if value else f"{AXES[axis]} IS NULL")
            params[f"axis_{axis}"] = value
    if cell.also:
        sql, values = _also(cell.also, user)
        tests.append(sql)
        params |= values
    return join, " AND ".join(f"({test})" for test in tests), params


def _also(code: str, user: Any) -> tuple[str, dict[str, Any]]:
    figure = STUDENT_FIGURES.get(code)
    if figure is None:
        return "false", {}
    rows = figure.among(user, Student.objects.order_by()).values("pk")
    try:
        sql, values = named(*rows.query.sql_with_params(), "also")
    except EmptyResultSet:
        return "false", {}
    return f"f.student_id IN ({sql})", values


# Whoever failed most first, then the lowest average.
_PAGE = """, cell AS (
        SELECT f.student_id, f.class_id, f.took, f.failed, f.mean, f.short, f.owed, f.risk,
               {grade} AS grade FROM facts f {join} WHERE {test}
    ), page AS (
        SELECT cell.*, s.student_no, s.name, s.pinyin, count(*) OVER () AS total
          FROM cell JOIN students_student s ON s.id = cell.student_id
         ORDER BY cell.failed DESC, cell.mean NULLS LAST, s.pinyin, s.id LIMIT {size} OFFSET {skip}
    )
    SELECT page.total, page.student_id, page.student_no, page.name,
           coalesce(nullif(u.short_name, ''), u.name, '—'), page.took, page.failed, page.mean,
           page.short, page.owed, page.risk,
           (SELECT string_agg(c.name || ' ' || m.grade, '、' ORDER BY m.credits DESC, c.code)
              FROM marks m JOIN students_course c ON c.id = m.course_id
             WHERE m.student_id = page.student_id AND NOT m.passed),
           page.grade
      FROM page LEFT JOIN cohorts_unit u ON u.id = page.class_id
     ORDER BY page.failed DESC, page.mean NULLS LAST, page.pinyin, page.student_id
"""


def people(scope: Scope, term: Term, cell: Cell, user: Any, number: int) -> People:
    """Page ``number`` of the people of a cell; the first one if there are fewer. One statement, kept
    unless another app narrows the cell, whose rows change by themselves."""
    if cell.also:
        return _read(scope, term, cell, user, number)
    name = f"people:{term.pk}:{most_credits()}:{digest(cell)}:{number}"
    return kept(scope, name, lambda: _read(scope, term, cell, user, number))


def _read(scope: Scope, term: Term, cell: Cell, user: Any, number: int) -> People:
    join, test, params = _condition(cell, scope, user)
    asked = scope.params | of_term(term, timezone.localdate()) | params

    def read(at: int) -> list[tuple[Any, ...]]:
        page = _PAGE.format(
            grade="''" if cell.course is None else "m.grade", join=join, test=test,
            size=PAGE_SIZE, skip=(at - 1) * PAGE_SIZE,
        )  # fmt: skip
        return fetch(with_facts(scope.sql) + page, asked)

    rows = read(number)
    if not rows and number > 1:
        number, rows = 1, read(1)
    return People([_person(row) for row in rows], rows[0][0] if rows else 0, number)


def _person(row: tuple[Any, ...]) -> Person:
    _total, pk, number, name, group, took, failed, mean, short, owed, risk, courses, grade = row
    return Person(
        pk, number, name, group, took, failed, None if mean is None else round(float(mean), 1),
        float(short), float(owed), bool(risk), courses or "", grade,
    )  # fmt: skip


def ids_of(scope: Scope, term: Term, cell: Cell, user: Any) -> set[int]:
    """Everybody of a cell."""
    join, test, params = _condition(cell, scope, user)
    asked = scope.params | of_term(term, timezone.localdate()) | params
    found = fetch(
        f"{with_facts(scope.sql)} SELECT f.student_id FROM facts f {join} WHERE {test}", asked
    )
    return {pk for (pk,) in found}


def words_of(cell: Cell, rows: Sequence[Person]) -> list[str]:
    """What the cell is, in words: course, figure, major, class, year. The name of a class comes
    from its students, so that nobody learns it who sees none of them."""
    found = []
    if cell.course is not None:
        found.append(Course.objects.filter(pk=cell.course).values_list("name", flat=True).first())
    figures = FIGURES if cell.course is None else COURSE_FIGURES
    found.append(str(figures[cell.figure].label))
    if cell.major is not None:
        major = Major.objects.filter(pk=cell.major).values_list("name", flat=True).first()
        found.append(major or _("without major"))
    if cell.group is not None:
        found.append(rows[0].class_name if rows and cell.group else _("without class"))
    if cell.year is not None:
        found.append(_("entry year %(year)s") % {"year": cell.year})
    return [words for words in found if words]
