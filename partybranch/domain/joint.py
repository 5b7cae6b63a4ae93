"""Which branches may be named as having held an event together (systems 21, 70)."""

import datetime as dt
from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from partybranch.domain.facts import Fault
from partybranch.enums import ABOVE_BRANCHES
from partybranch.models import BranchEvent, EventKind, PartyOrganization
from partybranch.queries.joint import possible_partners, roll_of

# At these a branch decides for itself: nobody else holds them with it.
ALONE_KINDS = frozenset(
    {"members_meeting", "committee_meeting", "group_meeting", "life_meeting", "appraisal"}
)


def partner_faults(
    branch: PartyOrganization,
    partners: Sequence[PartyOrganization],
    kinds: Sequence[EventKind],
    on: dt.date,
    known: Collection[int] = (),
) -> list[Fault]:
    """Everything against the branches named beside ``branch``; ``known`` ones were named before."""
    if not partners:
        return []
    if branch.party_kind in ABOVE_BRANCHES:
        return [Fault("partners", _("A meeting of secretaries is held by one organisation."),
                      "partners")]  # fmt: skip
    alone = [kind.name for kind in kinds if kind.code in ALONE_KINDS]
    if alone:
        return [Fault("alone", _(
            "%(kinds)s: a branch decides there for itself and holds it alone.")
            % {"kinds": "、".join(alone)}, "partners")]  # fmt: skip
    near = set(possible_partners(branch, on).values_list("pk", flat=True)) | set(known)
    strange = sorted(one.label for one in partners if one.pk not in near)
    if strange:
        return [Fault("strange", _(
            "%(names)s: only branches under the same committee, or linked with this one on that day, "
            "are named.") % {"names": "、".join(strange)}, "partners")]  # fmt: skip
    return []


def members_of_others(
    branch: PartyOrganization, partners: Collection[PartyOrganization], on: dt.date
) -> set[int]:
    """Keys of the members of ``partners`` whose attendance these enter: who does not stand in
    ``branch`` as well."""
    return roll_of(partners, on) - roll_of([branch], on) if partners else set()


def lost_faults(
    event: BranchEvent,
    partners: Collection[PartyOrganization],
    on: dt.date,
    came: Collection[int],
) -> list[Fault]:
    """Against a correction after which attendance that another branch has entered would be gone:
    its branch is named no more, or the member stood elsewhere on the new day."""
    was = members_of_others(event.branch, list(event.partners.all()), event.on)
    gone = was - members_of_others(event.branch, partners, on) - set(came)
    rows = event.attendance.filter(member__in=gone).select_related(
        "member__student", "member__person"
    )
    names = sorted(one.member.name for one in rows)
    if not names:
        return []
    return [Fault("lost", _(
        "Their branch has entered their attendance: %(names)s. Keep it named, and a day on which they "
        "stood in it; what was entered by mistake is withdrawn and entered anew.")
        % {"names": "、".join(names[:10])}, "partners")]  # fmt: skip
