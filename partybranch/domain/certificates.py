"""Certificates of training: number and day beside the attendance of a member (system 75)."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.domain.facts import Fault
from partybranch.domain.life import EventError
from partybranch.domain.rights import check_still
from partybranch.enums import Presence
from partybranch.models import Attendance, BranchEvent
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User

# Kinds of event that end with a certificate.
CERTIFIED = frozenset({"training", "secretary_forum"})


@transaction.atomic
def certify_members(
    *, actor: User | None, event: BranchEvent, on: dt.date, numbers: Mapping[int, str]
) -> int:
    """Enter the certificates given ``on`` a day, the number by member; typed again they replace the
    former. Returns how many.

    Raises EventError for a day before the training or ahead, a number given twice, or a member who
    did not come; DomainError for an event that gives none or was withdrawn.
    """
    kept = BranchEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if kept.withdrawn_at is not None:
        raise DomainError(_("This event was withdrawn; enter it anew."))
    if not kept.kinds.filter(code__in=CERTIFIED).exists():
        raise DomainError(_("Certificates belong to a training or a forum."))
    given = {key: number.strip() for key, number in numbers.items() if number.strip()}
    rows = {one.member_id: one for one in kept.attendance.filter(presence=Presence.PRESENT)}
    faults = []
    if not kept.on <= on <= timezone.localdate():
        faults.append(Fault("on", _("The day lies between the training and today."), "on"))
    if set(given) - set(rows):
        faults.append(Fault("member", _("Only members who came get a certificate.")))
    if len(set(given.values())) < len(given):
        faults.append(Fault("twice", _("Each certificate has a number of its own.")))
    if faults:
        raise EventError(faults)
    for key, row in rows.items():
        row.certificate_no = given.get(key, "")
        row.certificate_on = on if row.certificate_no else None
    Attendance.objects.bulk_update(rows.values(), ["certificate_no", "certificate_on"])
    check_still(actor, kept, "write_branch_life")
    audit.record(actor=actor, action="certify_members", obj=kept, on=on, given=len(given))
    return len(given)
