"""Studies at great dates: who must, who has, who has not yet (重大节点集中学习)."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from cohorts.models import UnitTree
from partybranch.access import current_branches
from partybranch.enums import RELATION_HOLDING, Presence
from partybranch.models import Attendance, EventKind, Membership, PartyMember, PartyOrganization


def studies() -> "QuerySet[EventKind]":
    """All studies, the latest first. Their names are no secret; who has studied is restricted."""
    rows: QuerySet[EventKind] = EventKind.objects.filter(is_active=True, since__isnull=False)
    return rows.select_related("unit").order_by("-until", "-pk")


def studies_of(branch: PartyOrganization, day: dt.date) -> "QuerySet[EventKind]":
    """Studies that a branch may hold on ``day``."""
    above = UnitTree.objects.filter(descendant_id=branch.pk).values("ancestor_id")
    return studies().filter(since__lte=day, until__gte=day, unit_id__in=above)


def asked_branches(user: Any, study: EventKind) -> list[PartyOrganization]:
    """Branches that the study asks and whose life ``user`` may see."""
    below = UnitTree.objects.filter(ancestor_id=study.unit_id).values("descendant_id")
    rows = PartyOrganization.objects.restrict(user, "see_branch_life").filter(pk__in=below)
    return list(rows.filter(party_kind__in=RELATION_HOLDING, closed_on=None).order_by("code"))


@dataclass(frozen=True)
class StudyRow:
    """One member who is asked. ``on``: the day of the event to which he came; None: not yet."""

    member: PartyMember
    branch: PartyOrganization
    on: dt.date | None

    @property
    def account(self) -> int | None:
        """The account that reads a reminder; None where the person has none."""
        one = self.member
        return one.person_id or (one.student.user_id if one.student else None)


def study_rows(study: EventKind, branches: Sequence[PartyOrganization]) -> list[StudyRow]:
    """Everyone who is asked in these branches, those who have not studied yet first; two
    statements. Whoever left before the study ended is not asked; whoever studied in another branch
    has studied. Callers have asked for the right to the life of the branches."""
    by_key = {one.pk: one for one in branches}
    day = min(timezone.localdate(), study.until or timezone.localdate())
    alive = Q(member__left_on=None) | Q(member__left_on__gt=day)
    places = list(
        Membership.objects.filter(
            current_branches(day), alive, branch_id__in=by_key, is_relation=True,
            member__joined_on__lte=day,
        ).select_related("member__student", "member__person")
    )  # fmt: skip
    days = studied_on(study, [one.member_id for one in places])
    rows = [StudyRow(one.member, by_key[one.branch_id], days.get(one.member_id)) for one in places]
    rows.sort(key=lambda row: (row.on is not None, row.branch.code, row.member.name))
    return rows


def studied_on(study: EventKind, members: Collection[int]) -> dict[int, dt.date]:
    """The first day on which each member came to an event of the study."""
    rows = Attendance.objects.filter(
        member_id__in=members, presence=Presence.PRESENT, event__withdrawn_at=None,
        event__kinds=study, event__on__gte=study.since, event__on__lte=study.until,
    ).order_by("-event__on")  # fmt: skip
    return dict(rows.values_list("member_id", "event__on"))


@dataclass(frozen=True)
class Coverage:
    """``came`` of ``asked`` members have studied."""

    study: EventKind
    came: int
    asked: int

    @property
    def percent(self) -> str:
        return f"{100 * self.came / self.asked:.1f}%" if self.asked else "—"

    @property
    def missing(self) -> int:
        return self.asked - self.came


def coverage(study: EventKind, rows: Sequence[StudyRow]) -> Coverage:
    return Coverage(study, sum(row.on is not None for row in rows), len(rows))


def open_studies_of_person(user: Any) -> list[EventKind]:
    """Studies that run today, ask this person and to which he has not come yet."""
    today = timezone.localdate()
    mine = Q(member__person=user) | Q(member__student__user=user)
    places = Membership.objects.filter(
        mine, current_branches(today), is_relation=True, member__left_on=None,
        branch__party_kind__in=RELATION_HOLDING,
    )  # fmt: skip
    place = places.first()
    if place is None:
        return []
    above = UnitTree.objects.filter(descendant_id=place.branch_id).values("ancestor_id")
    running = studies().filter(since__lte=today, until__gte=today, unit_id__in=above)
    return [one for one in running if not studied_on(one, [place.member_id])]


def accounts_asked() -> set[int]:
    """Accounts of all members whom a study that runs today asks and who have not come; a constant
    number of statements for each study."""
    today = timezone.localdate()
    found: set[int] = set()
    for study in studies().filter(since__lte=today, until__gte=today):
        below = UnitTree.objects.filter(ancestor_id=study.unit_id).values("descendant_id")
        branches = PartyOrganization.objects.filter(
            pk__in=below, party_kind__in=RELATION_HOLDING, closed_on=None
        )
        rows = study_rows(study, list(branches))
        found |= {row.account for row in rows if row.on is None and row.account is not None}
    return found
