"""Runs inside the portal: evaluating the warning rules for the whole school against its floor.

    python -m bench.warnings OUT.json

Two sets are on: the withdrawal warning by credits of each year, which looks back, and the three
colours by term. The floor is one statement for each, written by hand for just these two rules,
whose students are inserted into a table like that of the warnings. Both find the same students.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import django
from django.db import connection, transaction

TURNS = 3
_HALF = "(CASE WHEN right(t.code, 1) = '1' THEN 1 ELSE 2 END)"
# Owed required credits and credits of the term, for the three colours.
_COLOURS = f"""
    INSERT INTO floor_warning (student_id, rank)
    SELECT student_id, CASE WHEN earned <= 10 OR owed >= 25 THEN 1
                            WHEN earned <= 12 OR owed >= 20 THEN 2 ELSE 3 END
      FROM (SELECT student_id, coalesce(sum(credits) FILTER (WHERE passed_in = now_in), 0) AS earned,
                   coalesce(sum(credits) FILTER (
                       WHERE is_required AND has_failed AND passed_in IS NULL), 0) AS owed
              FROM (SELECT s.id AS student_id, r.course_id, max(r.credits) AS credits,
                           bool_or(r.is_required) AS is_required,
                           bool_or(NOT r.passed) AS has_failed,
                           min(t.place) FILTER (WHERE r.passed) AS passed_in,
                           %(year)s * 2 + %(half)s AS now_in
                      FROM students_student s
                      LEFT JOIN (students_courseresult r
                           JOIN (SELECT code, left(code, 4)::int * 2 + {_HALF} AS place
                                   FROM cohorts_term t WHERE starts_on <= %(until)s) t
                             ON t.code = r.term_id) ON r.student_id = s.id
                     WHERE s.status IN ('01', '05')
                       AND (%(year)s - s.entry_year) * 2 + %(half)s BETWEEN 1 AND 24
                     GROUP BY s.id, r.course_id) course
             GROUP BY student_id) student
     WHERE earned <= 14 OR owed >= 15
"""
# Credits of the plan after each full year against 24, 54, 80, 104; the year of a warning does not
# count, and ends in withdrawal below 15, below the line, or with a second warning.
_YEARS = f"""
    INSERT INTO floor_warning (student_id, rank)
    WITH passed AS (
        SELECT s.id AS student_id, s.entry_year, r.course_id, max(r.credits) AS credits,
               min(greatest(1, (t.place - s.entry_year * 2 + 1) / 2)) FILTER (WHERE r.passed) AS year
          FROM students_student s
          LEFT JOIN students_programme p ON p.major_id = s.major_id AND p.entry_year = s.entry_year
          LEFT JOIN (students_courseresult r
               JOIN (SELECT code, left(code, 4)::int * 2 + {_HALF} AS place
                       FROM cohorts_term t WHERE starts_on <= %(until)s) t
                 ON t.code = r.term_id) ON r.student_id = s.id
          LEFT JOIN students_plancourse c ON c.programme_id = p.id AND c.course_id = r.course_id
         WHERE s.status IN ('01', '05') AND s.entry_year <= %(year)s
           AND (c.id IS NOT NULL OR p.id IS NULL OR r.id IS NULL)
         GROUP BY s.id, r.course_id
    ), years AS (
        SELECT student_id, n, coalesce(sum(credits) FILTER (WHERE year = n), 0) AS own,
               coalesce(sum(credits) FILTER (WHERE year <= n), 0) AS total,
               %(year)s - entry_year + 1 AS now_n
          FROM passed JOIN generate_series(1, 5) n ON n <= %(year)s - entry_year + 1
         GROUP BY student_id, entry_year, n
    ), first AS (
        SELECT student_id, min(n) AS n FROM years
         WHERE total < (ARRAY[24, 54, 80, 104])[n] GROUP BY student_id
    )
    SELECT y.student_id, CASE WHEN y.n = f.n THEN 2 ELSE 1 END
      FROM years y JOIN first f ON f.student_id = y.student_id
     WHERE y.n = y.now_n AND (y.n = f.n OR y.total < (ARRAY[24, 54, 80, 104])[y.n - 1]
                              OR (y.n = f.n + 1 AND y.own < 15))
"""


def floor(asked: dict[str, Any]) -> tuple[float, list[tuple[int, int]]]:
    """(seconds, students by rank of the colours) of the statements written by hand."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE floor_warning AS SELECT * FROM students_academicwarning LIMIT 0"
        )
        began = time.perf_counter()
        cursor.execute(_COLOURS, asked)
        cursor.execute(_YEARS, asked)
        took = time.perf_counter() - began
        cursor.execute("SELECT student_id, min(rank) FROM floor_warning GROUP BY 1 ORDER BY 1")
        found = list(cursor.fetchall())
        transaction.set_rollback(True)
    return took, found


def turn(term: Any) -> tuple[float, float, list[tuple[int, int]]]:
    """(seconds, seconds of CPU here, students by rank) of one run into an empty table."""
    from students.domain.warning_runs import run_warnings

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE students_warningstep, students_academicwarning CASCADE")
        began, cpu = time.perf_counter(), time.process_time()
        run_warnings(actor=None, term=term)
        took, spent = time.perf_counter() - began, time.process_time() - cpu
        cursor.execute(
            "SELECT student_id, min(rank) FROM students_academicwarning GROUP BY 1 ORDER BY 1"
        )
        found = list(cursor.fetchall())
        transaction.set_rollback(True)
    return took, spent, found


def main(out: Path) -> None:
    django.setup()
    from students.domain.warning_sets import last_results_term
    from students.domain.warning_tables import Moment
    from students.models import WarningSet

    WarningSet.objects.filter(on_at__isnull=False).exclude(
        family__in=("withdrawal", "generic")
    ).update(off_at="2020-01-01T00:00:00Z")
    term = last_results_term()
    assert term is not None
    moment = Moment(term)
    asked = {"year": moment.year, "half": moment.half, "until": term.starts_on}
    floors, turns = [], []
    for _number in range(TURNS):
        floors.append(floor(asked))
        turns.append(turn(term))
    assert floors[0][1] == turns[0][2], "the rules and the statements find different students"
    found: dict[str, Any] = {
        "median_ms": statistics.median(one[0] for one in turns) * 1000,
        "cpu_ms": statistics.median(one[1] for one in turns) * 1000,
        "floor_ms": statistics.median(one[0] for one in floors) * 1000,
        "students": len(turns[0][2]),
    }
    out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
