"""Where students stand today, written for lists: class, academy, college, room."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from cohorts.enums import UnitKind
from portal.core.listing import Value
from portal.core.prepared import prepared
from portal.core.rows import fetch
from students.enums import Tree


@dataclass
class Stand:
    """Short names as shown in a row; empty when the student stands nowhere in that tree."""

    class_name: str = ""
    college: str = ""
    academy: str = ""
    academy_full: str = ""
    room: str = ""

    def put(self, tree: str, row: Sequence[str]) -> None:
        """Fill in one placement: kind, short name and name of the unit and of two above it."""
        chain = [tuple(row[:3]), tuple(row[3:6]), tuple(row[6:9])]
        if tree == Tree.CLASS:
            self.class_name = chain[0][1]
            self.college = _of_kind(chain, UnitKind.COLLEGE)[0]
        elif tree == Tree.ACADEMY:
            self.academy, self.academy_full = _of_kind(chain, UnitKind.ACADEMY)
            self.academy = self.academy or chain[0][1]
            self.academy_full = self.academy_full or chain[0][2]
        elif tree == Tree.ROOM:
            self.room = chain[0][2]


# The unit, what it belongs to, and what that belongs to: kind, short name and name of each.
_STANDS = """
    SELECT p.student_id, p.tree,
           u.kind, coalesce(nullif(u.short_name, ''), u.name), u.name,
           a.kind, coalesce(nullif(a.short_name, ''), a.name), a.name,
           b.kind, coalesce(nullif(b.short_name, ''), b.name), b.name
      FROM students_placement p JOIN cohorts_unit u ON u.id = p.unit_id
      LEFT JOIN cohorts_unit a ON a.id = u.parent_id
      LEFT JOIN cohorts_unit b ON b.id = a.parent_id
     WHERE p.student_id = ANY(%(students)s::bigint[]) AND p.tree = ANY(%(trees)s::text[])
       AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
"""


_CLASS = """(SELECT coalesce(nullif(class.short_name, ''), class.name)
      FROM students_placement place JOIN cohorts_unit class ON class.id = place.unit_id
     WHERE place.student_id = {student} AND place.tree = %s AND place.since <= %s
       AND (place.until IS NULL OR place.until >= %s)
     ORDER BY place.since DESC LIMIT 1)"""


def class_of(student: str) -> Value:
    """The class of today as one more value of a list; ``student`` is the column of the key."""
    day = timezone.localdate()
    return Value(_CLASS.format(student=student), (Tree.CLASS.value, day, day))


def stands(
    student_ids: Iterable[int], trees: Iterable[str] = (Tree.CLASS, Tree.ACADEMY)
) -> dict[int, Stand]:
    """Today's places of these students, one query. Callers pass students they may show."""
    asked = {
        "students": list(student_ids),
        "trees": [str(tree) for tree in trees],
        "day": timezone.localdate(),
    }
    found: dict[int, Stand] = {}
    for student_id, tree, *chain in fetch(prepared(_STANDS), asked):
        found.setdefault(student_id, Stand()).put(tree, chain)
    return found


def _of_kind(chain: list[tuple[str, ...]], kind: str) -> tuple[str, str]:
    for have, short, name in chain:
        if have == kind:
            return short, name
    return "", ""
