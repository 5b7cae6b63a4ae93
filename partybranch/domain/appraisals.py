"""The yearly democratic appraisal: a grade for each member who was called (rulebook 1.6)."""

from collections import Counter
from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from partybranch.domain.facts import Fault
from partybranch.domain.life import EventError
from partybranch.domain.rights import check_seen, check_still
from partybranch.enums import GRADED, Grade
from partybranch.models import Attendance, BranchEvent
from partybranch.queries.events import state_of
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User

SHARE = 3  # at most one in so many is excellent


def grade_faults(grades: Collection[Grade]) -> list[Fault]:
    """At most a third of those graded are excellent."""
    best = sum(one == Grade.EXCELLENT for one in grades)
    if SHARE * best <= len(grades):
        return []
    return [Fault("excellent", _(
        "%(n)s of %(all)s are excellent: at most a third may be, here %(most)s.")
        % {"n": best, "all": len(grades), "most": len(grades) // SHARE})]  # fmt: skip


@transaction.atomic
def grade_members(
    *, actor: User | None, event: BranchEvent, grades: Mapping[int, Grade], seen: str = ""
) -> Counter[str]:
    """Enter the result of an appraisal, member by member; typed again it replaces the former.

    Returns how many got which grade. Raises EventError for more excellent ones than the rule
    allows or members who were not called, StaleError when the lines are not as a form saw them
    (``seen``), DomainError for an event that was no appraisal or was withdrawn.
    """
    kept = BranchEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if kept.withdrawn_at is not None:
        raise DomainError(_("This event was withdrawn; enter it anew."))
    if not kept.kinds.filter(code=GRADED).exists():
        raise DomainError(_("Grades belong to a democratic appraisal."))
    rows = {one.member_id: one for one in kept.attendance.all()}
    check_seen(state_of(rows.values()), seen)
    faults = grade_faults(grades.values())
    if set(grades) - set(rows):
        faults.append(Fault("member", _("Only members who were called are graded.")))
    if faults:
        raise EventError(faults)
    for key, row in rows.items():
        row.grade = grades.get(key, "")
    Attendance.objects.bulk_update(rows.values(), ["grade"])
    check_still(actor, kept, "write_branch_life")
    found = Counter(str(one) for one in grades.values())
    audit.record(actor=actor, action="grade_members", obj=kept, **found)
    return found
