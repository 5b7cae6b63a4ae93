"""The units directly below a unit, ranked: the table of higher dashboards (rulebook 9.4.4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from cohorts.enums import UnitKind
from cohorts.models import Unit
from portal.web.queries.frame import unit_url
from portal.web.queries.kept import SCHOOL_SECONDS, kept, kept_out, kept_while_unchanged

_RANKED = [UnitKind.COLLEGE, UnitKind.ACADEMY, UnitKind.COHORT, UnitKind.CLASS]

# Ranked by what waits longest; units of one kind stand together.
_BELOW = """
    WITH kids AS (
        SELECT d.id, d.kind, coalesce(nullif(d.short_name, ''), d.name) AS label, d.code
          FROM cohorts_unittree t JOIN cohorts_unit d ON d.id = t.descendant_id
         WHERE t.ancestor_id = %(unit)s AND t.depth = 1 AND d.kind = ANY(%(kinds)s)
           AND (d.closed_on IS NULL OR d.closed_on >= %(day)s)
    ), here AS (
        SELECT DISTINCT kids.id AS kid, p.student_id
          FROM kids JOIN cohorts_unittree t ON t.ancestor_id = kids.id
          JOIN students_placement p ON p.unit_id = t.descendant_id AND p.tree IN ('class', 'academy')
         WHERE p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
    ), heads AS (SELECT kid, count(*) AS n FROM here GROUP BY kid
    ), cases AS (
        SELECT kid, count(*) AS open, count(*) FILTER (WHERE c.level_id = 'RED') AS red,
               count(*) FILTER (WHERE c.contact_due_at < %(now)s) AS overdue,
               count(*) FILTER (WHERE c.last_contact_at IS NULL) AS unrecorded
          FROM here JOIN casework_case c USING (student_id)
         WHERE c.closed_at IS NULL AND c.id <> ALL(%(shut)s::bigint[]) GROUP BY kid
    )
    SELECT kids.id, kids.kind, kids.label, coalesce(heads.n, 0), coalesce(cases.open, 0),
           coalesce(cases.red, 0), coalesce(cases.overdue, 0), coalesce(cases.unrecorded, 0)
      FROM kids LEFT JOIN heads ON heads.kid = kids.id LEFT JOIN cases ON cases.kid = kids.id
     ORDER BY array_position(%(kinds)s, kids.kind::text), coalesce(cases.overdue, 0) DESC,
              coalesce(cases.open, 0)::float / greatest(heads.n, 1) DESC, kids.code
"""


@dataclass(frozen=True)
class Below:
    """One unit below with its sums."""

    pk: int
    kind: str
    label: str
    students: int
    open: int
    red: int
    overdue: int
    unrecorded: int

    @property
    def url(self) -> str:
        return unit_url(self.kind, self.pk)


def units_below(unit: Unit, shut: Sequence[int] = ()) -> list[Below]:
    """Ranked rows in one statement, kept until something changes; cases in ``shut`` count nowhere."""
    today = timezone.localdate()

    def read() -> list[Below]:
        with connection.cursor() as cursor:
            cursor.execute(
                _BELOW,
                {
                    "unit": unit.pk, "day": today, "now": timezone.now(),
                    "kinds": [str(kind.value) for kind in _RANKED], "shut": list(shut),
                },
            )  # fmt: skip
            return [Below(*row) for row in cursor.fetchall()]

    if unit.kind == UnitKind.UNIVERSITY:
        return kept(f"below:{unit.pk}:{today}{kept_out(shut)}", SCHOOL_SECONDS, read)
    return kept_while_unchanged(f"below:{unit.pk}{kept_out(shut)}", read)
