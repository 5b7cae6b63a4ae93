"""What warning rules are evaluated on: temporary tables of one run, filled in sets.

Half-years of study are numbered from entry: ``h`` 1 is the first term, 2 the second, and so on.
Sets of half-years are bits of one number, credits are counted in tenths.
"""

from dataclasses import dataclass

from cohorts.models import Term
from portal.core.domain.staging import run_sql
from students.enums import ON_CAMPUS_STATUSES
from students.queries.averages import counted_sql, scale_in_use
from students.warning_rules import LAST_TERM, Condition

_HALF = "(CASE WHEN right(t.code, 1) = '1' THEN 1 ELSE 2 END)"


@dataclass(frozen=True)
class Moment:
    """After which term the rules look; the short summer term counts to the second half."""

    term: Term

    @property
    def year(self) -> int:
        return int(self.term.code[:4])

    @property
    def half(self) -> int:
        return 1 if self.term.code.endswith("1") else 2

    @property
    def period(self) -> str:
        return f"{self.year}-{self.year + 1}-{self.half}"


# Who studies now, how far, and by which plan.
_PEOPLE = f"""
    CREATE TEMPORARY TABLE warn_people ON COMMIT DROP AS
    SELECT s.id AS student_id, s.entry_year, s.major_id, p.id AS programme_id,
           coalesce(p.years, 4) AS years, ((%(year)s - s.entry_year) * 2 + %(half)s)::int AS h
      FROM students_student s
      LEFT JOIN students_programme p ON p.major_id = s.major_id AND p.entry_year = s.entry_year
     WHERE s.status = ANY(%(present)s)
       AND (%(year)s - s.entry_year) * 2 + %(half)s BETWEEN 1 AND {LAST_TERM}
"""
# What each student did in each course up to this term; results from before entry count to the
# first half-year. The highest credits of the attempts are those of the course.
_COURSES = f"""
    CREATE TEMPORARY TABLE warn_course ON COMMIT DROP AS
    SELECT a.student_id, a.course_id, (max(a.credits) * 10)::int AS credits,
           bool_or(a.is_required) AS is_required, min(a.h) FILTER (WHERE a.passed) AS pass_h,
           coalesce(bit_or(1::bigint << a.h) FILTER (WHERE NOT a.passed), 0) AS fails,
           coalesce(bit_or(1::bigint << a.h) FILTER (WHERE a.attempt <> 'resit'), 0) AS chosen,
           count(*) FILTER (WHERE NOT a.passed) AS failed_times
      FROM (SELECT r.student_id, r.course_id, r.credits, r.is_required, r.passed, r.attempt,
                   greatest(1, t.place - p.entry_year * 2)::int AS h
              FROM students_courseresult r
              JOIN (SELECT t.code, left(t.code, 4)::int * 2 + {_HALF} AS place
                      FROM cohorts_term t WHERE t.starts_on <= %(until)s) t ON t.code = r.term_id
              JOIN warn_people p ON p.student_id = r.student_id) a
     GROUP BY a.student_id, a.course_id
"""
# Half-years whose beginning a student was away from: they are no periods of study.
_AWAY = f"""
    CREATE TEMPORARY TABLE warn_away ON COMMIT DROP AS
    SELECT DISTINCT p.student_id, left(t.code, 4)::int * 2 + {_HALF} - p.entry_year * 2 AS h
      FROM students_statusperiod s JOIN warn_people p ON p.student_id = s.student_id
      JOIN cohorts_term t ON right(t.code, 1) <> '3' AND t.starts_on >= s.since
           AND (s.until IS NULL OR t.starts_on <= s.until)
     WHERE NOT s.status = ANY(%(present)s)
"""
# Credits that a plan wants by the end of each half-year, in tenths.
_DUE = f"""
    CREATE TEMPORARY TABLE warn_due ON COMMIT DROP AS
    WITH wanted AS (
        SELECT c.programme_id, c.term_no AS at, (c.credits * 10)::int AS required, 0 AS elective
          FROM students_plancourse c JOIN students_coursegroup g ON g.id = c.group_id
         WHERE g.need = 'required'
         UNION ALL
        SELECT g.programme_id, g.due_term, 0, (g.credits * 10)::int FROM students_coursegroup g
         WHERE g.need = 'elective'
    ), summed AS (
        SELECT p.id AS programme_id, h,
               coalesce(sum(w.required) FILTER (WHERE w.at <= h), 0) AS required,
               coalesce(sum(w.elective) FILTER (WHERE w.at <= h), 0) AS elective
          FROM students_programme p CROSS JOIN generate_series(0, {LAST_TERM}) h
          LEFT JOIN wanted w ON w.programme_id = p.id GROUP BY p.id, h
    )
    SELECT n.programme_id, n.h::int, {{columns}}
      FROM summed n
      JOIN summed f ON f.programme_id = n.programme_id AND f.h = n.h - 1
      JOIN summed y ON y.programme_id = n.programme_id
           AND y.h = n.h - CASE WHEN n.h %% 2 = 0 THEN 2 ELSE 1 END
"""
_KINDS = {"required": "required", "elective": "elective", "any": "{0}.required + {0}.elective"}


