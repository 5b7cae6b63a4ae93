"""Branch life as pages show it: lights of quotas, events, attendance of members (1.6)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from cohorts.models import Appointment
from partybranch.access import current_branches
from partybranch.domain.months import add_months
from partybranch.domain.quotas import REACH, Health, Quota, health_of, standing_of
from partybranch.enums import ABOVE_BRANCHES, BRANCHES, RELATION_HOLDING, Applies, Called, Presence
from partybranch.models import (
    Attendance,
    BranchEvent,
    EventKind,
    Membership,
    PartyMember,
    PartyOrganization,
)
from partybranch.queries.branches import OFFICERS
from partybranch.queries.joint import HELD, keys_of, of_side
from partybranch.queries.rules import numbers
from portal.core.access import key_of
from portal.core.rows import array_of, fetch
from portal.core.scope import remembered


def event_kinds() -> list[EventKind]:
    """Kinds that are always offered, in their order; read once a request."""
    return remembered(
        "event kinds", lambda: list(EventKind.objects.filter(is_active=True, since=None))
    )


def kinds_for(branch: PartyOrganization) -> list[EventKind]:
    """Kinds that this organisation holds: a branch its own life, a committee or general branch the
    meetings of secretaries."""
    is_above = branch.party_kind in ABOVE_BRANCHES
    return [one for one in event_kinds() if (one.called == Called.SECRETARIES) == is_above]


def full_members(branches: Collection[int], day: dt.date) -> dict[int, int]:
    """Full members whose relation is in each branch; one statement."""
    here = current_branches(day) & Q(branch_id__in=branches, is_relation=True)
    alive = Q(member__left_on=None) | Q(member__left_on__gt=day)
    rows = Membership.objects.filter(here, alive, member__full_on__lte=day)
    return dict(rows.order_by().values_list("branch_id").annotate(n=Count("member", distinct=True)))


def life_branches(user: Any) -> list[PartyOrganization]:
    """Open branches whose life ``user`` may see, in the order of their codes; read once a request."""

    def read() -> list[PartyOrganization]:
        rows = PartyOrganization.objects.restrict(user, "see_branch_life")
        return list(rows.filter(party_kind__in=BRANCHES, closed_on=None).order_by("code"))

    return remembered(("life branches", key_of(user)), read)


class LivingBranch(Protocol):
    """What the quotas ask about a branch."""

    @property
    def pk(self) -> Any: ...
    @property
    def party_kind(self) -> str: ...
    @property
    def party_groups(self) -> int: ...
    @property
    def opened_on(self) -> dt.date | None: ...


@dataclass(frozen=True)
class Branch:
    """A branch as its board reads it."""

    pk: int
    code: str
    name: str
    party_kind: str
    party_groups: int
    opened_on: dt.date | None


# The events of each branch by kind, in one row.
_DAYS = f"""
    SELECT e.unit_id, k.eventkind_id, array_agg(e.on ORDER BY e.on)
      FROM ({HELD}) e
      JOIN partybranch_branchevent_kinds k ON k.branchevent_id = e.id
     WHERE e.unit_id = ANY(%(units)s::bigint[]) AND e.on >= %(since)s
     GROUP BY 1, 2
