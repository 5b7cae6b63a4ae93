"""The study analysis as SQL: who is looked at, the marks of one term, the facts of each student.

A figure and the list behind it are the same statement: ``FIGURES`` and ``COURSE_FIGURES`` hold the
condition once, the page counts by it and the list of names filters by it.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cohorts.models import Term
from portal.core.prepared import prepared
from portal.core.rows import fetch
from portal.core.scope import remembered
from portal.core.unchanged import state_column
from students.enums import ENROLLED_STATUSES

MOST_CREDITS = "study.most_credits"
_MOST = 30
_SOME_TERMS = 8
HISTORIES = (
    "students_courseresultevent", "students_placementevent", "students_studentevent",
    "students_programmeevent", "students_coursegroupevent", "students_plancourseevent",
    "cohorts_unitevent",
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A count of students: ``sql`` is a condition on the row of one student (``facts f``), or on a
    mark (``marks m``) where a course is looked at. ``tone`` colours it where it is bad news."""

    label: "str | Promise"
    sql: str
    tone: str = ""


# Averages (学分绩) and marks by the five grades of rulebook 6.4: name, bounds, words and letters.
BANDS: dict[str, tuple["str | Promise", str, str]] = {
    "excellent": (_("excellent (90 and more)"), "{0} >= 90", "优秀,优,A+,A,A-"),
    "good": (_("good (80–89)"), "{0} >= 80 AND {0} < 90", "良好,良,B+,B,B-"),
    "middle": (_("medium (70–79)"), "{0} >= 70 AND {0} < 80", "中等,中,C+,C,C-"),
    "pass": (_("passed (60–69)"), "{0} >= 60 AND {0} < 70", ""),
    "fail": (_("below 60"), "{0} < 60", ""),
}
FIGURES: dict[str, Figure] = {
    "students": Figure(_("students"), "true"),
    "took": Figure(_("took an exam"), "f.took > 0"),
    "passed": Figure(_("passed all"), "f.took > 0 AND f.failed = 0"),
    "failed": Figure(_("failed a course"), "f.failed > 0", "late"),
    "failed1": Figure(_("failed one course"), "f.failed = 1"),
    "failed2": Figure(_("failed two courses"), "f.failed = 2", "due"),
    "failed3": Figure(_("failed three and more"), "f.failed >= 3", "late"),
    "short": Figure(_("short of credits"), "f.short > 0", "due"),
    "risk": Figure(_("may graduate late"), "f.risk", "late"),
    **{f"band_{code}": Figure(label, test.format("f.mean"))
       for code, (label, test, _words) in BANDS.items()},
}  # fmt: skip


def _marked(code: str) -> str:
    _label, test, words = BANDS[code]
    word = f"m.score IS NULL AND m.grade = ANY('{{{words}}}')"
    return f"(({test.format('m.score')}) IS TRUE OR {word})"


# Every mark stands in one band: a word in the band of its name, a plain pass or an exemption in the
# lowest that is passed; who was absent or cheated has failed.
_UPPER = ("excellent", "good", "middle")
COURSE_FIGURES: dict[str, Figure] = {
    "took": Figure(_("took the exam"), "true"),
    "passed": Figure(_("passed"), "m.passed"),
    "failed": Figure(_("did not pass"), "NOT m.passed", "late"),
    **{f"band_{code}": Figure(BANDS[code][0], f"m.passed AND {_marked(code)}") for code in _UPPER},
    "band_pass": Figure(
        _("passed (60–69, pass, exempt)"),
        f"m.passed AND NOT ({' OR '.join(_marked(code) for code in _UPPER)})",
    ),
    "band_fail": Figure(_("failed (below 60, absent, cheated)"), "NOT m.passed", "late"),
}
AXES = {"major": "f.major_id", "class": "f.class_id", "year": "f.entry_year"}

# Whoever studies now, once each, with the class of today.
_WHO = """
    who AS MATERIALIZED (
        SELECT s.id AS student_id, s.major_id, s.entry_year, c.unit_id AS class_id
          FROM students_student s
          LEFT JOIN LATERAL (
               SELECT p.unit_id FROM students_placement p
                WHERE p.student_id = s.id AND p.tree = 'class' AND p.since <= %(day)s
                  AND (p.until IS NULL OR p.until >= %(day)s)
                ORDER BY p.since DESC LIMIT 1) c ON true
         WHERE s.status = ANY(%(enrolled)s) AND {reach}
    )"""
# First sittings with a decision; of a course that was sat twice in a term the first. OFFSET 0: the
# results are read student by student from their index, whatever ``fetch_in_sets`` says.
_MARKS = """
    marks AS MATERIALIZED (
        SELECT who.student_id, r.course_id, r.score, r.grade, r.credits, r.passed
          FROM who CROSS JOIN LATERAL (
               SELECT o.course_id, o.score, o.grade, o.credits, o.passed FROM students_courseresult o
                WHERE o.student_id = who.student_id AND o.term_id = %(term)s
                  AND o.attempt = 'first' AND o.sequence = 1 AND o.passed IS NOT NULL OFFSET 0) r
    )"""
