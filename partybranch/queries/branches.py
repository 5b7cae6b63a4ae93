"""Party organisations as their pages show them: the tree, their powers, the committee."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Appointment, UnitTree
from partybranch.access import current_branches
from partybranch.domain.organs import powers
from partybranch.enums import PartyKind
from partybranch.models import Development, Membership, PartyOrganization

# Roles that make up the committee of a branch, in its order.
OFFICERS = (
    "branch_secretary", "branch_deputy", "branch_organisation", "branch_publicity",
    "branch_discipline",
)  # fmt: skip


@dataclass
class Node:
    """An organisation in the tree with what is counted in it and below."""

    unit: PartyOrganization
    depth: int
    members: int = 0
    full: int = 0
    files: int = 0
    children: list["Node"] = field(default_factory=list)


def branch_tree(user: Any) -> list[Node]:
    """The organisations that ``user`` may open, indented as they belong together, with members and
    open files rolled up. A constant number of statements."""
    units: list[PartyOrganization] = list(
        PartyOrganization.objects.restrict(user, "see_unit").filter(closed_on=None).order_by("code")
    )
    day = timezone.localdate()
    keys = [unit.pk for unit in units]
    here = current_branches(day) & Q(branch_id__in=keys, is_relation=True)
    full = Q(member__full_on__lte=day)
    rows = Membership.objects.filter(here).order_by().values_list("branch_id").annotate(
        n=Count("pk"), full=Count("pk", filter=full)
    )  # fmt: skip
    members = {pk: (n, most) for pk, n, most in rows}
    files = Counter(dict(
        Development.objects.filter(branch_id__in=keys, ended_on=None).order_by()
        .values_list("branch_id").annotate(n=Count("pk"))
    ))  # fmt: skip
    nodes = {
        unit.pk: Node(unit, 0, *members.get(unit.pk, (0, 0)), files[unit.pk]) for unit in units
    }
    tops = []
    for node in nodes.values():
        above = nodes.get(node.unit.parent_id or 0)
        (above.children if above else tops).append(node)
    flat: list[Node] = []
    for node in tops:
        _flatten(node, 0, flat)
    return flat


def _flatten(node: Node, depth: int, flat: list[Node]) -> None:
    node.depth = depth
    flat.append(node)
    for child in node.children:
        _flatten(child, depth + 1, flat)
        node.members += child.members
        node.full += child.full
        node.files += child.files


CLOSED_SHOWN = 50


def closed_branches(user: Any) -> list[PartyOrganization]:
    """Organisations that were closed, the latest first: what they held stays readable. One
    statement."""
    rows = PartyOrganization.objects.restrict(user, "see_unit").exclude(closed_on=None)
    return list(rows.order_by("-closed_on", "code")[:CLOSED_SHOWN])


def flags(unit: PartyOrganization) -> list[tuple[str, bool]]:
    """What this kind of organisation may do (1.5)."""
    may = powers(unit.party_kind)
    return [
        (_("holds the membership relation"), may.holds_relation),
        (_("admits members"), may.can_admit),
        (_("collects dues"), may.can_collect_dues),
        (_("holds elections"), may.can_elect),
        (_("approves admissions"), unit.party_kind == PartyKind.COMMITTEE),
    ]


def officers(branch: PartyOrganization) -> list[Appointment]:
    """Who holds a post of the committee today."""
    posts = Appointment.objects.in_force(timezone.localdate()).filter(
        unit_id=branch.pk, role__code__in=OFFICERS
    )
    return list(posts.select_related("role", "person").order_by("role__order", "pk"))


def committee_of(unit: PartyOrganization) -> PartyOrganization | None:
    """The committee that approves: the one set with the branch, else the nearest above it."""
    if unit.approving_committee is not None:
        return unit.approving_committee
    above = UnitTree.objects.filter(
        descendant_id=unit.pk, ancestor__closed_on=None,
        ancestor__partyorganization__party_kind=PartyKind.COMMITTEE,
    ).order_by("depth").values_list("ancestor_id", flat=True)  # fmt: skip
    found: PartyOrganization | None = PartyOrganization.objects.filter(pk__in=above[:1]).first()
    return found
