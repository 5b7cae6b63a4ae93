"""Where students stand today, written for lists: class, academy, college, room."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from cohorts.enums import UnitKind
from students.access import standing
from students.enums import Tree
from students.models import Placement


@dataclass
class Stand:
    """Short names as shown in a row; empty when the student stands nowhere in that tree."""

    class_name: str = ""
    college: str = ""
    academy: str = ""
    academy_full: str = ""
    room: str = ""


_FIELDS = (
    "student_id", "tree", "unit__kind", "unit__short_name", "unit__name",
    "unit__parent__kind", "unit__parent__short_name", "unit__parent__name",
    "unit__parent__parent__kind", "unit__parent__parent__short_name",
    "unit__parent__parent__name",
)  # fmt: skip


def stands(
    student_ids: Iterable[int], trees: Iterable[str] = (Tree.CLASS, Tree.ACADEMY)
) -> dict[int, Stand]:
    """Today's places of these students, one query. Callers pass students they may show."""
    rows = Placement.objects.filter(
        standing(timezone.localdate()), student_id__in=list(student_ids), tree__in=list(trees)
    ).values_list(*_FIELDS)
    found: dict[int, Stand] = {}
    for student_id, tree, kind, short, name, *above in rows:
        stand = found.setdefault(student_id, Stand())
        chain = [(kind, short or name, name)]
        chain += [(above[at], above[at + 1] or above[at + 2], above[at + 2]) for at in (0, 3)]
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


def _of_kind(chain: list[tuple[str, str, str]], kind: str) -> tuple[str, str]:
    for have, short, name in chain:
        if have == kind:
            return short, name
    return "", ""
