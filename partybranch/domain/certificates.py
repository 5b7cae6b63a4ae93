"""Certificates of training: number and day beside the attendance of a member (system 75)."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.domain.facts import Fault
from partybranch.domain.life import EventError
from partybranch.domain.rights import check_seen, denied
from partybranch.enums import CERTIFIED, Presence
from partybranch.models import Attendance, BranchEvent
from partybranch.queries.events import state_of
from partybranch.queries.joint import branches_held, members_in, sides_of
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach


@transaction.atomic
def certify_members(
    *,
    actor: User | None,
    event: BranchEvent,
    on: dt.date,
    numbers: Mapping[int, str],
    seen: str = "",
) -> int:
    """Enter the certificates given ``on`` a day, the number by member, of the members of the
    branches that the actor keeps: at a joint event each branch enters its own. Typed again they
    replace the former. Returns how many.

    Raises EventError for a day before the training or ahead, a number given twice, or a member who
    did not come or is another branch's; StaleError when the lines are not as a form saw them
    (``seen``); DomainError for an event that gives none or was withdrawn,
    PermissionDenied without a post that keeps one of the branches.
    """
    kept = (
        BranchEvent.objects.select_for_update(of=("self",))
        .select_related("branch")
        .get(pk=event.pk)
    )
    came = list(kept.attendance.filter(presence=Presence.PRESENT))
    own = _own(actor, kept, came)
    if kept.withdrawn_at is not None:
        raise DomainError(_("This event was withdrawn; enter it anew."))
    if not kept.kinds.filter(code__in=CERTIFIED).exists():
        raise DomainError(_("Certificates belong to a training or a forum."))
    given = {key: number.strip() for key, number in numbers.items() if number.strip()}
    rows = {one.member_id: one for one in came if one.member_id in own}
    check_seen(state_of(rows.values()), seen)
    others = {one.certificate_no for one in came if one.member_id not in own}
    faults = []
    if not kept.on <= on <= timezone.localdate():
        faults.append(Fault("on", _("The day lies between the training and today."), "on"))
    if set(given) - set(rows):
        faults.append(Fault("member", _("Only members who came get a certificate.")))
    if len(set(given.values()) - others) < len(given):
        faults.append(Fault("twice", _("Each certificate has a number of its own.")))
    if faults:
        raise EventError(faults)
    for key, row in rows.items():
        row.certificate_no = given.get(key, "")
        row.certificate_on = on if row.certificate_no else None
    Attendance.objects.bulk_update(rows.values(), ["certificate_no", "certificate_on"])
    audit.record(actor=actor, action="certify_members", obj=kept, on=on, given=len(given))
    return len(given)


def _own(actor: User | None, event: BranchEvent, came: Sequence[Attendance]) -> frozenset[int]:
    """Keys of the members of the branches that ``actor`` keeps at this moment; the system (None)
    keeps all of them."""
    if actor is None:
        return frozenset(one.member_id for one in came)
    forget_reach()
    sides = sides_of(event, came)
    held = branches_held(actor, "write_branch_life", event, sides)
    if not held:
        raise denied()
    return members_in(event, came, sides, held)
