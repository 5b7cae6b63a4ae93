"""What the picture says of a student's studies: the line against the class, plan, warnings, people.

Averages of a term are those of the portrait: credit-weighted, first sittings (rulebook 6.4).
"""

from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.core.access import reaches_one, rows_within
from portal.core.addresses import address
from portal.core.asks import Ask, Rows
from portal.core.scope import today
from portal.core.ui.marks import level_markup
from students.models import AcademicWarning, AidGrant, Student
from students.queries.picture_blocks import block, newest
from students.queries.portrait import staff_of
from students.queries.study_file import group_lines, groups_asked
from students.study_enums import WarningState

# Fewer class mates than this have no average: it would be somebody's own.
MATES = 3
_BEST, _GOOD = 3, 85
_RISE = Decimal(2)

# Class mate by class mate, so that the results are read through their index in any school.
_LINE = """
    SELECT json_build_array(m.term_id, round(max(m.mean) FILTER (WHERE m.is_own), 1)::text,
           round(avg(m.mean) FILTER (WHERE NOT m.is_own), 1)::text,
           count(m.mean) FILTER (WHERE NOT m.is_own), max(m.failed) FILTER (WHERE m.is_own))
      FROM (SELECT p.student_id FROM students_placement me
              JOIN students_placement p ON p.unit_id = me.unit_id
             WHERE me.student_id = %(student)s AND me.tree = 'class'
               AND me.since <= %(day)s AND (me.until IS NULL OR me.until >= %(day)s)
               AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
             UNION SELECT %(student)s::bigint) mate
     CROSS JOIN LATERAL (
           SELECT r.term_id, mate.student_id = %(student)s AS is_own,
                  sum(r.score * r.credits)
                  / nullif(sum(r.credits) FILTER (WHERE r.score IS NOT NULL), 0) AS mean,
                  count(*) FILTER (WHERE NOT r.passed) AS failed
             FROM students_courseresult r
            WHERE r.student_id = mate.student_id AND r.attempt = 'first'
            GROUP BY r.term_id) m
      JOIN cohorts_term t ON t.code = m.term_id
     GROUP BY m.term_id, t.starts_on HAVING bool_or(m.is_own) ORDER BY t.starts_on
"""
_COURSES = """
    SELECT json_build_array(name, grade, kind) FROM (
        (SELECT c.name, r.grade, 'best' AS kind, r.score AS place
           FROM students_courseresult r JOIN students_course c ON c.id = r.course_id
          WHERE r.student_id = %(student)s AND r.attempt = 'first' AND r.score >= %(good)s
          ORDER BY r.score DESC, c.code LIMIT %(best)s)
         UNION ALL
        (SELECT c.name, '', CASE WHEN bool_or(r.passed) THEN 'regained' ELSE 'owed' END, 0
           FROM students_courseresult r JOIN students_course c ON c.id = r.course_id
          WHERE r.student_id = %(student)s AND r.is_required
          GROUP BY c.id, c.name HAVING bool_or(NOT r.passed))) found
     ORDER BY kind, place DESC, name
"""


def _sees_results(user: Any, student: Student) -> bool:
    return reaches_one(Student, user, "see_results", student.pk)


def line_asked(user: Any, student: Student) -> Ask | None:
    return Ask(_LINE) if _sees_results(user, student) else None


