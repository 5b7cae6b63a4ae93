"""Grade point average, credit-weighted average (学分绩) and rank: one rule for every page (6.4)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.core.rows import array_of, fetch
from portal.core.scope import remembered
from students.enums import ENROLLED_STATUSES
from students.models import GradePoint, GradeScale
from students.study_enums import Formula, Sitting

# Of several attempts at one course: which one counts. What has no decision never does.
_LATER = "t.starts_on {d}, array_position(ARRAY['first', 'resit', 'retake'], r.attempt::text) {d}, r.sequence {d}"
_WHICH = {
    Sitting.BEST: "point DESC NULLS LAST, r.score DESC NULLS LAST",
    Sitting.LAST: _LATER.format(d="DESC"),
    Sitting.FIRST: _LATER.format(d="ASC"),
}
_ZERO_BELOW = 60


@dataclass(frozen=True)
class Averages:
    """``gpa`` and ``average`` are None where no grade counts. ``earned`` are credits passed."""

    gpa: Decimal | None
    average: Decimal | None
    earned: Decimal
    rank: int | None = None
    of: int | None = None

    @property
    def rank_words(self) -> str:
        """3/58, an em dash where there is nothing to compare."""
        return f"{self.rank}/{self.of}" if self.rank and self.of else "—"

    @property
    def rank_percent(self) -> str:
        return f"{100 * self.rank / self.of:.1f}%" if self.rank and self.of else ""


NOTHING = Averages(None, None, Decimal(0))


def scale_in_use() -> GradeScale | None:
    """The scale that makes the points of all pages; None before one was chosen."""
    return remembered("grade scale", lambda: GradeScale.objects.filter(is_used=True).first())


def point_sql(scale: GradeScale) -> str:
    """The grade point of a row ``r`` of results, with ``gp`` joined for words and letters."""
    if scale.formula == Formula.CURVE:
        number = "4 - 3 * (100 - r.score) ^ 2 / 1600"
    elif scale.formula == Formula.LINEAR:
        number = "r.score / 10 - 5"
    else:
        bands = GradePoint.objects.filter(scale=scale, low__isnull=False, point__isnull=False)
        steps = [
            f"WHEN r.score >= {Decimal(low):f} THEN {Decimal(point):f}"
            for low, point in bands.order_by("-low").values_list("low", "point")
        ]
        number = f"CASE {' '.join(steps)} ELSE 0 END" if steps else "NULL::numeric"
    if scale.formula != Formula.BANDS:
        number = f"CASE WHEN r.score >= {_ZERO_BELOW} THEN {number} ELSE 0 END"
    return f"CASE WHEN r.score IS NULL THEN gp.point ELSE {number} END"


def counted_sql(scale: GradeScale, where: str) -> str:
    """One row per student and course that counts: student_id, credits, point, score, passed. The
    rows come from results ``r`` with terms ``t``; asks for the parameter ``scale``."""
    one = "" if scale.sitting == Sitting.ALL else "DISTINCT ON (r.student_id, r.course_id)"
    order = "" if scale.sitting == Sitting.ALL else (
        f"ORDER BY r.student_id, r.course_id, {_WHICH[Sitting(scale.sitting)]}"
    )  # fmt: skip
    return f"""
        SELECT {one} r.student_id, r.course_id, r.credits, {point_sql(scale)} AS point, r.score
          FROM students_courseresult r JOIN cohorts_term t ON t.code = r.term_id
          LEFT JOIN students_gradepoint gp ON gp.scale_id = %(scale)s AND gp.grade = r.grade
         WHERE r.passed IS NOT NULL AND {where} {order}"""


_MEANS = """
    SELECT student_id,
           sum(point * credits) / nullif(sum(credits) FILTER (WHERE point IS NOT NULL), 0) AS gpa,
           sum(score * credits) / nullif(sum(credits) FILTER (WHERE score IS NOT NULL), 0) AS mean
      FROM counted GROUP BY student_id
