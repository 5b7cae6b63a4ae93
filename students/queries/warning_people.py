"""Who looks after a student nearest, for many students at once."""

from dataclasses import dataclass, field

from django.utils import timezone

from portal.core.rows import array_of, fetch

_NEAREST = """
    SELECT DISTINCT ON (p.student_id, r.code) p.student_id, r.code, a.person_id
      FROM students_placement p
      JOIN cohorts_unittree t ON t.descendant_id = p.unit_id
      JOIN cohorts_appointment a ON a.unit_id = t.ancestor_id AND a.revoked_at IS NULL
       AND a.starts_on <= %(day)s AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
      JOIN cohorts_role r ON r.id = a.role_id AND r.code IN ('class_adviser', 'counsellor')
      JOIN core_user u ON u.id = a.person_id AND u.is_active
     WHERE p.student_id = ANY(%(ids)s::bigint[]) AND p.since <= %(day)s
       AND (p.until IS NULL OR p.until >= %(day)s)
     ORDER BY p.student_id, r.code, t.depth, a.starts_on, a.id
"""
_CLASSES = """
    SELECT student_id, unit_id FROM students_placement
     WHERE student_id = ANY(%(ids)s::bigint[]) AND tree = 'class' AND since <= %(day)s
       AND (until IS NULL OR until >= %(day)s)
"""


@dataclass
class Staff:
    """``people`` by code of the role; ``unit`` is the class."""

    people: dict[str, int] = field(default_factory=dict)
    unit: int | None = None


def nearest_staff(student_ids: list[int]) -> dict[int, Staff]:
    """The adviser and the counsellor appointed nearest to each student; two statements."""
    asked = {"ids": array_of(student_ids), "day": timezone.localdate()}
    found: dict[int, Staff] = {}
    for student, unit in fetch(_CLASSES, asked):
        found.setdefault(student, Staff()).unit = unit
    for student, role, person in fetch(_NEAREST, asked):
        found.setdefault(student, Staff()).people[role] = person
    return found
