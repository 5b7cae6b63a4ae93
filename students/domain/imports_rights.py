"""What an importer may touch: the action must be held on every unit involved."""

from collections.abc import Collection

from cohorts.access import grants
from cohorts.models import UnitTree
from portal.core.models import User
from students.models import Student


def units_held(actor: User | None, action: str, unit_ids: Collection[int]) -> set[int]:
    """Those of ``unit_ids`` on which, or above which, ``actor`` holds ``action`` today.
    The system (None) holds it everywhere."""
    if actor is None:
        return set(unit_ids)
    if not actor.is_in_force():
        return set()
    held = grants(actor, action).values("content_object_id")
    rows = UnitTree.objects.filter(ancestor_id__in=held, descendant_id__in=list(unit_ids))
    return set(rows.values_list("descendant_id", flat=True))


def students_out_of_reach(
    actor: User | None, action: str, student_ids: Collection[int]
) -> set[int]:
    """Those of ``student_ids`` that ``actor`` does not reach for ``action`` today."""
    if actor is None or not student_ids:
        return set()
    reached = Student.objects.restrict(actor, action).values_list("pk", flat=True)
    return set(student_ids).difference(reached)
