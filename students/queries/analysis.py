"""The study analysis of a unit after one term: students by level, major and class, courses, heat.

Only students whose results the reader may see are counted (``see_results``); who holds counts alone
(``see_counts``, rulebook 8.3) gets the numbers of a unit without names, small ones hidden.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.access import granted_unit_ids, held_units
from cohorts.enums import UnitKind
from cohorts.models import Term, Unit
from portal.core.access import reach_statement, supporter_of
from portal.core.listing import digest
from portal.core.rows import fetch, fetch_in_sets
from portal.core.scope import remembered
from portal.core.unchanged import kept_in_state
from students.access import linked_student_ids
from students.models import Student
from students.queries.analysis_sql import (
    COURSE_FIGURES,
    FIGURES,
    HISTORIES,
    counted,
    moment,
    most_credits,
    of_term,
    with_facts,
    with_marks,
)
from students.queries.population import BELOW

T = TypeVar("T")
_KINDS = (UnitKind.UNIVERSITY, UnitKind.COLLEGE, UnitKind.ACADEMY, UnitKind.COHORT, UnitKind.CLASS)
# With more units than this classes are chosen from their cohort's page.
_MANY_UNITS = 300
_STANDS = """s.id IN (
    SELECT p.student_id FROM students_placement p JOIN (""" + BELOW + """) b(id) ON b.id = p.unit_id
     WHERE p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s))"""  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """Whom the figures are of: ``sql`` is a condition on students ``s``. ``by_name``: the reader
    may see the people behind a number; else small numbers are hidden."""

    unit: Unit | None
    sql: str
    params: dict[str, Any]
    by_name: bool
    is_kept: bool = True

    @property
    def key(self) -> str:
        return digest(self.sql, sorted(self.params.items(), key=str))


def scope_of(user: Any, unit_id: int | None) -> Scope | None:
    """The scope of ``user`` in a unit, or in the whole reach; None where nothing may be seen.

    Without a unit somebody who holds counts alone looks at the unit of the own post, and whoever
    reaches students by one post alone at its unit.
    """
    offered = _offered(user)
    reach = reach_statement(Student, user, "see_results")
    if unit_id is None and reach is None:
        unit_id = next(iter(held_units(user, "see_counts")), None)
    if unit_id is None:
        return None if reach is None else _by_name(user, _only_unit(user), reach, is_whole=True)
    unit = Unit.objects.filter(pk=unit_id, kind__in=_KINDS).first()
    if unit is None or unit_id not in offered:
        return None
    if offered[unit_id] == "see_results" and reach is not None:
        return _by_name(user, unit, reach)
    return Scope(unit, _STANDS, {"unit": unit_id, "day": timezone.localdate()}, by_name=False)


def _only_unit(user: Any) -> Unit | None:
    """The unit of the one post through which all students are reached whose results are shown."""
    held = held_units(user, "see_results")
    if len(held) != 1 or linked_student_ids(user, "see_results") or supporter_of(user) is not None:
        return None
    return Unit.objects.filter(pk=held[0], kind__in=_KINDS).first()


def _by_name(
    user: Any, unit: Unit | None, reach: tuple[str, dict[str, Any]], is_whole: bool = False
) -> Scope:
    """``is_whole``: the reach holds nobody outside the unit."""
    sql, params = f"s.id = ANY(ARRAY({reach[0]}))", dict(reach[1])
    if unit is not None and not is_whole:
        sql, params = f"{sql} AND {_STANDS}", {**params, "unit": unit.pk}
    day = {"day": timezone.localdate()}
    return Scope(unit, sql, params | day, True, is_kept=supporter_of(user) is None)


def _offered(user: Any) -> dict[int, str]:
    """Units that can be looked at, with the right by which: names before counts."""

    def read() -> dict[int, str]:
        counts = dict.fromkeys(granted_unit_ids(user, "see_counts"), "see_counts")
        return counts | dict.fromkeys(granted_unit_ids(user, "see_results"), "see_results")

    return remembered(("analysis units", user.pk), read)


def units_of(user: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """(kind, [(id, name)]) of the units to choose from."""
    ids = list(_offered(user))
    kinds = _KINDS[:-1] if len(ids) > _MANY_UNITS else _KINDS
    rows = Unit.objects.filter(pk__any=ids, kind__in=kinds).order_by("code")
    by_kind: dict[str, list[tuple[str, str]]] = {kind: [] for kind in kinds}
    for kind, pk, name in rows.values_list("kind", "pk", "name"):
        by_kind[kind].append((str(pk), name))
    labels = dict(UnitKind.choices)
    return [(str(labels[kind]), found) for kind, found in by_kind.items() if found]


def terms_with_results() -> list[Term]:
    """The latest terms with results, the newest first."""
    return moment().terms


@dataclass(frozen=True)
class Line:
    """Counts of one group of students (or marks), by the codes of the figures."""

    axis: str
    key: int
    label: str
    counts: dict[str, int]
    mean: float | None = None
    code: str = ""

    def __getitem__(self, code: str) -> int:
        return self.counts[code]

    @property
    def base(self) -> int:
        """Of whom the rate of this line is: those who took an exam."""
        return self.counts["took"]


@dataclass(frozen=True)
class Summary:
    """All groups of students after one term; ``whole`` is everybody together."""

    whole: Line
    axes: dict[str, list[Line]] = field(default_factory=dict)


def line_of(
    axis: str, key: int, label: str | None, code: str | None, mean: Any, counts: list[int],
    figures: dict[str, Any],
) -> Line:  # fmt: skip
    """A group of which ``counts`` were read in the order of ``figures``."""
    number = None if mean is None else round(float(mean), 1)
    return Line(axis, key, label or "", dict(zip(figures, counts, strict=True)), number, code or "")


_AXIS_OF = {7: "", 3: "major", 5: "class", 6: "year"}


def summary(scope: Scope, term: Term) -> Summary:
    """Figures of everybody, by major, by class and by entry year: one statement, kept until
    results, people or plans change."""

    def read() -> Summary:
        rows = fetch_in_sets(
            f"""{with_facts(scope.sql)}, sums AS (
                    SELECT grouping(f.major_id, f.class_id, f.entry_year) AS axis,
                           f.major_id, f.class_id, f.entry_year, avg(f.mean) AS mean,
                           {counted(FIGURES)}
                      FROM facts f
                     GROUP BY GROUPING SETS ((), (f.major_id), (f.class_id), (f.entry_year)))
                SELECT m.name, m.code, coalesce(nullif(u.short_name, ''), u.name), u.code, sums.*
                  FROM sums LEFT JOIN cohorts_major m ON m.id = sums.major_id
                  LEFT JOIN cohorts_unit u ON u.id = sums.class_id
                 ORDER BY sums.axis, m.code, u.code, sums.entry_year DESC""",
            scope.params | of_term(term, timezone.localdate()),
        )
        axes: dict[str, list[Line]] = {"major": [], "class": [], "year": []}
        whole = Line("", 0, "", dict.fromkeys(FIGURES, 0))
        for (
            major,
            major_code,
            group,
            group_code,
            bits,
            major_id,
            class_id,
            year,
            mean,
            *counts,
        ) in rows:
            axis = _AXIS_OF[bits]
            key, label, code = {
                "": (0, "", ""), "major": (major_id, major, major_code),
                "class": (class_id, group, group_code), "year": (year, str(year), str(year)),
            }[axis]  # fmt: skip
            line = line_of(axis, key or 0, label, code, mean, counts, FIGURES)
            if axis:
                axes[axis].append(line)
            else:
                whole = line
        return Summary(whole, axes)

    return kept(scope, f"summary:{term.pk}:{most_credits()}", read)


@dataclass(frozen=True)
class Courses:
    """Every course of a term, the highest failing rate first, and its cells by major."""

    lines: list[Line]
    by_major: dict[tuple[int, int], Line]


def courses(scope: Scope, term: Term) -> Courses:
    """Who took and who failed each course, in all and by major: one statement, kept."""

    def read() -> Courses:
        rows = fetch(
            f"""{with_marks(scope.sql)}, sums AS (
                    SELECT m.course_id, grouping(w.major_id) AS is_all, w.major_id,
                           avg(m.score) AS mean, {counted(COURSE_FIGURES)}
                      FROM marks m JOIN who w ON w.student_id = m.student_id
                     GROUP BY GROUPING SETS ((m.course_id), (m.course_id, w.major_id)))
                SELECT c.code, c.name, sums.* FROM sums JOIN students_course c ON c.id = sums.course_id
                 ORDER BY c.code""",
            scope.params | of_term(term, timezone.localdate()),
        )
        lines, by_major = [], {}
        for code, name, pk, is_all, major_id, mean, *counts in rows:
            line = line_of("course", pk, name, code, mean, counts, COURSE_FIGURES)
            if is_all:
                lines.append(line)
            else:
                by_major[pk, major_id or 0] = line
        lines.sort(key=lambda one: (-one["failed"] / one.base, -one["failed"], one.code))
        return Courses(lines, by_major)

    return kept(scope, f"courses:{term.pk}", read)


_HEAT_COLUMNS = 6
_HEAT_LEAST = 10


def heat(
    found: Courses, majors: list[Line]
) -> tuple[list[Line], list[tuple[Line, list[Line | None]]]]:
    """Columns and rows of major × course: the highest failing rates among the courses that ten
    students or more took."""
    columns = [one for one in found.lines if one.base >= _HEAT_LEAST and one["failed"]]
    columns = columns[:_HEAT_COLUMNS]
    rows = [
        (major, [found.by_major.get((one.key, major.key)) for one in columns]) for major in majors
    ]
    return columns, [row for row in rows if any(row[1])]


def kept(scope: Scope, name: str, make: Callable[[], T]) -> T:
    """``make()``, kept in the present state of what it reads; first entries of results leave no
    history row, so the newest result names the state too."""
    if not scope.is_kept:
        return make()
    now, day = moment(), timezone.localdate()
    key = f"analysis:{name}:{day}:{now.newest}:{scope.key}"
    return kept_in_state(key, now.state, HISTORIES, make)


def nameless(line: Line) -> str:
    """What a group without a name of its own is called."""
    if line.label:
        return line.label
    return {"major": _("without major"), "class": _("without class")}.get(line.axis, "—")