"""


def averages_of(
    student_ids: list[int], scale: GradeScale | None = None, until: str | None = None
) -> dict[int, Averages]:
    """Averages by student over all results, or those up to the term ``until``; two statements
    whatever the number. Students without results are left out."""
    scale = scale or scale_in_use()
    asked: dict[str, Any] = {"ids": array_of(student_ids), "until": until}
    upto = "" if until is None else (
        " AND t.starts_on <= (SELECT u.starts_on FROM cohorts_term u WHERE u.code = %(until)s)"
    )  # fmt: skip
    where = "r.student_id = ANY(%(ids)s::bigint[])" + upto
    earned = dict(
        fetch(
            f"""SELECT student_id, sum(credits) FROM (
                    SELECT r.student_id, max(r.credits) AS credits
                      FROM students_courseresult r JOIN cohorts_term t ON t.code = r.term_id
                     WHERE {where} AND r.passed GROUP BY r.student_id, r.course_id) c
                 GROUP BY student_id""",
            asked,
        )
    )
    means: dict[int, tuple[Any, Any]] = {}
    if scale is not None:
        rows = fetch(
            f"WITH counted AS ({counted_sql(scale, where)}) {_MEANS}", asked | {"scale": scale.pk}
        )
        means = {pk: (gpa, mean) for pk, gpa, mean in rows}
    return {
        pk: Averages(*means.get(pk, (None, None)), earned=earned.get(pk, Decimal(0)))
        for pk in {*earned, *means}
    }


_UNTIL = """
    SELECT u.code, {means} e.earned
      FROM (SELECT DISTINCT t.code, t.starts_on FROM students_courseresult r
              JOIN cohorts_term t ON t.code = r.term_id WHERE r.student_id = %(student)s) u
      {lateral}
     CROSS JOIN LATERAL (
           SELECT coalesce(sum(c.credits), 0) AS earned FROM (
               SELECT max(r.credits) AS credits
                 FROM students_courseresult r JOIN cohorts_term t ON t.code = r.term_id
                WHERE r.student_id = %(student)s AND r.passed AND t.starts_on <= u.starts_on
                GROUP BY r.course_id) c) e
     ORDER BY u.starts_on
"""
_UNTIL_MEANS = """
     CROSS JOIN LATERAL (
           WITH counted AS ({counted})
           SELECT sum(point * credits) / nullif(sum(credits) FILTER (WHERE point IS NOT NULL), 0)
                  AS gpa,
                  sum(score * credits) / nullif(sum(credits) FILTER (WHERE score IS NOT NULL), 0)
                  AS mean
             FROM counted) m
"""


def averages_by_term(student_id: int, scale: GradeScale | None) -> list[tuple[str, Averages]]:
    """How the averages stood after each term with results; one statement for any number."""
    asked: dict[str, Any] = {"student": student_id}
    means, lateral = "NULL::numeric, NULL::numeric,", ""
    if scale is not None:
        counted = counted_sql(scale, "r.student_id = %(student)s AND t.starts_on <= u.starts_on")
        means, lateral = "m.gpa, m.mean,", _UNTIL_MEANS.replace("{counted}", counted)
        asked["scale"] = scale.pk
    sql = _UNTIL.replace("{means}", means).replace("{lateral}", lateral)
    return [(code, Averages(gpa, mean, earned)) for code, gpa, mean, earned in fetch(sql, asked)]


_PEERS = """
    SELECT s.id FROM students_student s JOIN students_student me ON me.id = %(student)s
     WHERE s.major_id = me.major_id AND s.entry_year = me.entry_year
       AND (s.status = ANY(%(enrolled)s) OR s.id = me.id)
"""


def standing_of(student_id: int, scale: GradeScale | None = None) -> Averages:
    """One student's averages with the rank by 学分绩 among the enrolled students of the same
    major and entry year; equal averages share a rank. Students without an average have none."""
    scale = scale or scale_in_use()
    own = averages_of([student_id], scale).get(student_id, NOTHING)
    if scale is None or own.average is None:
        return own
    asked = {"student": student_id, "enrolled": list(ENROLLED_STATUSES), "scale": scale.pk}
    rows = fetch(
        f"""WITH peers AS MATERIALIZED ({_PEERS}),
                 counted AS ({counted_sql(scale, "r.student_id IN (SELECT id FROM peers)")}),
                 means AS ({_MEANS}),
                 ranked AS (SELECT student_id, rank() OVER (ORDER BY mean DESC) AS place,
                                   count(*) OVER () AS total FROM means WHERE mean IS NOT NULL)
            SELECT place, total FROM ranked WHERE student_id = %(student)s""",
        asked,
    )
    if not rows:
        return own
    ((rank, total),) = rows
    return Averages(own.gpa, own.average, own.earned, int(rank), int(total))
