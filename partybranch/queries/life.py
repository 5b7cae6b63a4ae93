"""Branch life as pages show it: lights of quotas, events, attendance of members (1.6)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from partybranch.access import current_branches
from partybranch.domain.months import add_months
from partybranch.domain.quotas import REACH, Health, Light, Quota, health_of, standing_of
from partybranch.enums import BRANCHES, Applies, Presence
from partybranch.models import (
    Attendance,
    BranchEvent,
    EventKind,
    Membership,
    PartyMember,
    PartyOrganization,
)
from partybranch.queries.branches import officers
from partybranch.queries.rules import numbers
from portal.core.scope import remembered


def event_kinds() -> list[EventKind]:
    """Kinds that are always offered, in their order; read once a request."""
    return remembered(
        "event kinds", lambda: list(EventKind.objects.filter(is_active=True, since=None))
    )


def full_members(branches: Collection[int], day: dt.date) -> dict[int, int]:
    """Full members whose relation is in each branch; one statement."""
    here = current_branches(day) & Q(branch_id__in=branches, is_relation=True)
    alive = Q(member__left_on=None) | Q(member__left_on__gt=day)
    rows = Membership.objects.filter(here, alive, member__full_on__lte=day)
    return dict(rows.order_by().values_list("branch_id").annotate(n=Count("member", distinct=True)))


def counted_events() -> "QuerySet[BranchEvent]":
    rows: QuerySet[BranchEvent] = BranchEvent.objects.filter(withdrawn_at=None)
    return rows


def healths(branches: Sequence[PartyOrganization], on: dt.date | None = None) -> dict[int, Health]:
    """The lights of each branch today, or as they stood ``on`` a day; three statements for any
    number of them."""
    today, keys = on or timezone.localdate(), [one.pk for one in branches]
    days: dict[tuple[int, int], list[dt.date]] = defaultdict(list)
    rows = BranchEvent.kinds.through.objects.filter(
        branchevent__branch_id__in=keys, branchevent__withdrawn_at=None,
        branchevent__on__gte=add_months(today, -REACH - 12),
    )  # fmt: skip
    for branch, kind, on in rows.values_list(
        "branchevent__branch_id", "eventkind_id", "branchevent__on"
    ):
        days[branch, kind].append(on)
    full, start = full_members(keys, today), numbers()["branch.committee_from"]
    green, yellow = numbers()["branch.life_green"], numbers()["branch.life_yellow"]
    found = {}
    for one in branches:
        since = one.opened_on or today
        standings = [
            standing_of(
                Quota(kind.code, kind.name, kind.every_months, kind.grace_months),
                days[one.pk, kind.pk], since, today,
            )
            for kind in event_kinds()
            if kind.every_months and _applies(kind, one, full.get(one.pk, 0) >= start)
        ]  # fmt: skip
        found[one.pk] = health_of(standings, green, yellow)
    return found


def _applies(kind: EventKind, branch: PartyOrganization, has_committee: bool) -> bool:
    if not branch.holds_relation:  # functional and temporary branches keep a book, no numbers
        return False
    if kind.applies_to == Applies.COMMITTEE:
        return has_committee
    return kind.applies_to != Applies.GROUPS or branch.party_groups > 0


@dataclass(frozen=True)
class BoardRow:
    """A branch with its lights, and of the last twelve months events, attendance, first items."""

    branch: PartyOrganization
    health: Health
    events: int
    first_items: int
    present: int
    called: int

    @property
    def attendance(self) -> str:
        return f"{self.present} / {self.called}" if self.called else "—"


def life_branches(user: Any) -> list[PartyOrganization]:
    """Open branches whose life ``user`` may see, in the order of their codes."""
    rows = PartyOrganization.objects.restrict(user, "see_branch_life")
    return list(rows.filter(party_kind__in=BRANCHES, closed_on=None).order_by("code"))


_ORDER = {Light.LATE: 0, Light.DUE: 1, None: 2, Light.MET: 3}


def life_board(user: Any) -> list[BoardRow]:
    """All branches in reach, the latest first; a constant number of statements."""
    branches = life_branches(user)
    lights, keys = healths(branches), [one.pk for one in branches]
    since = add_months(timezone.localdate(), -12)
    recent = counted_events().filter(branch_id__in=keys, on__gt=since).order_by()
    events = {
        pk: (n, first)
        for pk, n, first in recent.values_list("branch_id").annotate(
            n=Count("pk"), first=Count("pk", filter=~Q(first_item=""))
        )
    }
    came = _attendance(Q(event__branch_id__in=keys, event__on__gt=since), "event__branch_id")
    rows = [
        BoardRow(one, lights[one.pk], *events.get(one.pk, (0, 0)), *came.get(one.pk, (0, 0)))
        for one in branches
    ]
    rows.sort(key=lambda row: (
        _ORDER[row.health.light], -len(row.health.late), row.branch.code))  # fmt: skip
    return rows


def _attendance(where: Q, column: str) -> dict[int, tuple[int, int]]:
    """(present, called) by a column; one statement."""
    rows = Attendance.objects.filter(where, event__withdrawn_at=None).order_by()
    counted = rows.values_list(column).annotate(
        present=Count("pk", filter=Q(presence=Presence.PRESENT)), called=Count("pk")
    )
    return {key: (present, called) for key, present, called in counted}


def events_of(
    user: Any, branch: PartyOrganization, kind: EventKind | None = None
) -> "QuerySet[BranchEvent]":
    """Events of a branch by the rule, the latest first, each with how many were called and came."""
    rows = BranchEvent.objects.restrict(user, "see_branch_life").filter(branch=branch)
    if kind is not None:
        rows = rows.filter(kinds=kind)
    counted: QuerySet[BranchEvent] = rows.annotate(
        called=Count("attendance", distinct=True),
        present=Count(
            "attendance", filter=Q(attendance__presence=Presence.PRESENT), distinct=True
        ),
    ).prefetch_related("kinds").order_by("-on", "-pk")  # fmt: skip
    return counted


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
        event__branch=branch, event__on__gt=since, event__withdrawn_at=None,
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


def officer_members(branch: PartyOrganization) -> set[int]:
    """Keys of the members who hold a post of the committee today, staff and students."""
    people = [post.person_id for post in officers(branch)]
    rows = PartyMember.objects.filter(
        Q(person_id__in=people) | Q(student__user_id__in=people), left_on=None
    )
    return set(rows.values_list("pk", flat=True))


def roll_on(branch: PartyOrganization, day: dt.date) -> list[PartyMember]:
    """Members who stood in the branch on ``day``, staff first, by name; one statement. Callers
    have asked for the right to keep the life of the branch."""
    rows = PartyMember.objects.on(day).filter(
        current_branches(day, "branches__"), branches__branch=branch
    )
    found = list(rows.select_related("student", "person").distinct())
    found.sort(key=lambda one: (one.person_id is None, one.name))
    return found
