"""Where students stand today, written for lists: class, academy, college, room."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from cohorts.enums import UnitKind
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


def stands(
    student_ids: Iterable[int], trees: Iterable[str] = (Tree.CLASS, Tree.ACADEMY)
) -> dict[int, Stand]:
    """Today's places of these students, one query. Callers pass students they may show."""
    asked = {
        "students": list(student_ids),
        "trees": [str(tree) for tree in trees],
        "day": timezone.localdate(),
    }
    rows = fetch(_STANDS, asked)
    found: dict[int, Stand] = {}
    for student_id, tree, kind, short, name, *above in rows:
        stand = found.setdefault(student_id, Stand())
        chain = [(kind, short, name), tuple(above[:3]), tuple(above[3:])]
        if tree == Tree.CLASS:
            stand.class_name = chain[0][1]
            stand.college = _of_kind(chain, UnitKind.COLLEGE)[0]
        elif tree == Tree.ACADEMY:
            stand.academy, stand.academy_full = _of_kind(chain, UnitKind.ACADEMY)
            stand.academy = stand.academy or chain[0][1]
            stand.academy_full = stand.academy_full or chain[0][2]
        elif tree == Tree.ROOM:
            stand.room = name
    return found


def _of_kind(chain: list[tuple[str, ...]], kind: str) -> tuple[str, str]:
    for have, short, name in chain:
        if have == kind:
            return short, name
    return "", ""