# What the plan wants by the end of the term (due) and in all (wanted), by group of courses, and
# what was earned of it. Credits beyond what an elective group wants make up for no other group.
_PLAN = """
    plans AS MATERIALIZED (
        SELECT p.id AS programme_id, p.major_id, p.entry_year, g.id AS group_id, n.h,
               g.need = 'elective' AS is_elective, greatest(0, p.years * 2 - n.h) AS left_h,
               CASE g.need WHEN 'elective' THEN g.credits
                    ELSE coalesce(sum(pc.credits), 0) END AS wanted,
               CASE WHEN g.need <> 'elective'
                    THEN coalesce(sum(pc.credits) FILTER (WHERE pc.term_no <= n.h), 0)
                    WHEN g.due_term <= n.h THEN g.credits ELSE 0 END AS due
          FROM students_programme p
         CROSS JOIN LATERAL (SELECT (%(year)s - p.entry_year) * 2 + %(half)s AS h) n
          JOIN students_coursegroup g ON g.programme_id = p.id
          LEFT JOIN students_plancourse pc ON pc.group_id = g.id
         WHERE (p.major_id, p.entry_year) IN (SELECT major_id, entry_year FROM who)
         GROUP BY p.id, g.id, n.h
    ), passes AS (
        SELECT DISTINCT who.student_id, r.course_id
          FROM who CROSS JOIN LATERAL (
               SELECT o.course_id, o.term_id FROM students_courseresult o
                WHERE o.student_id = who.student_id AND o.passed OFFSET 0) r
         WHERE r.term_id IN (SELECT code FROM cohorts_term WHERE starts_on <= %(until)s)
    ), earned AS (
        SELECT ok.student_id, pc.group_id, sum(pc.credits) AS done,
               sum(pc.credits) FILTER (
                   WHERE pc.term_no <= (%(year)s - p.entry_year) * 2 + %(half)s) AS done_due
          FROM passes ok JOIN who w ON w.student_id = ok.student_id
          JOIN students_programme p ON p.major_id = w.major_id AND p.entry_year = w.entry_year
          JOIN students_plancourse pc ON pc.programme_id = p.id AND pc.course_id = ok.course_id
         GROUP BY ok.student_id, pc.group_id
    ), lag AS (
        SELECT w.student_id, max(g.left_h) AS left_h,
               sum(greatest(0, g.wanted - coalesce(e.done, 0))) AS owed,
               sum(greatest(0, g.due - coalesce(
                   CASE WHEN g.is_elective THEN e.done ELSE e.done_due END, 0))) AS short
          FROM who w
          JOIN plans g ON g.major_id = w.major_id AND g.entry_year = w.entry_year
          LEFT JOIN earned e ON e.student_id = w.student_id AND e.group_id = g.group_id
         GROUP BY w.student_id
    )"""
# At risk: more credits are left than the half-years left can hold (rulebook 3.3, other inputs).
_FACTS = """
    facts AS MATERIALIZED (
        SELECT w.student_id, w.major_id, w.entry_year, w.class_id, coalesce(s.took, 0) AS took,
               coalesce(s.failed, 0) AS failed, s.mean, coalesce(s.lost, 0) AS lost,
               coalesce(l.short, 0) AS short, coalesce(l.owed, 0) AS owed,
               coalesce(l.owed > l.left_h * %(most)s, false) AS risk
          FROM who w
          LEFT JOIN (
               SELECT student_id, count(*) AS took, count(*) FILTER (WHERE NOT passed) AS failed,
                      sum(credits) FILTER (WHERE NOT passed) AS lost,
                      sum(score * credits)
                        / nullif(sum(credits) FILTER (WHERE score IS NOT NULL), 0) AS mean
                 FROM marks GROUP BY student_id) s ON s.student_id = w.student_id
          LEFT JOIN lag l ON l.student_id = w.student_id
    )"""


def with_who(reach: str) -> str:
    """``WITH`` whoever is looked at; ``reach`` is a condition on students ``s``."""
    return "WITH " + _WHO.replace("{reach}", reach)


def with_marks(reach: str) -> str:
    """``WITH`` who and the marks of the term."""
    return ",".join([with_who(reach), _MARKS])


def with_facts(reach: str) -> str:
    """``WITH`` who, marks and the facts of each student."""
    return ",".join([with_marks(reach), _PLAN, _FACTS])


def of_term(term: Term, day: dt.date) -> dict[str, Any]:
    """Values for the places of these statements. The summer term counts to the second half."""
    return {
        "term": term.pk, "until": term.starts_on, "year": int(term.pk[:4]),
        "half": 1 if term.pk.endswith("1") else 2, "day": day, "most": most_credits(),
        "enrolled": list(ENROLLED_STATUSES),
    }  # fmt: skip


@dataclass(frozen=True)
class Moment:
    """What every page of the analysis asks first: terms with results, the newest first, the
    parameter, and the names of the present state of results, people and plans."""

    terms: list[Term]
    most: int
    newest: int
    state: str


_MOMENT = f"""
    SELECT (SELECT json_agg(json_build_array(t.code, t.starts_on, t.weeks) ORDER BY t.starts_on DESC)
              FROM cohorts_term t WHERE EXISTS (
                   SELECT 1 FROM students_courseresult r WHERE r.term_id = t.code)),
           (SELECT value FROM cohorts_parameter WHERE key = %(most)s),
           (SELECT max(id) FROM students_courseresult), {state_column(HISTORIES)}
"""


def moment() -> Moment:
    """One statement of index reads a request."""

    def read() -> Moment:
        ((terms, most, newest, state),) = fetch(prepared(_MOMENT), {"most": MOST_CREDITS})
        shown = [
            Term(code=code, starts_on=dt.date.fromisoformat(day), weeks=weeks)
            for code, day, weeks in (terms or [])[:_SOME_TERMS]
        ]
        return Moment(shown, int(most) if most else _MOST, newest or 0, state)

    return remembered(("analysis moment",), read)


def most_credits() -> int:
    """Credits that a half-year can hold (parameter row): more are owed than this allows, and
    graduation may be late."""
    return moment().most


def counted(figures: dict[str, Figure]) -> str:
    """One count for each figure, in their order."""
    return ", ".join(f"count(*) FILTER (WHERE {one.sql})" for one in figures.values())
