"""The classes, rooms and students around a branch, for which its members are there.

Classes that the branch is linked with; without such links, the classes in which its own members and
applicants study. Rooms and students are those of these classes, today. Sets of numbers only: what
is shown of a student is the name on a link.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

from portal.core.rows import fetch
from students.enums import ENROLLED_STATUSES

_AROUND = """
    WITH own AS (
        SELECT DISTINCT b.unit_id AS branch_id, c.unit_id
          FROM students_placement b JOIN students_placement c ON c.student_id = b.student_id
         WHERE b.tree = 'branch' AND b.unit_id = ANY(%(branches)s::bigint[]) AND c.tree = 'class'
           AND b.since <= %(day)s AND (b.until IS NULL OR b.until >= %(day)s)
           AND c.since <= %(day)s AND (c.until IS NULL OR c.until >= %(day)s)
    ), linked AS (
        SELECT DISTINCT l.branch_id, l.unit_id
          FROM partybranch_partylink l JOIN cohorts_linkkind k ON k.id = l.kind_id
         WHERE k.holder = 'branch' AND k.target = 'class' AND l.revoked_at IS NULL
           AND l.branch_id = ANY(%(branches)s::bigint[])
           AND l.starts_on <= %(day)s AND (l.ends_on IS NULL OR l.ends_on >= %(day)s)
    ), classes AS (
        SELECT * FROM linked
        UNION SELECT * FROM own WHERE branch_id NOT IN (SELECT branch_id FROM linked)
    )
    SELECT t.branch_id, t.unit_id, p.student_id, r.unit_id
      FROM classes t
      JOIN cohorts_unit u ON u.id = t.unit_id AND (u.closed_on IS NULL OR u.closed_on >= %(day)s)
      LEFT JOIN students_placement p ON p.unit_id = t.unit_id AND p.tree = 'class'
           AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
           AND EXISTS (SELECT 1 FROM students_student s
                        WHERE s.id = p.student_id AND s.status = ANY(%(enrolled)s::text[]))
      LEFT JOIN students_placement r ON r.student_id = p.student_id AND r.tree = 'room'
           AND r.since <= %(day)s AND (r.until IS NULL OR r.until >= %(day)s)
"""


@dataclass
class Around:
    """By class and by room the students who stand there; ``students`` all of them."""

    classes: dict[int, set[int]] = field(default_factory=dict)
    rooms: dict[int, set[int]] = field(default_factory=dict)
    students: set[int] = field(default_factory=set)


def around(branches: Collection[int], day: dt.date) -> dict[int, Around]:
    """The surroundings of each branch; one statement for any number of them. Callers have asked
    for the right to the life of the branches."""
    found = {pk: Around() for pk in branches}
    asked = {"branches": list(branches), "day": day, "enrolled": list(ENROLLED_STATUSES)}
    for branch, unit, student, room in fetch(_AROUND, asked):
        one = found[branch]
        one.classes.setdefault(unit, set())
        if student is not None:
            one.classes[unit].add(student)
            one.students.add(student)
        if room is not None:
            one.rooms.setdefault(room, set()).add(student)
    return found


_ABOVE = """
    SELECT p.student_id, p.tree, t.ancestor_id
      FROM students_placement p
      JOIN cohorts_unittree t ON t.descendant_id = p.unit_id
      JOIN cohorts_unit u ON u.id = t.ancestor_id AND u.kind <> 'university'
     WHERE p.student_id = ANY(%(students)s::bigint[]) AND p.tree IN ('class', 'academy', 'room')
       AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
     ORDER BY p.student_id, array_position(ARRAY['class', 'academy', 'room']::text[], p.tree::text),
              t.depth
"""
_UNITS_ABOVE = """
    SELECT t.descendant_id, t.ancestor_id
      FROM cohorts_unittree t JOIN cohorts_unit u ON u.id = t.ancestor_id AND u.kind <> 'university'
     WHERE t.descendant_id = ANY(%(units)s::bigint[]) ORDER BY t.descendant_id, t.depth
"""


def near_students(students: Collection[int], day: dt.date) -> dict[int, tuple[int, ...]]:
    """Units in which each student stands, the nearest first: class before college, then academy,
    then room, floor and building."""
    found: dict[int, list[int]] = {pk: [] for pk in students}
    for pk, _tree, unit in fetch(_ABOVE, {"students": list(students), "day": day}):
        if unit not in found[pk]:
            found[pk].append(unit)
    return {pk: tuple(units) for pk, units in found.items()}


def near_units(units: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Each unit itself and what stands above it, the nearest first, without the university."""
    found: dict[int, list[int]] = {pk: [] for pk in units}
    for pk, unit in fetch(_UNITS_ABOVE, {"units": list(units)}):
        found[pk].append(unit)
    return {pk: tuple(above) for pk, above in found.items()}
