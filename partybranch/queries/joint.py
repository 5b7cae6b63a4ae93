"""Events that several branches held together: one entry that counts in the book of each of them
(systems 21, 70).

It counts for the branch that entered it, and for a branch that is named once a member of that
branch is entered as present. Attendance belongs to the branches in which the member stood that day.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from cohorts.enums import UnitKind
from partybranch.access import current_branches
from partybranch.enums import BRANCHES, Presence
from partybranch.models import (
    Attendance,
    BranchEvent,
    Membership,
    PartyLink,
    PartyMember,
    PartyOrganization,
)
from partybranch.queries.branches import committee_of
from portal.core.access import reaches_one
from portal.core.rows import array_of, fetch

_NAMED: Any = BranchEvent.partners.through
# The member of attendance ``a`` stood in the branch ``unit_id`` on the day of event ``e``.
_STOOD = """EXISTS (SELECT 1 FROM partybranch_membership h
                     WHERE h.member_id = a.member_id AND h.branch_id = {unit} AND h.since <= e.on
                       AND (h.until IS NULL OR h.until >= e.on))"""
# Events that count, each as often as branches held it.
HELD = f"""
    SELECT e.branch_id AS unit_id, e.id, e.on, e.first_item, e.audience,
           e.id IN (SELECT branchevent_id FROM partybranch_branchevent_partners) AS is_joint
      FROM partybranch_branchevent e WHERE e.withdrawn_at IS NULL
     UNION ALL
    SELECT p.partyorganization_id, e.id, e.on, e.first_item, e.audience, true
      FROM partybranch_branchevent_partners p
      JOIN partybranch_branchevent e ON e.id = p.branchevent_id
     WHERE e.withdrawn_at IS NULL AND EXISTS (
           SELECT 1 FROM partybranch_attendance a
            WHERE a.event_id = e.id AND a.presence = '{Presence.PRESENT.value}'
              AND {_STOOD.format(unit="p.partyorganization_id")})
"""
_TALLIES = f"""
    SELECT e.unit_id, count(*), count(*) FILTER (WHERE e.first_item <> ''),
           sum(came.present)::bigint, sum(came.called)::bigint, sum(e.audience)::bigint
      FROM ({HELD}) e
      LEFT JOIN LATERAL (
           SELECT count(*) FILTER (WHERE a.presence = %(present)s) AS present, count(*) AS called
             FROM partybranch_attendance a
            WHERE a.event_id = e.id
              AND (NOT e.is_joint OR {_STOOD.format(unit="e.unit_id")})) came ON true
     WHERE e.unit_id = ANY(%(units)s::bigint[]) AND e.on >= %(since)s AND e.on <= %(until)s
     GROUP BY 1
"""
_KINDS = f"""
    SELECT e.unit_id, k.name, count(*) FROM ({HELD}) e
      JOIN partybranch_branchevent_kinds n ON n.branchevent_id = e.id
      JOIN partybranch_eventkind k ON k.id = n.eventkind_id
     WHERE e.unit_id = ANY(%(units)s::bigint[]) AND e.on >= %(since)s AND e.on <= %(until)s
     GROUP BY 1, k.id ORDER BY 1, k."order", k.id
