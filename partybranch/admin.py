"""Party organisations stand in the same tree as all units."""

from cohorts.admin.units import register_kind
from partybranch.models import PartyOrganization

register_kind(
    PartyOrganization, "party_kind", "approving_committee", "college_side", "academy_side"
)
