"""The people around a student by what they are to him: posts above his places, and links."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from casework.enums import Helper
from casework.models import Case
from casework.queries.exceptions import locks_of
from portal.core.rows import fetch

ROLES = {
    "counsellor": Helper.COUNSELLOR,
    "class_adviser": Helper.ADVISER,
    "contract_leader": Helper.LEADER,
    "organiser": Helper.ORGANISER,
}


@dataclass(frozen=True)
class Helpful:
    """One person in one part; ``unit`` is where the post stands, empty for a link."""

    helper: str
    person_id: int
    name: str
    number: str
    unit: str


# Nearest post first: the counsellor of the cohort before one of the whole academy. Posts stand
# above a place; beds count only for posts on dwellings, and none of these roles is asked there.
_CIRCLE = """
    SELECT helper, id, name, username, unit FROM (
        SELECT DISTINCT ON (r.code, u.id) r.code AS helper, u.id, u.name, u.username,
               n.name AS unit, t.depth
          FROM students_placement p
          JOIN cohorts_unittree t ON t.descendant_id = p.unit_id
          JOIN cohorts_appointment a ON a.unit_id = t.ancestor_id
          JOIN cohorts_role r ON r.id = a.role_id AND r.code = ANY(%(roles)s)
          JOIN core_user u ON u.id = a.person_id
          JOIN cohorts_unit n ON n.id = a.unit_id
         WHERE p.student_id = %(student)s AND p.tree <> 'room' AND p.tree <> 'branch'
           AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
           AND a.revoked_at IS NULL AND a.starts_on <= %(day)s
           AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
           AND u.is_active AND (u.expires_on IS NULL OR u.expires_on >= %(day)s)
         ORDER BY r.code, u.id, t.depth) posts
     UNION ALL
    SELECT 'tutor', u.id, u.name, u.username, ''
      FROM students_studentlink l JOIN cohorts_linkkind k ON k.id = l.kind_id AND k.code = 'tutor'
      JOIN core_user u ON u.id = l.person_id
     WHERE l.student_id = %(student)s AND l.revoked_at IS NULL AND l.starts_on <= %(day)s
       AND (l.ends_on IS NULL OR l.ends_on >= %(day)s)
       AND u.is_active AND (u.expires_on IS NULL OR u.expires_on >= %(day)s)
"""


def circle(case: Case) -> list[Helpful]:
    """Everybody in one of the parts, in the order of ``Helper``; those who are locked out of the
    case are left out. Two statements."""
    asked = {"student": case.student_id, "day": timezone.localdate(), "roles": list(ROLES)}
    kept_out = {lock.person_id for lock in locks_of(case)}
    found = [
        Helpful(str(ROLES.get(code, code)), pk, name, number, unit)
        for code, pk, name, number, unit in fetch(_CIRCLE, asked)
        if pk not in kept_out
    ]
    order = [str(value) for value in Helper.values]
    return sorted(found, key=lambda one: order.index(one.helper))


def by_helper(case: Case, people: list[Helpful]) -> dict[str, int]:
    """Part → the person to propose: the first of each; the responsible one is the case's own."""
    found: dict[str, int] = {}
    for one in people:
        found.setdefault(one.helper, one.person_id)
    responsible: Any = case.owner_id or found.get(Helper.COUNSELLOR)
    if responsible is not None:
        found[str(Helper.RESPONSIBLE)] = responsible
    return found
