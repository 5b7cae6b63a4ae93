"""The people behind a figure of the study analysis: the same condition, with names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Major, Term
from portal.core.listing import PAGE_SIZE, digest
from portal.core.rows import array_of, fetch, fetch_in_sets
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


def _condition(cell: Cell) -> tuple[str, str, dict[str, Any]]:
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
    return join, " AND ".join(f"({test})" for test in tests), params


def ids_of(scope: Scope, term: Term, cell: Cell, user: Any) -> list[int]:
    """Everybody of a cell, whoever failed most first, then the lowest average. One statement, kept
    in the state of results and people; what another app leaves over is asked each time."""
    join, test, params = _condition(cell)

    def read() -> list[int]:
        rows = fetch_in_sets(
            f"""{with_facts(scope.sql)} SELECT f.student_id FROM facts f {join}
                  JOIN students_student s ON s.id = f.student_id
                 WHERE {test} ORDER BY f.failed DESC, f.mean NULLS LAST, s.pinyin, s.id""",
            scope.params | of_term(term, timezone.localdate()) | params,
        )
        return [pk for (pk,) in rows]

    name = digest(term.pk, most_credits(), replace(cell, also=""))
    found = kept(scope, f"people:{name}", read)
    figure = STUDENT_FIGURES.get(cell.also) if cell.also else None
    if figure is None:
        return [] if cell.also else found
    left = figure.among(user, Student.objects.filter(pk__any=found).order_by())
    allowed = set(left.values_list("pk", flat=True))
    return [pk for pk in found if pk in allowed]


# The facts of one student do not depend on who else is looked at.
_THESE = "s.id = ANY(%(these)s::bigint[])"
_PAGE = """
    SELECT f.student_id, s.student_no, s.name, coalesce(nullif(u.short_name, ''), u.name, '—'),
           f.took, f.failed, f.mean, f.short, f.owed, f.risk,
           (SELECT string_agg(c.name || ' ' || o.grade, '、' ORDER BY o.credits DESC, c.code)
              FROM marks o JOIN students_course c ON c.id = o.course_id
             WHERE o.student_id = f.student_id AND NOT o.passed), {grade}
      FROM facts f JOIN students_student s ON s.id = f.student_id {join}
      LEFT JOIN cohorts_unit u ON u.id = f.class_id
     ORDER BY array_position(%(these)s::bigint[], f.student_id)
"""


def people(scope: Scope, term: Term, cell: Cell, user: Any, number: int) -> People:
    """Page ``number`` of the people of a cell; the last one if there are fewer. Two statements."""
    ids = ids_of(scope, term, cell, user)
    number = max(1, min(number, -(-len(ids) // PAGE_SIZE)))
    these = ids[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    if not these:
        return People([], 0, 1)
    join, _test, params = _condition(cell)
    page = _PAGE.format(grade="''" if cell.course is None else "m.grade", join=join)
    asked = of_term(term, timezone.localdate()) | params | {"these": array_of(these)}
    name = digest(term.pk, most_credits(), cell.course, these)
    rows = kept(
        scope, f"facts:{name}",
        lambda: [_person(row) for row in fetch(with_facts(_THESE) + page, asked)],
    )  # fmt: skip
    return People(rows, len(ids), number)


def _person(row: tuple[Any, ...]) -> Person:
    pk, number, name, group, took, failed, mean, short, owed, risk, courses, grade = row
    return Person(
        pk, number, name, group, took, failed, None if mean is None else round(float(mean), 1),
        float(short), float(owed), bool(risk), courses or "", grade,
    )  # fmt: skip


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
