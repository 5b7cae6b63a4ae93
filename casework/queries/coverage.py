"""Talk coverage: distinct students talked with ÷ students in charge, per term (rulebook 3.6)."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from cohorts.models import Term
from students.queries.population import BELOW, headcount_on


@dataclass(frozen=True)
class Coverage:
    """``weekly`` holds the running number of students reached by the end of week 1, 2, …"""

    reached: int
    students: int
    weekly: list[int]

    @property
    def rate(self) -> float | None:
        return self.reached / self.students if self.students else None


def talk_coverage(unit_id: int, term: Term, until: dt.datetime, day: dt.date) -> Coverage:
    """Coverage in ``term`` up to ``until`` among the students standing in the unit on ``day``."""
    start = dt.datetime.combine(term.starts_on, dt.time(), tzinfo=until.tzinfo)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH here AS (
                SELECT DISTINCT p.student_id FROM students_placement p
                  JOIN ("""
            + BELOW
            + """) t ON t.descendant_id = p.unit_id
                 WHERE p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
            ), firsts AS (
                SELECT f.happened_at FROM here CROSS JOIN LATERAL (
                    SELECT happened_at FROM casework_followup
                     WHERE student_id = here.student_id AND is_real
                       AND happened_at >= %(start)s AND happened_at <= %(until)s
                     ORDER BY happened_at LIMIT 1) f
            )
            SELECT floor(extract(epoch FROM happened_at - %(start)s) / 604800)::int AS week,
                   count(*), (SELECT count(*) FROM here)
              FROM firsts GROUP BY week ORDER BY week
            """,
            {"unit": unit_id, "day": day, "start": start, "until": until},
        )
        rows = cursor.fetchall()
    weeks = max(1, term.week_of(until.date()))
    weekly, running = [], 0
    by_week = {week: n for week, n, _students in rows}
    for week in range(weeks):
        running += by_week.get(week, 0)
        weekly.append(running)
    students = rows[0][2] if rows else headcount_on(unit_id, day)
    return Coverage(reached=running, students=students, weekly=weekly)