"""
# The same days come to the same standing: most branches had no event since the last look.
_standing = lru_cache(maxsize=20_000)(standing_of)


def healths(branches: Sequence[LivingBranch], on: dt.date | None = None) -> dict[int, Health]:
    """The lights of each branch today, or as they stood ``on`` a day; three statements for any
    number of them."""
    today, keys = on or timezone.localdate(), [one.pk for one in branches]
    asked = {"units": array_of(keys), "since": add_months(today, -REACH - 12)}
    days = {(branch, kind): tuple(held) for branch, kind, held in fetch(_DAYS, asked)}
    full, start = full_members(keys, today), numbers()["branch.committee_from"]
    green, yellow = numbers()["branch.life_green"], numbers()["branch.life_yellow"]
    quotas = [
        (kind, Quota(kind.code, kind.name, kind.every_months, kind.grace_months))
        for kind in event_kinds()
        if kind.every_months
    ]
    found = {}
    for one in branches:
        since = one.opened_on or today
        standings = [
            _standing(quota, days.get((one.pk, kind.pk), ()), since, today)
            for kind, quota in quotas
            if _applies(kind, one, full.get(one.pk, 0) >= start)
        ]
        found[one.pk] = health_of(standings, green, yellow)
    return found


def _applies(kind: EventKind, branch: LivingBranch, has_committee: bool) -> bool:
    if kind.called == Called.SECRETARIES:
        return False
    if branch.party_kind not in RELATION_HOLDING:
        return False  # functional and temporary branches keep a book, no numbers
    if kind.applies_to == Applies.COMMITTEE:
        return has_committee
    return kind.applies_to != Applies.GROUPS or branch.party_groups > 0


def events_of(
    user: Any, branch: PartyOrganization, kind: EventKind | None = None
) -> "QuerySet[BranchEvent]":
    """Events that a branch held alone or with others, by the rule, the latest first, each with how
    many of its members were called and came."""
    rows = _events(user, branch)
    if kind is not None:
        rows = rows.filter(kinds=kind)
    here = Attendance.objects.filter(of_side(branch), event=OuterRef("pk")).order_by()
    counted = here.values("event").annotate(n=Count("pk")).values("n")
    found: QuerySet[BranchEvent] = rows.annotate(
        called=Coalesce(Subquery(counted), 0),
        present=Coalesce(Subquery(counted.filter(presence=Presence.PRESENT)), 0),
    ).select_related("branch").prefetch_related("kinds", "partners").order_by("-on", "-pk")  # fmt: skip
    return found


def _events(user: Any, branch: PartyOrganization) -> "QuerySet[BranchEvent]":
    rows: QuerySet[BranchEvent] = BranchEvent.objects.restrict(user, "see_branch_life")
    return rows.filter(pk__in=keys_of(branch))


def held_by_kind(user: Any, branch: PartyOrganization) -> dict[int, int]:
    """How many events of each kind the list of ``events_of`` holds; one statement."""
    rows = _events(user, branch)
    named = rows.filter(kinds__isnull=False).order_by().values_list("kinds")
    return dict(named.annotate(n=Count("pk", distinct=True)))


@dataclass(frozen=True)
class MemberRow:
    """One member of the branch: came to ``present`` of ``called`` events of the last twelve
    months; minutes of study with the branch."""

    member: PartyMember
    present: int
    called: int
    minutes: int


def members_life(branch: PartyOrganization) -> list[MemberRow]:
    """Attendance and study minutes of the members of today; three statements. Callers have asked
    for the right to the life of the branch."""
    day = timezone.localdate()
    since = add_months(day, -12)
    places = Membership.objects.filter(current_branches(day), branch=branch)
    members = [one.member for one in places.select_related("member__student", "member__person")]
    rows = Attendance.objects.filter(
        of_side(branch), event__in=keys_of(branch), event__on__gt=since, event__withdrawn_at=None,
        member__in=members,
    )  # fmt: skip
    came: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for key, presence, own, group, expert in rows.values_list(
        "member_id", "presence", "event__self_study", "event__group_study", "event__expert_study"
    ):
        one, is_present = came[key], presence == Presence.PRESENT
        one[0] += is_present
        one[1] += 1
        one[2] += (own + group + expert) * is_present
    found = [MemberRow(one, *came[one.pk]) for one in members]
    found.sort(key=lambda row: (row.present - row.called, row.member.name))
    return found


def officer_members(branches: Collection[int]) -> set[int]:
    """Keys of the members who hold a post of the committee of one of these branches today, staff and
    students."""
    posts = Appointment.objects.in_force(timezone.localdate()).filter(
        unit_id__in=branches, role__code__in=OFFICERS
    )
    rows = PartyMember.objects.filter(_is_one_of(list(posts)), left_on=None)
    return set(rows.values_list("pk", flat=True))


def _is_one_of(people: Collection[Appointment]) -> Q:
    keys = [post.person_id for post in people]
    return Q(person_id__in=keys) | Q(student__user_id__in=keys)


def secretaries_below(branch: PartyOrganization, day: dt.date) -> list[Appointment]:
    """Posts of secretary held on ``day`` on branches that stand below ``branch`` or are approved by
    it: those of the college side and of the academy side alike."""
    below = Q(unit__above__ancestor_id=branch.pk) | Q(
        unit__partyorganization__approving_committee_id=branch.pk
    )
    posts = Appointment.objects.in_force(day).filter(below, role__code=OFFICERS[0])
    return list(posts.exclude(unit_id=branch.pk).select_related("person", "unit").distinct())


def secretaries_without_roll(branch: PartyOrganization, day: dt.date) -> list[str]:
    """Secretaries who are on no roll: they are named among the guests."""
    posts = secretaries_below(branch, day)
    here = PartyMember.objects.on(day).filter(_is_one_of(posts))
    known = {key for row in here.values_list("person_id", "student__user_id") for key in row}
    return sorted({post.person.name for post in posts if post.person_id not in known})


def roll_on(branch: PartyOrganization, day: dt.date) -> list[PartyMember]:
    """Members who stood in the branch on ``day``, staff first, by name; of a committee or general
    branch the secretaries of the branches below it. Callers have asked for the right to keep the
    book."""
    rows = PartyMember.objects.on(day)
    if branch.party_kind in ABOVE_BRANCHES:
        rows = rows.filter(_is_one_of(secretaries_below(branch, day)))
    else:
        rows = rows.filter(current_branches(day, "branches__"), branches__branch=branch)
    found = list(rows.select_related("student", "person").distinct())
    found.sort(key=lambda one: (one.person_id is None, one.name))
    return found