"""


@dataclass(frozen=True)
class Tally:
    """Events of a branch in a span: how many, with a first item; who of the branch came and was
    called; the audience."""

    events: int = 0
    first_items: int = 0
    present: int = 0
    called: int = 0
    audience: int = 0


def _span(branches: Collection[int], since: dt.date, until: dt.date) -> dict[str, Any]:
    return {"units": array_of(branches), "since": since, "until": until}


def tallies(branches: Collection[int], since: dt.date, until: dt.date) -> dict[int, Tally]:
    """Events of these branches in the days from ``since`` to ``until``; one statement. Callers have
    asked for the right to the life of the branches."""
    asked = _span(branches, since, until) | {"present": Presence.PRESENT.value}
    return {pk: Tally(*numbers) for pk, *numbers in fetch(_TALLIES, asked)}


def kinds_held(
    branches: Collection[int], since: dt.date, until: dt.date
) -> dict[int, list[list[Any]]]:
    """[kind, how many events] of each branch in the order of the kinds; callers as above."""
    found: dict[int, list[list[Any]]] = {pk: [] for pk in branches}
    for pk, name, n in fetch(_KINDS, _span(branches, since, until)):
        found[pk].append([name, n])
    return found


def held_from(branches: Collection[int], day: dt.date) -> list[PartyOrganization]:
    """Those of the branches in whose books an event of ``day`` or later counts."""
    rows = fetch(
        f"""SELECT DISTINCT e.unit_id FROM ({HELD}) e
             WHERE e.unit_id = ANY(%(units)s::bigint[]) AND e.on >= %(since)s""",
        {"units": array_of(branches), "since": day},
    )
    return list(PartyOrganization.objects.filter(pk__in=[pk for (pk,) in rows]))


def with_audience(user: Any, branches: Collection[int], year: int) -> list[BranchEvent]:
    """Events of the year with an audience that these branches entered or held together, by the rule,
    the latest first; two statements."""
    named = _NAMED.objects.filter(partyorganization__in=branches).order_by()
    near = Q(branch__in=branches) | Q(pk__in=named.values("branchevent_id"))
    rows = BranchEvent.objects.restrict(user, "see_branch_life").filter(
        near, audience__gt=0, withdrawn_at=None, on__year=year
    )
    return list(rows.select_related("branch").prefetch_related("kinds").order_by("-on", "-pk"))


def keys_of(branch: PartyOrganization) -> "QuerySet[Any, Any]":
    """Keys of the events that the branch entered, and of those in which it is named."""
    own = BranchEvent.objects.filter(branch=branch).order_by().values("pk")
    named = _NAMED.objects.filter(partyorganization=branch).order_by().values("branchevent_id")
    return own.union(named, all=True)  # type: ignore[no-any-return]


def of_side(branch: PartyOrganization) -> Q:
    """Attendance that belongs to the branch: all at an event it held alone, that of its own members
    at one it held with others."""
    stood = Membership.objects.filter(
        Q(until=None) | Q(until__gte=OuterRef("event__on")), branch=branch,
        member=OuterRef("member"), since__lte=OuterRef("event__on"),
    )  # fmt: skip
    return ~Exists(_NAMED.objects.filter(branchevent=OuterRef("event"))) | Exists(stood)


@dataclass(frozen=True)
class Side:
    """One branch at a joint event. ``called`` 0: its attendance is not entered yet; ``entry_reason``:
    why it was entered late; ``members``: keys of those who stood in it."""

    branch: PartyOrganization
    present: int
    called: int
    entry_reason: str = ""
    members: frozenset[int] = frozenset()


def sides_of(event: BranchEvent, came: Collection[Attendance]) -> list[Side]:
    """The branches of a joint event with who of their members came, the one that entered it first;
    empty where it was held alone. Two statements."""
    partners = list(event.partners.order_by("code"))
    if not partners:
        return []
    places = set(
        Membership.objects.filter(
            current_branches(event.on), branch__in=[event.branch, *partners],
            member__in=[one.member_id for one in came],
        ).values_list("branch_id", "member_id")
    )  # fmt: skip
    found = []
    for branch in (event.branch, *partners):
        rows = [one for one in came if (branch.pk, one.member_id) in places]
        present = sum(one.presence == Presence.PRESENT for one in rows)
        why = next((one.entry_reason for one in rows if one.entry_reason), "")
        members = frozenset(one.member_id for one in rows)
        why = why if branch != event.branch else ""
        found.append(Side(branch, present, len(rows), why, members))
    return found


def branches_held(
    user: Any, action: str, event: BranchEvent, sides: Sequence[Side]
) -> list[PartyOrganization]:
    """Those of the branches that held the event on which ``user`` holds ``action``, the one that
    entered it first. One question per branch."""
    several = [one.branch for one in sides] or [event.branch]
    return [one for one in several if reaches_one(PartyOrganization, user, action, one.pk)]


def members_in(
    event: BranchEvent, came: Sequence[Attendance], sides: Sequence[Side],
    branches: Collection[PartyOrganization],
) -> frozenset[int]:  # fmt: skip
    """Keys of those of ``came`` who stood in one of ``branches``; whoever stood in none of the
    branches that held the event belongs to the one that entered it."""
    found = [one.members for one in sides if one.branch in branches]
    if event.branch in branches:
        placed = frozenset[int]().union(*(one.members for one in sides))
        found.append(frozenset(one.member_id for one in came) - placed)
    return frozenset[int]().union(*found)


def readable(
    user: Any, event: BranchEvent, came: Sequence[Attendance], sides: Sequence[Side]
) -> list[Attendance]:
    """``came`` as ``user`` reads it: why somebody was on leave, and the number of a certificate,
    only of members of the branches whose book he reads; of others whether they came. The rows are
    copies to be shown, not to be saved."""
    told = members_in(event, came, sides, branches_held(user, "see_branch_life", event, sides))
    shown = [copy(one) for one in came]
    for one in shown:
        if one.member_id not in told:
            one.reason = one.certificate_no = ""
    return shown


def roll_of(branches: Collection[PartyOrganization], day: dt.date) -> set[int]:
    """Keys of the members who stood in one of the branches on the day."""
    rows = PartyMember.objects.on(day).filter(
        current_branches(day, "branches__"), branches__branch__in=branches
    )
    return set(rows.values_list("pk", flat=True))


def _of_committee(branch: PartyOrganization) -> Q:
    """Branches for which the same committee approves; none where no committee does."""
    committee = committee_of(branch)
    if committee is None:
        return Q(pk__in=[])
    below = Q(approving_committee=None, above__ancestor_id=committee.pk)
    return Q(approving_committee=committee) | below


def possible_partners(
    branch: PartyOrganization, day: dt.date, named: Collection[int] = ()
) -> "QuerySet[Any]":
    """Branches that may be named on ``day``: open, and under the committee that approves for this
    branch, or linked with it that day (1+X) from either side; and those ``named`` before.
    ``is_near`` of each: under the same committee; these come first."""
    running = PartyLink.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day, revoked_at=None
    ).order_by()
    ours = running.filter(branch=branch, unit__kind=UnitKind.PARTY).values("unit_id")
    theirs = running.filter(unit=branch).values("branch_id")
    near = PartyOrganization.objects.filter(_of_committee(branch)).order_by().values("pk")
    rows = PartyOrganization.objects.filter(
        Q(pk__in=ours) | Q(pk__in=theirs) | Q(pk__in=near),
        Q(opened_on=None) | Q(opened_on__lte=day), Q(closed_on=None) | Q(closed_on__gte=day),
        party_kind__in=BRANCHES,
    ).exclude(pk=branch.pk)  # fmt: skip
    offered = Q(pk__in=rows.order_by().values("pk")) | Q(pk__in=named)
    is_near = ExpressionWrapper(Q(pk__in=near), output_field=BooleanField())
    found = PartyOrganization.objects.filter(offered).annotate(is_near=is_near)
    return found.order_by("-is_near", "code")
