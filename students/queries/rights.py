"""Which actions a person has on one student, asked of the one rule in one statement."""

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Value

from portal.core.access import is_same_reach, reaches_any
from students.models import Student

PORTRAIT_ACTIONS = ("see_record", "see_contact", "see_results", "log_talk")


def rights_on(
    user: Any, student_id: int, actions: Iterable[str], known: str = "see_card"
) -> frozenset[str]:
    """Those of ``actions`` that ``user`` may do today on this student, read by ``known`` before.

    Actions held in the same places as ``known`` need no query; the others share one.
    """
    wanted = list(actions)
    same = {action for action in wanted if is_same_reach(Student, user, action, known)}
    parts = [
        Student.objects.restrict(user, action)
        .filter(pk=student_id)
        .order_by()
        .annotate(right=Value(action, output_field=CharField()))
        .values_list("right", flat=True)
        for action in wanted
        if action not in same and reaches_any(Student, user, action)
    ]
    if not parts:
        return frozenset(same)
    first, *rest = parts
    return frozenset(same).union(first.union(*rest, all=True) if rest else first)


def reaches_anyone(user: Any, action: str) -> bool:
    """Whether any post, link or seat carries ``action`` at all (pages without a student)."""
    return reaches_any(Student, user, action)
