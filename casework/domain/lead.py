"""Which side leads a case of several categories (rulebook 10)."""

from django.utils import timezone

from casework.models import Case
from portal.core import audit
from portal.core.models import User
from portal.core.rows import fetch

# Among the open entries of the highest level: the college leads only when all of them are its
# own, so a tie goes to the academy. Then the unit of that side on which the student stands.
_LEADS = """
    WITH top AS (
        SELECT bool_and(k.led_by = 'college') AS is_college
          FROM casework_ledgerentry e JOIN casework_casecategory k ON k.code = e.category_id
          JOIN casework_caselevel l ON l.code = e.level_id
         WHERE e.case_id = %(case)s AND e.left_at IS NULL AND l.rank = (
               SELECT min(n.rank) FROM casework_ledgerentry o
                 JOIN casework_caselevel n ON n.code = o.level_id
                WHERE o.case_id = %(case)s AND o.left_at IS NULL)
    )
    SELECT u.id, (u.kind = 'college') = top.is_college
      FROM top CROSS JOIN students_placement p
      JOIN cohorts_unittree t ON t.descendant_id = p.unit_id
      JOIN cohorts_unit u ON u.id = t.ancestor_id AND u.kind IN ('college', 'academy')
     WHERE p.student_id = %(student)s AND p.tree <> 'branch' AND top.is_college IS NOT NULL
       AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
     ORDER BY 2 DESC, t.depth, u.id
"""


def follow_lead(actor: User | None, case: Case) -> list[str]:
    """Let the lead follow the highest level: a logged hand-over between the two sides. A lead that
    was given to another unit, by the joint meeting for instance, stays. Returns the fields to
    save."""
    asked = {"case": case.pk, "student": case.student_id, "day": timezone.localdate()}
    rows = fetch(_LEADS, asked)
    sides = [unit for unit, _is_lead in rows]
    if not rows or case.lead_unit_id == sides[0]:
        return []
    if case.lead_unit_id is not None and case.lead_unit_id not in sides:
        return []
    before, case.lead_unit_id = case.lead_unit_id, sides[0]
    if before is not None:
        audit.record(actor=actor, action="change_lead", obj=case, unit_before=before,
                     unit_after=sides[0])  # fmt: skip
    return ["lead_unit"]
