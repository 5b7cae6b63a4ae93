"""Who looks after a student nearest, for many students at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from portal.core.models import User
from portal.core.rows import array_of, fetch
from students.models import AcademicWarning
from students.queries.standing import stands
from students.study_enums import StepKind
from students.warning_rules import read_rules
from students.warning_words import explain

# Whose part a step is, in this order (rulebook 10); the notice is sent by whoever confirmed.
PART = {
    StepKind.TALK: ("class_adviser", "counsellor"),
    StepKind.FAMILY: ("counsellor", "class_adviser"),
    StepKind.PLAN: ("class_adviser", "counsellor"),
}

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


def preview_lines(warnings: Sequence[AcademicWarning], actor: User) -> list[dict[str, Any]]:
    """What confirming would do for each: the steps that follow and whose they would be."""
    staff = nearest_staff([one.student_id for one in warnings])
    people = User.objects.in_bulk({pk for one in staff.values() for pk in one.people.values()})
    places = stands([one.student_id for one in warnings], ("class",)) if warnings else {}
    lines = []
    for one in warnings:
        rules = read_rules(one.rules.body)
        rule, here = rules.rule(one.rule), staff.get(one.student_id, Staff())
        steps = []
        for kind in StepKind:
            if rule is not None and kind.value in rule.steps:
                found = [
                    people[here.people[role]] for role in PART.get(kind, ()) if role in here.people
                ]
                who = found[0].name if found else actor.name
                steps.append(f"{kind.label}：{who}")
        place = places.get(one.student_id)
        lines.append(
            {
                "warning": one, "why": "；".join(explain(rules, one.rule, one.facts)),
                "steps": "、".join(steps), "class_name": place.class_name if place else "—",
            }
        )  # fmt: skip
    return lines
