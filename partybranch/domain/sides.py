"""Attendance of a branch at an event that another one entered and in which it is named."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from partybranch.domain.late import late_reason
from partybranch.domain.life import Came, EventError, came_faults, write_came
from partybranch.domain.rights import check_seen, check_still
from partybranch.enums import Presence
from partybranch.models import Attendance, BranchEvent, PartyOrganization
from partybranch.queries.events import state_of
from partybranch.queries.joint import roll_of
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User


@transaction.atomic
def record_side(
    *,
    actor: User | None,
    event: BranchEvent,
    branch: PartyOrganization,
    came: Mapping[int, Came],
    entry_reason: str = "",
    seen: str = "",
) -> BranchEvent:
    """Who of ``branch`` came to a joint event, by whoever keeps that branch; typed again it replaces
    the former. From then on the event counts for the branch; entered first long after the day it
    asks for a reason and is shown as a late entry.

    Raises EventError with every reason against it, LateError without that reason, StaleError when
    its lines are not as a form saw them (``seen``), DomainError for a branch that is not named or an
    event that was withdrawn, PermissionDenied without a post that keeps the branch.
    """
    kept: BranchEvent = (
        BranchEvent.objects.select_for_update(of=("self",))
        .select_related("branch")
        .get(pk=event.pk)
    )
    if kept.withdrawn_at is not None:
        raise DomainError(_("This event was withdrawn; enter it anew."))
    partners = list(kept.partners.all())
    if branch not in partners:
        raise DomainError(_("This branch is not named in the event."))
    faults = came_faults(branch, kept.on, came)
    if faults:
        raise EventError(faults)
    others = [kept.branch, *(one for one in partners if one != branch)]
    own = roll_of([branch], kept.on) - roll_of(others, kept.on)
    rows = Attendance.objects.filter(event=kept, member_id__in=own)
    check_seen(state_of(kept.attendance.filter(member__in=roll_of([branch], kept.on))), seen)
    entered = rows.values_list("entry_reason", flat=True).first()
    why_late = late_reason(kept.on, entry_reason) if entered is None else entered
    rows.exclude(member_id__in=came).delete()
    write_came(kept, came, why_late)
    check_still(actor, branch, "write_branch_life")
    present = sum(one.presence == Presence.PRESENT for one in came.values())
    audit.record(
        actor=actor, action="record_event_side", obj=kept, branch=branch.pk, on=kept.on,
        expected=len(came), present=present, late=why_late,
    )  # fmt: skip
    return kept
