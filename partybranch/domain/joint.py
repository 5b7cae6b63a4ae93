"""Which branches may be named as having held an event together (systems 21, 70)."""

import datetime as dt
from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from partybranch.domain.facts import Fault
from partybranch.enums import ABOVE_BRANCHES
from partybranch.models import EventKind, PartyOrganization
from partybranch.queries.joint import possible_partners

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
