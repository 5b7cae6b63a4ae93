"""One course in the study analysis: its line over the terms, the marks of one term, who sat it."""

from typing import Any

from django.utils import timezone

from cohorts.models import Term
from portal.core.rows import fetch
from students.models import Course
from students.queries.analysis import Line, Scope, kept, line_of
from students.queries.analysis_sql import COURSE_FIGURES, counted, of_term, with_marks, with_who

_TERMS = """
    SELECT m.term_id, avg(m.score), {counts}
      FROM who JOIN students_courseresult m ON m.student_id = who.student_id
      JOIN cohorts_term t ON t.code = m.term_id
     WHERE m.course_id = %(course)s AND m.attempt = 'first' AND m.sequence = 1
       AND m.passed IS NOT NULL
     GROUP BY m.term_id, t.starts_on ORDER BY t.starts_on
"""
_GROUPS = """, sums AS (
        SELECT grouping(w.major_id, w.class_id) AS axis, w.major_id, w.class_id,
               avg(m.score) AS mean, {counts}
          FROM marks m JOIN who w ON w.student_id = m.student_id
         WHERE m.course_id = %(course)s
         GROUP BY GROUPING SETS ((w.major_id), (w.class_id)))
    SELECT CASE axis WHEN 1 THEN 'major' ELSE 'class' END, coalesce(sums.major_id, sums.class_id),
           coalesce(m.name, nullif(u.short_name, ''), u.name), coalesce(m.code, u.code), mean,
           sums.*
      FROM sums LEFT JOIN cohorts_major m ON m.id = sums.major_id
      LEFT JOIN cohorts_unit u ON u.id = sums.class_id
     ORDER BY axis, m.code, u.code
"""


def course_sheet(scope: Scope, term: Term, course: Course) -> dict[str, Any]:
    """``terms``: the course in every term that somebody of the scope sat it; ``now``: the chosen
    one, None when nobody did; ``before``: the last one before it; ``groups`` of the chosen one.
    Two statements, kept."""

    def read() -> dict[str, Any]:
        asked = scope.params | of_term(term, timezone.localdate()) | {"course": course.pk}
        counts = counted(COURSE_FIGURES)
        terms = [
            line_of("term", 0, code, code, mean, numbers, COURSE_FIGURES)
            for code, mean, *numbers in fetch(
                with_who(scope.sql) + _TERMS.format(counts=counts), asked
            )
        ]
        groups: list[Line] = []
        rows = fetch(with_marks(scope.sql) + _GROUPS.format(counts=counts), asked)
        for axis, key, label, code, mean, _axis, _major, _group, _mean, *numbers in rows:
            groups.append(line_of(axis, key or 0, label, code, mean, numbers, COURSE_FIGURES))
        earlier = [one for one in terms if one.label < term.pk]
        return {
            "by_name": scope.by_name, "term": term.pk, "terms": terms, "groups": groups,
            "now": next((one for one in terms if one.label == term.pk), None),
            "before": earlier[-1] if earlier else None,
        }  # fmt: skip

    return kept(scope, f"course:{course.pk}:{term.pk}", read)
