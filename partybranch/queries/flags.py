"""Flags on members (双带头人, 领雁计划): rows of the catalogue of links whose codes begin with flag_.

A flag belongs to the person: it counts in the branch in which the relation stands today.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from cohorts.models import LinkKind
from partybranch.enums import DUAL_LEADER, FLAG
from partybranch.models import PartyLink, PartyMember, PartyOrganization
from partybranch.queries.link_book import with_names
from partybranch.queries.training import HoursRow, hours_in, training_branches


@dataclass(frozen=True)
class Flagged:
    """A running flag with the class hours of its member in the year."""

    link: PartyLink
    row: HoursRow
    branch: PartyOrganization


def flag_kinds() -> list[LinkKind]:
    return list(LinkKind.objects.filter(code__startswith=FLAG).order_by("pk"))


def flagged(user: Any, year: int, kind: str = "") -> list[Flagged]:
    """Members with a flag today in the branches whose life ``user`` may see, those furthest behind
    with their hours first; a constant number of statements."""
    day, branches = timezone.localdate(), training_branches(user)
    by_pk = {one.pk: one for one in branches}
    rows = {row.member.pk: row for row in hours_in(branches, year)}
    links = PartyLink.objects.standing(day).filter(
        kind__code__startswith=kind or FLAG, starts_on__lte=day, member_id__in=rows
    )
    found = [
        Flagged(one, rows[one.member_id], by_pk[rows[one.member_id].branch_id])
        for one in with_names(links)
        if one.member_id is not None
    ]
    found.sort(key=lambda one: (-one.row.missing, one.branch.code, one.row.member.name,
                                one.link.kind_id))  # fmt: skip
    return found


def dual_leaders(people: Collection[int]) -> set[int]:
    """Those of these accounts who are dual leaders today, staff and students; one statement."""
    day = timezone.localdate()
    members = PartyMember.objects.on(day).filter(
        Q(person_id__in=people) | Q(student__user_id__in=people)
    )
    links = PartyLink.objects.standing(day).filter(
        kind__code=DUAL_LEADER, starts_on__lte=day, member__in=members
    )
    pairs = links.values_list("member__person_id", "member__student__user_id")
    return {key for pair in pairs for key in pair if key is not None}


def flags_of(member: PartyMember) -> list[PartyLink]:
    """All flags of one member over time, the latest first. Callers have asked for the file."""
    rows = member.party_links.filter(kind__code__startswith=FLAG, revoked_at=None)
    return list(rows.select_related("kind").order_by("-starts_on", "-pk"))
