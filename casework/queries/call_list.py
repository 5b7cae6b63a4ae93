"""Who is called, in which order: the rows of the call list, filled by the posts of today."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from casework.crisis_enums import Part
from casework.models import CallLine, Case
from casework.queries.exceptions import locks_of
from portal.core.rows import fetch
from students.models import Student

ORDER = [str(value) for value in Part.values]
# People per line: further holders of the same post are not called at night.
MOST = 4


@dataclass(frozen=True)
class Callee:
    """One entry: a member of staff (``person_id``), or a name with a number."""

    part: str
    name: str
    phone: str
    person_id: int | None = None
    post: str = ""
    note: str = ""

    @property
    def part_label(self) -> str:
        return str(Part(self.part).label)


# Lines of the units above the student's places, and of the whole school; the nearest unit first.
_LINES = """
    SELECT c.part, coalesce(min(t.depth), 1000) AS far, c."order", c.id, c.roles, c.tree, c.label,
           c.phone, c.note, u.id, u.name, u.phone
      FROM casework_callline c
      LEFT JOIN (students_placement p JOIN cohorts_unittree t ON t.descendant_id = p.unit_id
                 AND p.student_id = %(student)s
                 AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s))
        ON t.ancestor_id = c.unit_id
      LEFT JOIN core_user u ON u.id = c.person_id AND u.is_active
       AND (u.expires_on IS NULL OR u.expires_on >= %(day)s)
     WHERE c.is_used AND (c.unit_id IS NULL OR p.id IS NOT NULL)
       AND (c.starts_on IS NULL OR c.starts_on <= %(day)s)
       AND (c.ends_on IS NULL OR c.ends_on >= %(day)s)
     GROUP BY c.id, u.id
     ORDER BY far, c."order", c.id
"""
# Holders of posts above the student's places, and of posts in offices that serve a unit above.
_POSTS = """
    SELECT DISTINCT ON (r.code, near.tree, near.depth, u.pinyin, u.id)
           r.code, near.tree, u.id, u.name, u.phone, r.name || ' · ' || n.name
      FROM (SELECT p.tree, t.ancestor_id AS unit_id, t.depth, false AS serves
              FROM students_placement p JOIN cohorts_unittree t ON t.descendant_id = p.unit_id
             WHERE p.student_id = %(student)s AND p.tree <> 'branch'
               AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
             UNION ALL
            SELECT p.tree, office.id, t.depth + 1, true
              FROM students_placement p JOIN cohorts_unittree t ON t.descendant_id = p.unit_id
              JOIN cohorts_unit office ON office.parent_id = t.ancestor_id
               AND office.kind = 'office' AND office.closed_on IS NULL
             WHERE p.student_id = %(student)s AND p.tree IN ('class', 'academy')
               AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)) near
      JOIN cohorts_appointment a ON a.unit_id = near.unit_id AND a.revoked_at IS NULL
       AND a.starts_on <= %(day)s AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
      JOIN cohorts_role r ON r.id = a.role_id AND r.code = ANY(%(roles)s)
      JOIN cohorts_unit n ON n.id = a.unit_id
      JOIN core_user u ON u.id = a.person_id AND u.is_active
       AND (u.expires_on IS NULL OR u.expires_on >= %(day)s)
     ORDER BY r.code, near.tree, near.depth, u.pinyin, u.id
"""


def call_list(student: Student, case: Case | None = None) -> list[Callee]:
    """The list for this student now; people locked out of ``case`` are left out. Three statements,
    whatever its length. Everybody stands on it once, in the first part that names him."""
    day = timezone.localdate()
    nearest: dict[str, int] = {}
    lines = []
    for part, far, *line in fetch(_LINES, {"student": student.pk, "day": day}):
        if nearest.setdefault(part, far) == far:
            lines.append((part, line))
    lines.sort(key=lambda one: (ORDER.index(one[0]), one[1][0], one[1][1]))
    roles = sorted({role for _part, line in lines for role in line[2]})
    holders = defaultdict(list)
    for code, tree, *who in fetch(_POSTS, {"student": student.pk, "day": day, "roles": roles}):
        holders[code].append((tree, who))
    shut = {lock.person_id for lock in locks_of(case)} if case is not None else set()
    found: list[Callee] = []
    known: set[int] = set(shut)
    for part, (_order, _pk, codes, tree, label, phone, note, person, name, own) in lines:
        found += _of_posts(part, codes, tree, holders, known)
        if person is not None and person not in known:
            known.add(person)
            found.append(Callee(part, name, phone or own, person, label, note))
        elif person is None and label:
            found.append(Callee(part, label, phone, note=note))
    return found


def _of_posts(
    part: str,
    codes: Iterable[str],
    tree: str,
    holders: dict[str, list[tuple[str, list[object]]]],
    known: set[int],
) -> list[Callee]:
    """The nearest holders of the roles, in the order of the roles; ``known`` are left out."""
    found: list[Callee] = []
    for code in codes:
        for of_tree, (pk, name, phone, post) in holders.get(code, ()):
            if tree and of_tree != tree:
                continue
            if pk not in known and len(found) < MOST:
                known.add(pk)  # type: ignore[arg-type]
                found.append(Callee(part, str(name), str(phone), pk, str(post)))  # type: ignore[arg-type]
    return found


def general_numbers() -> list[Callee]:
    """Numbers of the whole school's list: shown before any student is chosen."""
    rows = CallLine.objects.filter(unit=None, is_used=True, person=None).exclude(phone="")
    found = [Callee(row.part, row.label, row.phone, note=row.note) for row in rows if row.label]
    return sorted(found, key=lambda one: ORDER.index(one.part))
