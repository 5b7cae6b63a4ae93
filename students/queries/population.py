"""Who stands in a unit, and how they do in their courses: the student figures of a dashboard.

The list behind a number is ``students_in`` with the same unit and figure, so both agree.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from cohorts.enums import INNER_KINDS
from cohorts.models import Term, Unit, UnitTree
from portal.core.scope import remembered
from students.access import standing
from students.enums import ENROLLED_STATUSES
from students.models import CourseResult, Placement, Student

# Owed credits of failed required courses per level (rulebook 3.3, generic preset).
OWED_CREDITS = {"RED": 25, "ORANGE": 20, "YELLOW": 15}


# Units whose students count as those of %(unit)s: all below it; beds and party branches only for
# a unit of their own kinds, as in the reach (cohorts.access), so that a number is the length of its list.
BELOW = """SELECT tr.descendant_id FROM cohorts_unittree tr
            JOIN cohorts_unit top ON top.id = tr.ancestor_id
            JOIN cohorts_unit un ON un.id = tr.descendant_id
           WHERE tr.ancestor_id = %(unit)s AND (un.kind NOT IN ('building', 'floor', 'room', 'party')
                 OR top.kind IN ('building', 'floor', 'room', 'party'))"""


def standing_in(unit_id: int, day: dt.date) -> QuerySet[Any]:
    """Student ids (with repetition) of everyone placed in the unit or below it on ``day``."""
    inner = [kind.value for kind in INNER_KINDS]
    above = UnitTree.objects.filter(ancestor_id=unit_id)
    rows: QuerySet[Any] = Placement.objects.filter(
        standing(day),
        unit__in=above.filter(~Q(descendant__kind__in=inner) | Q(ancestor__kind__in=inner)).values(
            "descendant_id"
        ),
    ).values("student_id")
    return rows


def students_in(user: Any, unit: Unit | None, action: str = "see_card") -> QuerySet[Student]:
    """Students whom ``user`` reaches for ``action``, standing in ``unit`` today (None: all)."""
    found: QuerySet[Student] = Student.objects.restrict(user, action)
    if unit is not None:
        found = found.filter(pk__in=standing_in(unit.pk, timezone.localdate()))
    return found


def headcount_on(unit_id: int, day: dt.date) -> int:
    """Students standing in the unit on ``day``, whatever their status."""
    return standing_in(unit_id, day).distinct().count()


def on_leave_on(unit_id: int, day: dt.date) -> int:
    """Of those, the ones whose status on ``day`` is enrolled but not present on campus."""
    present = ("01", "05")
    return Student.objects.filter(
        pk__in=standing_in(unit_id, day),
        status__in=[s for s in ENROLLED_STATUSES if s not in present],
    ).count()


def newest_term_with_results() -> str | None:
    """Code of the latest term for which any result is known."""

    def read() -> str | None:
        has_results = Exists(CourseResult.objects.filter(term=OuterRef("pk")))
        found = Term.objects.filter(has_results).order_by("-starts_on").values_list("pk", flat=True)
        return found.first()

    return remembered(("newest_term_with_results",), read)


def term_on(day: dt.date) -> Term | None:
    """The term that has begun last on ``day``."""

    def read() -> Term | None:
        return Term.objects.filter(starts_on__lte=day).order_by("-starts_on").first()

    return remembered(("term_on", day), read)


def with_owed_credits(students: QuerySet[Student], level: str) -> QuerySet[Student]:
    """Students whose failed and not yet passed required credits reach this level only.

    Rulebook 3.3, generic preset: yellow from 15, orange from 20, red from 25. ``level`` "ANY"
    keeps everyone from yellow up.
    """
    lower = OWED_CREDITS["YELLOW" if level == "ANY" else level]
    higher = [bound for bound in OWED_CREDITS.values() if bound > lower]
    sums = (_owed_rows().order_by().values("student_id").annotate(total=Sum("credits"))).filter(
        total__gte=lower
    )
    if level != "ANY" and higher:
        sums = sums.filter(total__lt=min(higher))
    return students.filter(pk__in=sums.values("student_id"))


def _owed_rows() -> QuerySet[Any]:
    """One row per student and required course that was failed and never passed."""
    same = {"student_id": OuterRef("student_id"), "course_id": OuterRef("course_id")}
    failed = CourseResult.objects.filter(passed=False, is_required=True)
    rows: QuerySet[Any] = failed.filter(
        ~Exists(CourseResult.objects.filter(passed=True, **same)),
        # Several failed attempts at one course owe its credits once.
        ~Exists(failed.filter(pk__lt=OuterRef("pk"), **same)),
    )
    return rows


@dataclass(frozen=True)
class OwedCounts:
    """Students of a unit by level of owed credits."""

    red: int
    orange: int
    yellow: int

    @property
    def total(self) -> int:
        return self.red + self.orange + self.yellow


def owed_counts(unit_id: int, day: dt.date) -> OwedCounts:
    """The three counts of ``with_owed_credits`` in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH here AS MATERIALIZED (
                SELECT DISTINCT p.student_id FROM students_placement p
                  JOIN (""" + BELOW + """) t ON t.descendant_id = p.unit_id
                 WHERE p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
            ), failed AS MATERIALIZED (
                SELECT r.student_id, r.course_id,
                       (array_agg(r.credits ORDER BY r.id))[1] AS credits
                  FROM students_courseresult r
                 WHERE r.passed = false AND r.is_required
                   AND r.student_id IN (SELECT student_id FROM here)
                 GROUP BY r.student_id, r.course_id
            ), likely AS MATERIALIZED (
                -- Whoever never failed enough cannot owe enough: few are looked at closely.
                SELECT student_id FROM failed GROUP BY student_id HAVING sum(credits) >= %(yellow)s
            ), sums AS (
                SELECT f.student_id, sum(f.credits) AS total
                  FROM failed f JOIN likely USING (student_id)
                  LEFT JOIN LATERAL (
                       SELECT true AS is_passed FROM students_courseresult ok
                        WHERE ok.student_id = f.student_id AND ok.course_id = f.course_id
                          AND ok.passed LIMIT 1) later ON true
                 WHERE later.is_passed IS NULL GROUP BY f.student_id
            )
            SELECT count(*) FILTER (WHERE total >= %(red)s),
                   count(*) FILTER (WHERE total >= %(orange)s AND total < %(red)s),
                   count(*) FILTER (WHERE total >= %(yellow)s AND total < %(orange)s)
              FROM sums
            """,
            {
                "unit": unit_id, "day": day, "red": OWED_CREDITS["RED"],
                "orange": OWED_CREDITS["ORANGE"], "yellow": OWED_CREDITS["YELLOW"],
            },
        )  # fmt: skip
        return OwedCounts(*cursor.fetchone())


@dataclass(frozen=True)
class FailCell:
    """One cell of the fail table: who took the exam, who failed."""

    major: str
    course_id: int
    course: str
    took: int
    failed: int


def fail_table(unit_id: int, term: str, day: dt.date, courses: int = 6) -> list[FailCell]:
    """Failing rate by major and course in one term: failed ÷ took the exam (rulebook 3.3).

    First sittings with a decision only; the ``courses`` with the highest rate among those that
    at least 10 students of the unit took.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH here AS (
                SELECT DISTINCT p.student_id FROM students_placement p
                  JOIN ("""
            + BELOW
            + """) t ON t.descendant_id = p.unit_id
                 WHERE p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
            ), sat AS (
                SELECT r.course_id, s.major_id, count(*) AS took,
                       count(*) FILTER (WHERE NOT r.passed) AS failed
                  FROM here JOIN students_student s ON s.id = here.student_id
                  JOIN students_courseresult r ON r.student_id = here.student_id
                 WHERE r.term_id = %(term)s AND r.attempt = 'first' AND r.passed IS NOT NULL
                 GROUP BY r.course_id, s.major_id
            ), worst AS (
                SELECT course_id, sum(failed)::float / sum(took) AS rate FROM sat
                 GROUP BY course_id HAVING sum(took) >= 10 ORDER BY rate DESC LIMIT %(courses)s
            )
            SELECT coalesce(m.name, ''), c.id, c.name, sat.took, sat.failed
              FROM worst JOIN sat USING (course_id) JOIN students_course c ON c.id = course_id
              LEFT JOIN cohorts_major m ON m.id = sat.major_id
             ORDER BY worst.rate DESC, c.id, m.code
            """,
            {"unit": unit_id, "term": term, "day": day, "courses": courses},
        )
        return [FailCell(*row) for row in cursor.fetchall()]