def line_block(_user: Any, _student: Student, rows: Rows) -> dict[str, Any] | None:
    """The chart over the terms; None without results."""
    if not rows:
        return None
    own = [None if mean is None else float(mean) for _term, mean, *_rest in rows]
    mates = [
        float(mean) if mean is not None and n >= MATES else None for _t, _o, mean, n, _f in rows
    ]
    series = [{"name": _("own average"), "values": own}]
    if any(one is not None for one in mates):
        series.append({"name": _("class average"), "values": mates})
    known = [one for one in [*own, *mates] if one is not None]
    chart = {
        "x": [row[0] for row in rows], "x_label": _("term"), "unit": "", "series": series,
        "min": max(0, int(min(known, default=0)) // 10 * 10 - 10), "max": 100,
    }  # fmt: skip
    return block(
        _("Studies over the terms"), _("from the academic office"), str(rows[-1][0]),
        [{"title": ""}], strengths=_line_strengths(rows, mates), chart=chart,
    )  # fmt: skip


def _line_strengths(rows: Rows, mates: list[float | None]) -> list[str]:
    """What the last term shows: above the class, better than before, nothing failed."""
    found, (term, own, _class, _n, failed) = [], rows[-1]
    mean = mates[-1]
    if own is not None and mean is not None and float(own) > mean:
        found.append(
            _("Average of %(own)s in %(term)s, above the class average of %(mean)s")
            % {"own": own, "term": term, "mean": f"{mean:.1f}"}
        )
    before = rows[-2][1] if len(rows) > 1 else None
    if own is not None and before is not None and Decimal(own) - Decimal(before) >= _RISE:
        rise = Decimal(own) - Decimal(before)
        found.append(_("%(rise)s points better than the term before") % {"rise": rise})
    clean = 0
    for row in reversed(rows):
        if row[4]:
            break
        clean += 1
    if not failed and clean:
        found.append(
            ngettext("No course failed in the last term", "No course failed in %(n)s terms", clean)
            % {"n": clean}
        )
    return found


def courses_asked(user: Any, student: Student) -> Ask | None:
    if not _sees_results(user, student):
        return None
    return Ask(_COURSES, {"good": _GOOD, "best": _BEST})


def courses_block(_user: Any, _student: Student, rows: Rows) -> dict[str, Any] | None:
    """Best courses and courses made good, as strengths alone."""
    by: dict[str, list[str]] = {"best": [], "regained": [], "owed": []}
    for name, grade, kind in rows:
        by[kind].append(f"{name} {grade}".strip())
    strengths = []
    if by["best"]:
        strengths.append(_("Best courses: %(names)s") % {"names": "、".join(by["best"])})
    if by["regained"]:
        strengths.append(_("Failed once and passed since: %(names)s") % {
            "names": "、".join(by["regained"][:_BEST])})  # fmt: skip
    return block("", _("from the academic office"), None, [], strengths=strengths)


def plan_asked(user: Any, student: Student) -> Ask | None:
    return groups_asked(student) if _sees_results(user, student) else None


def plan_block(_user: Any, student: Student, rows: Rows) -> dict[str, Any] | None:
    groups = group_lines(rows)
    if not groups:
        return None
    done = sum((min(one.done, one.wanted) for one in groups), Decimal(0))
    wanted = sum((one.wanted for one in groups), Decimal(0))
    return block(
        _("Credits against the plan"), _("from the programme plan"), today(), [{"title": ""}],
        groups=groups, done=f"{done.normalize():f}", wanted=f"{wanted.normalize():f}",
        percent=int(100 * done / wanted) if wanted else 0,
    )  # fmt: skip


_WARNINGS = """
    SELECT json_build_array(w.id, w.colour, w.level, w.period, w.state,
                            coalesce(w.cleared_at, w.confirmed_at, w.found_at))
      FROM students_academicwarning w
     WHERE w.student_id = %(student)s AND w.state <> 'dismissed' AND {seen}
     ORDER BY w.period DESC, w.rank, w.id LIMIT 6
"""


def warnings_asked(user: Any, student: Student) -> Ask | None:
    seen = rows_within(AcademicWarning, user, "see_results", "w", student_id=student.pk)
    return Ask(_WARNINGS.replace("{seen}", seen.sql), seen.params) if seen else None


def warnings_block(user: Any, student: Student, rows: Rows) -> dict[str, Any] | None:
    """What stands and what was cleared; the latter speaks for the student."""
    if not rows and not _sees_results(user, student):
        return None
    labels = dict(WarningState.choices)
    items, cleared = [], []
    for pk, colour, level, period, state, _at in rows:
        items.append({
            "title": format_html("{} {}", level_markup(colour), level), "meta": period,
            "side": labels.get(state, state), "url": address("students:warning", pk),
        })  # fmt: skip
        if state == WarningState.CLEARED:
            cleared.append(_("Academic warning of %(period)s cleared") % {"period": period})
    return block(
        _("Academic warnings"), _("from the warning rules"), newest([row[5] for row in rows]),
        items, empty=_("No warning."), strengths=cleared[:1],
    )  # fmt: skip


def people_block(_user: Any, _student: Student, rows: Rows) -> dict[str, Any] | None:
    """Counsellor, adviser, tutor and other links of today."""
    items = [
        {"title": one["name"], "meta": one["role"], "side": one["phone"]} for one in staff_of(rows)
    ]
    return block(
        _("Who looks after the student"), _("from appointments and links"), today(), items,
        empty=_("Nobody is appointed at present."),
    )  # fmt: skip


_AWARDS = """
    SELECT json_build_array(k.name, g.academic_year, g.granted_on)
      FROM students_aidgrant g JOIN students_aidkind k ON k.code = g.kind_id
     WHERE g.student_id = %(student)s AND k."group" = 'award' AND {seen}
     ORDER BY g.granted_on DESC, g.id DESC LIMIT 3
"""


def awards_asked(user: Any, student: Student) -> Ask | None:
    seen = rows_within(AidGrant, user, "see_aid", "g", student_id=student.pk)
    return Ask(_AWARDS.replace("{seen}", seen.sql), seen.params) if seen else None


def awards_block(_user: Any, _student: Student, rows: Rows) -> dict[str, Any] | None:
    words = [f"{name} {year}" for name, year, _day in rows]
    return block(
        "", _("from the aid centre"), newest([row[2] for row in rows]), [], strengths=words
    )