def _due_columns() -> str:
    found = []
    for kind, sql in _KINDS.items():
        of = sql if "{0}" in sql else "{0}." + sql
        for window, start in (("term", "f"), ("year", "y"), ("entry", "")):
            value = of.format("n") + (f" - ({of.format(start)})" if start else "")
            found.append(f"nullif({value}, 0) AS due_{kind}_{window}")
    return ", ".join(found)


def prepare(moment: Moment) -> None:
    """Fill the tables of a run. ``DROP`` comes with the end of the transaction."""
    run_sql(
        _PEOPLE,
        {"year": moment.year, "half": moment.half, "present": list(ON_CAMPUS_STATUSES)},
    )
    run_sql("ANALYZE warn_people (student_id)")
    run_sql(_COURSES, {"until": moment.term.starts_on})
    run_sql("ANALYZE warn_course (student_id)")
    run_sql(_AWAY, {"present": list(ON_CAMPUS_STATUSES)})
    run_sql(_DUE.format(columns=_due_columns()), {})
    run_sql(
        """CREATE TEMPORARY TABLE warn_flag (
               set_id bigint, rule_no int, student_id bigint, h int, facts jsonb) ON COMMIT DROP"""
    )


def drop_tables() -> None:
    """For a second run within the same transaction."""
    run_sql(
        "DROP TABLE IF EXISTS warn_people, warn_course, warn_away, warn_due, warn_flag,"
        " warn_measure, warn_point"
    )


def mask(window: str, h: str) -> str:
    """The half-years of a window that ends with ``h``, as bits."""
    if window == "term":
        return f"(1::bigint << {h})"
    if window == "year":
        return f"(CASE WHEN {h} % 2 = 0 THEN 3::bigint << ({h} - 1) ELSE 1::bigint << {h} END)"
    return f"((1::bigint << ({h} + 1)) - 1)"


_OF = {"any": "", "required": " AND g.is_required", "elective": " AND NOT g.is_required",
       "plan": " AND (pc.id IS NOT NULL OR p.programme_id IS NULL)"}  # fmt: skip


def measure_sql(one: Condition, h: str) -> str:
    """The value for one student and the half-year ``h``, over the courses ``g``."""
    if one.what in ("gpa", "average"):
        return f"max(w_{one.window}.{'gpa' if one.what == 'gpa' else 'mean'})"
    inside, of = mask(one.window, h), _OF[one.of]
    if one.what == "same_course":
        alive = f"(g.pass_h IS NULL OR g.pass_h > {h})" if one.resits == "cancel" else "true"
        return f"coalesce(max(g.failed_times) FILTER (WHERE {alive}{of}), 0)"
    if one.what == "earned_credits":
        test = f"(1::bigint << g.pass_h) & {inside} <> 0"
    elif one.what == "chosen_credits":
        test = f"g.chosen & {inside} <> 0"
    else:
        test = f"g.fails & {inside} <> 0"
        if one.resits == "cancel":
            test += f" AND (g.pass_h IS NULL OR g.pass_h > {h})"
    value = "count(g.course_id)" if one.what == "failed_courses" else "sum(g.credits)"
    return f"coalesce({value} FILTER (WHERE {test}{of}), 0)"


def fill_points(windows: set[str], halves: list[int], *, is_history: bool) -> None:
    """``warn_point``: grade point and weighted average by student, half-year and window."""
    run_sql(
        """CREATE TEMPORARY TABLE warn_point (
               student_id bigint, h int, span text, gpa numeric, mean numeric) ON COMMIT DROP"""
    )
    scale = scale_in_use()
    if scale is None:
        return
    for h in halves:
        who = f"p.h >= {h}" if is_history else f"p.h = {h}"
        place = f"greatest(1, left(t.code, 4)::int * 2 + {_HALF} - p.entry_year * 2)::int"
        for window in sorted(windows):
            where = f"""EXISTS (SELECT 1 FROM warn_people p WHERE p.student_id = r.student_id
                AND {who} AND (1::bigint << {place}) & {mask(window, str(h))} <> 0)"""
            run_sql(
                f"""INSERT INTO warn_point
                    SELECT student_id, {h}, %(span)s,
                           sum(point * credits)
                             / nullif(sum(credits) FILTER (WHERE point IS NOT NULL), 0),
                           sum(score * credits)
                             / nullif(sum(credits) FILTER (WHERE score IS NOT NULL), 0)
                      FROM ({counted_sql(scale, where).replace(" % 2", " %% 2")}) c
                     GROUP BY student_id""",
                {"scale": scale.pk, "span": window},
            )
