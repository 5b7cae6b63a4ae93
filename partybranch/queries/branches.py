"""Party organisations as their pages show them: the tree, the roll, the committee, the checks."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Appointment, UnitSuccession
from partybranch.access import current_branches
from partybranch.domain.facts import Fault
from partybranch.domain.organs import branch_faults, powers
from partybranch.enums import PartyKind
from partybranch.models import Development, Membership, PartyMember, PartyOrganization
from partybranch.queries.facts import organ_of
from partybranch.queries.rules import numbers
from students.queries.standing import Stand, stands

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


@dataclass
class RollRow:
    member: PartyMember
    place: Membership
    class_name: str
    college: str
    is_full: bool
    is_suspended: bool


def roll(branch: PartyOrganization) -> list[RollRow]:
    """Members of a branch today, staff first, then students by name; three statements. Callers
    have asked for the right to the party file of the branch."""
    day = timezone.localdate()
    places = (
        Membership.objects.filter(current_branches(day), branch=branch)
        .select_related("member__student", "member__person")
        .order_by("pk")
    )
    rows = list(places)
    where = stands([one.member.student_id for one in rows if one.member.student_id], ("class",))
    found = [
        RollRow(
            one.member, one, stand.class_name, stand.college,
            one.member.is_full_on(day), one.member.is_suspended_on(day),
        )
        for one in rows
        for stand in [where.get(one.member.student_id or 0, Stand())]
    ]  # fmt: skip
    found.sort(key=lambda row: (row.member.person_id is None, row.member.name))
    return found


def officers(branch: PartyOrganization) -> list[Appointment]:
    """Who holds a post of the committee today."""
    posts = Appointment.objects.in_force(timezone.localdate()).filter(
        unit_id=branch.pk, role__code__in=OFFICERS
    )
    return list(posts.select_related("role", "person").order_by("role__order", "pk"))


def other_posts(branch: PartyOrganization) -> list[Appointment]:
    """Tutors, organisers and members of the committee above with a post on the organisation."""
    posts = Appointment.objects.in_force(timezone.localdate()).filter(unit_id=branch.pk)
    rows = posts.exclude(role__code__in=OFFICERS).select_related("role", "person")
    return list(rows.order_by("role__order", "pk"))


def checks(branch: PartyOrganization, rows: list[RollRow], posts: list[Appointment]) -> list[Fault]:
    """What the branch page warns of (1.5)."""
    day = timezone.localdate()
    held = [row for row in rows if row.place.is_relation]
    units = {row.college for row in held if row.college}
    return branch_faults(
        organ_of(branch, day, numbers()["branch.committee_from"]),
        members=len(held), full=sum(row.is_full for row in held), officers=len(posts),
        units=len(units), numbers=numbers(),
        has_secretary=any(post.role.code == OFFICERS[0] for post in posts),
    )  # fmt: skip


def history(branch: PartyOrganization) -> list[Membership]:
    """Relations that left the branch, the latest first."""
    rows = Membership.objects.filter(branch=branch).exclude(until=None)
    return list(
        rows.select_related("member__student", "member__person").order_by("-until", "-pk")[:20]
    )


@dataclass(frozen=True)
class Successor:
    """A branch that goes on in place of another, or from which it came, with the decision."""

    pk: int
    name: str
    on: dt.date
    how: str
    order_no: str
    is_after: bool
    is_open: bool


def succession(user: Any, branch: PartyOrganization) -> list[Successor]:
    """What the branch came from and what goes on in its place; linked where ``user`` may open it."""
    rows = list(
        UnitSuccession.objects.filter(Q(unit_id=branch.pk) | Q(successor_id=branch.pk))
        .select_related("unit", "successor").order_by("-on", "pk")
    )  # fmt: skip
    keys = {one.unit_id for one in rows} | {one.successor_id for one in rows}
    seen = set(
        PartyOrganization.objects.restrict(user, "see_unit").filter(pk__in=keys)
        .values_list("pk", flat=True)
    ) if rows else set()  # fmt: skip
    found = []
    for one in rows:
        is_after = one.unit_id == branch.pk
        other = one.successor if is_after else one.unit
        found.append(Successor(other.pk, other.name, one.on, one.get_how_display(), one.order_no,
                               is_after, other.pk in seen))  # fmt: skip
    return found


def below(user: Any, branch: PartyOrganization) -> list[PartyOrganization]:
    """Open organisations directly below, as far as ``user`` may open them."""
    rows = PartyOrganization.objects.restrict(user, "see_unit")
    return list(rows.filter(parent_id=branch.pk, closed_on=None).order_by("code"))
