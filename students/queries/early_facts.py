"""What is known of students before a term: one statement for the whole school.

Only results are read, never the person: no sex, region, ethnic group, family or party status.
"""

from collections.abc import Iterator

from cohorts.models import Term
from portal.core.rows import fetch
from students.early.words import Numbers
from students.enums import ENROLLED_STATUSES
from students.models import CourseResult

# Fact -> which way it may count: an average below one's year never speaks in favour of anybody.
SIGNS = {"failed": 1, "open": 1, "gap": -1, "earlier": -1, "missed": 1, "narrow": 1}

# Results of one term count once everybody sat; resits of that term change what is still open.
_FACTS = """
    WITH own AS (
        SELECT r.student_id, r.term_id,
               sum(r.score * r.credits) FILTER (WHERE r.score IS NOT NULL)
                 / nullif(sum(r.credits) FILTER (WHERE r.score IS NOT NULL), 0) AS average,
               count(*) FILTER (WHERE r.passed = false AND r.is_required) AS failed,
               count(*) FILTER (WHERE r.special IN ('absent', 'cheated')) AS missed,
               count(*) FILTER (WHERE r.score >= 60 AND r.score < 65) AS narrow
          FROM students_courseresult r
         WHERE r.attempt = 'first' AND r.term_id = ANY(%(known)s::text[])
         GROUP BY r.student_id, r.term_id
    ), peers AS (
        SELECT o.*, o.average - avg(o.average) OVER (
                    PARTITION BY o.term_id, s.major_id, s.entry_year) AS gap
          FROM own o JOIN students_student s ON s.id = o.student_id
    ), earlier AS (
        SELECT student_id, avg(gap) AS gap FROM peers WHERE term_id <> %(last)s GROUP BY student_id
    ), failed AS (
        SELECT DISTINCT r.student_id, r.course_id
          FROM students_courseresult r
         WHERE r.passed = false AND r.is_required AND r.term_id = ANY(%(known)s::text[])
    ), still AS (
        SELECT f.student_id, count(*) AS courses
          FROM failed f
         WHERE NOT EXISTS (
               SELECT 1 FROM students_courseresult p
                WHERE p.student_id = f.student_id AND p.course_id = f.course_id
                  AND p.passed = true AND p.term_id = ANY(%(known)s::text[]))
         GROUP BY f.student_id
    )
    SELECT o.student_id, s.status, o.failed, coalesce(still.courses, 0), o.average,
           coalesce(o.gap, 0), coalesce(earlier.gap, 0), o.missed, o.narrow
      FROM peers o
      JOIN students_student s ON s.id = o.student_id
      LEFT JOIN earlier ON earlier.student_id = o.student_id
      LEFT JOIN still ON still.student_id = o.student_id
     WHERE o.term_id = %(last)s
     ORDER BY o.student_id
"""
_OUTCOMES = """
    SELECT r.student_id, bool_or(r.passed = false)
      FROM students_courseresult r
     WHERE r.term_id = %(term)s AND r.attempt = 'first' AND r.is_required AND r.passed IS NOT NULL
     GROUP BY r.student_id
"""
_TERMS = """
    SELECT t.code FROM cohorts_term t
     WHERE t.starts_on < %(before)s
       AND EXISTS (SELECT 1 FROM students_courseresult r WHERE r.term_id = t.code)
     ORDER BY t.starts_on
"""


def terms_before(term: Term) -> list[str]:
    """Codes of the terms with results that began before ``term``, in order of time."""
    return [code for (code,) in fetch(_TERMS, {"before": term.starts_on})]


def results_of(terms: list[str]) -> int:
    """How many results these terms have: a new import changes it."""
    return CourseResult.objects.filter(term__in=terms).count()


def facts_before(known: list[str], *, enrolled_only: bool) -> Iterator[tuple[int, Numbers]]:
    """(student, numbers) for everybody who sat an examination in the last of the terms ``known``.

    Nothing but results of ``known`` is read. ``enrolled_only`` leaves out who is gone by today.
    """
    if not known:
        return
    rows = fetch(_FACTS, {"last": known[-1], "known": known})
    for student_id, status, failed, still, average, gap, earlier, missed, narrow in rows:
        if enrolled_only and status not in ENROLLED_STATUSES:
            continue
        yield student_id, {
            "failed": failed, "open": still, "missed": missed, "narrow": narrow,
            "average": round(float(average or 0), 2), "gap": round(float(gap), 2),
            "earlier": round(float(earlier), 2),
        }  # fmt: skip


def failed_in(term: str) -> dict[int, bool]:
    """Student -> whether a required course was failed at the first sitting in ``term``."""
    return dict(fetch(_OUTCOMES, {"term": term}))
