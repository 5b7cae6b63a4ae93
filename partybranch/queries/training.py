"""Class hours of training by member and year against the yearly number of the rule."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, Sum
from django.utils import timezone

from cohorts.models import Parameter
from partybranch.access import current_branches
from partybranch.enums import Presence
from partybranch.models import Attendance, Membership, PartyMember, PartyOrganization
from partybranch.queries.life import life_branches, officer_members
from portal.core.scope import remembered

_FIRST = {
    "training.member_hours": 32, "training.officer_hours": 56, "training.hour_minutes": 45,
    "award.life": 25, "award.attendance": 15, "award.dues": 10, "award.development": 20,
    "award.judges": 30, "award.judges_min": 3,
}  # fmt: skip


def honour_numbers() -> dict[str, int]:
    """Numbers of training and awards; the first value where the row is missing."""

    def read() -> dict[str, int]:
        rows = Parameter.objects.filter(key__in=_FIRST).values_list("key", "value")
        return _FIRST | {key: int(value) for key, value in rows}

    return remembered("honour numbers", read)


@dataclass(frozen=True)
class HoursRow:
    """A member of the branch: ``minutes`` of training in the year, ``asked`` class hours."""

    member: PartyMember
    branch_id: int
    is_officer: bool
    minutes: int
    asked: int
    per_hour: int

    @property
    def hours(self) -> float:
        return self.minutes / self.per_hour

    @property
    def is_met(self) -> bool:
        return self.minutes >= self.asked * self.per_hour

    @property
    def missing(self) -> float:
        return max(0.0, self.asked - self.hours)


@dataclass(frozen=True)
class TrainingLine:
    """One branch: ``met`` of ``members`` have the hours of the year."""

    branch: PartyOrganization
    members: int
    met: int

    @property
    def percent(self) -> str:
        return f"{100 * self.met / self.members:.1f}%" if self.members else "—"


def trained_minutes(members: Collection[int], since: dt.date, until: dt.date) -> dict[int, int]:
    """Minutes of group study and with an expert at events to which the member came; study on one's
    own is not counted. One statement."""
    rows = Attendance.objects.filter(
        member_id__in=members, presence=Presence.PRESENT, event__withdrawn_at=None,
        event__on__gte=since, event__on__lte=until,
    )  # fmt: skip
    found = rows.order_by().values_list("member_id").annotate(
        n=Sum(F("event__group_study") + F("event__expert_study"))
    )  # fmt: skip
    return dict(found)


def hours_in(branches: Sequence[PartyOrganization], year: int) -> list[HoursRow]:
    """Members of today whose relation is in these branches, those furthest behind first; a constant
    number of statements. Callers have asked for the right to the life of the branches."""
    keys = [one.pk for one in branches if one.holds_relation]
    day = timezone.localdate()
    alive = Q(member__left_on=None) | Q(member__left_on__gt=day)
    places = list(
        Membership.objects.filter(current_branches(day), alive, branch_id__in=keys, is_relation=True)
        .select_related("member__student", "member__person")
    )  # fmt: skip
    minutes = trained_minutes(
        [one.member_id for one in places], dt.date(year, 1, 1), dt.date(year, 12, 31)
    )
    known, leading = honour_numbers(), officer_members(keys)
    rows = []
    for one in places:
        leads = one.member_id in leading
        asked = known["training.officer_hours" if leads else "training.member_hours"]
        rows.append(HoursRow(one.member, one.branch_id, leads, minutes.get(one.member_id, 0), asked,
                             known["training.hour_minutes"]))  # fmt: skip
    rows.sort(key=lambda row: (-row.missing, row.member.name))
    return rows


def certificates_of(branch: PartyOrganization, year: int) -> list[Attendance]:
    """Certificates given in the year to members of today whose relation is in the branch, the latest
    first; one statement. Callers as above."""
    day = timezone.localdate()
    here = Membership.objects.filter(current_branches(day), branch=branch, is_relation=True)
    rows = Attendance.objects.filter(
        member__in=here.values("member"), event__withdrawn_at=None, certificate_on__year=year
    ).exclude(certificate_no="")  # fmt: skip
    named = rows.select_related("member__student", "member__person", "event")
    return list(named.order_by("-certificate_on", "certificate_no", "pk"))


def training_branches(user: Any) -> list[PartyOrganization]:
    """Open branches that hold relations and whose life ``user`` may see."""
    return [one for one in life_branches(user) if one.holds_relation]


def training_board(branches: Sequence[PartyOrganization], year: int) -> list[TrainingLine]:
    """Branches with most members behind first; sums of the very rows that a branch page lists."""
    found: dict[int, list[HoursRow]] = {one.pk: [] for one in branches}
    for row in hours_in(branches, year):
        found[row.branch_id].append(row)
    lines = [
        TrainingLine(one, len(found[one.pk]), sum(row.is_met for row in found[one.pk]))
        for one in branches
    ]
    lines.sort(key=lambda line: (line.met - line.members, line.branch.code))
    return lines
