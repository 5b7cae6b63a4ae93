"""Studies at great dates: who must, who has, who has not yet (重大节点集中学习)."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from cohorts.models import UnitTree
from partybranch.access import current_branches
from partybranch.enums import RELATION_HOLDING, Presence
from partybranch.models import Attendance, EventKind, Membership, PartyMember, PartyOrganization
from partybranch.queries.training import training_branches


def studies() -> "QuerySet[EventKind]":
    """All studies, the latest first. Their names are no secret; who has studied is restricted."""
    rows: QuerySet[EventKind] = EventKind.objects.filter(is_active=True, since__isnull=False)
    return rows.select_related("unit").order_by("-until", "-pk")


def studies_of(branch: PartyOrganization, day: dt.date) -> "QuerySet[EventKind]":
    """Studies that a branch may hold on ``day``."""
    above = UnitTree.objects.filter(descendant_id=branch.pk).values("ancestor_id")
    return studies().filter(since__lte=day, until__gte=day, unit_id__in=above)


def asked_by(user: Any, several: Sequence[EventKind]) -> dict[EventKind, list[PartyOrganization]]:
    """The branches that each study asks and whose life ``user`` may see; two statements for any
    number of studies."""
    units = {study.unit_id for study in several}
    below = set(
        UnitTree.objects.filter(ancestor_id__in=units).values_list("ancestor_id", "descendant_id")
    )
    mine = training_branches(user)
    return {study: [one for one in mine if (study.unit_id, one.pk) in below] for study in several}


def asked_branches(user: Any, study: EventKind) -> list[PartyOrganization]:
    """Branches that the study asks and whose life ``user`` may see."""
    return asked_by(user, [study])[study]


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


def rows_by_study(
    asked: Mapping[EventKind, Sequence[PartyOrganization]],
) -> dict[EventKind, list[StudyRow]]:
    """Everyone whom each study asks in these branches, those who have not studied yet first; two
    statements for any number of studies. Whoever left before the study ended is not asked; whoever
    studied in another branch has studied. Callers have asked for the right to the branches' life."""
    by_key = {one.pk: one for branches in asked.values() for one in branches}
    places = list(
        Membership.objects.filter(branch_id__in=by_key, is_relation=True)
        .select_related("member__student", "member__person")
    )  # fmt: skip
    days = _studied(asked, {one.member_id for one in places})
    found = {}
    for study, branches in asked.items():
        day = min(timezone.localdate(), study.until or timezone.localdate())
        here = {one.pk for one in branches}
        rows = [
            StudyRow(one.member, by_key[one.branch_id], days.get((study.pk, one.member_id)))
            for one in places
            if one.branch_id in here and _is_asked(one, day)
        ]
        rows.sort(key=lambda row: (row.on is not None, row.branch.code, row.member.name))
        found[study] = rows
    return found


def _is_asked(place: Membership, day: dt.date) -> bool:
    member = place.member
    stands = place.since <= day and (place.until is None or place.until >= day)
    return stands and member.joined_on <= day and (member.left_on is None or member.left_on > day)


def study_rows(study: EventKind, branches: Sequence[PartyOrganization]) -> list[StudyRow]:
    """``rows_by_study`` of one."""
    return rows_by_study({study: branches})[study]


def _studied(
    several: Collection[EventKind], members: Collection[int]
) -> dict[tuple[int, int], dt.date]:
    """(study, member) -> the first day on which he came to an event of it, within its days."""
    spans = {one.pk: (one.since, one.until) for one in several}
    rows = Attendance.objects.filter(
        member_id__in=members, presence=Presence.PRESENT, event__withdrawn_at=None,
        event__kinds__in=spans,
    ).order_by("-event__on")  # fmt: skip
    return {
        (kind, member): on
        for kind, member, on in rows.values_list("event__kinds", "member_id", "event__on")
        if spans[kind][0] <= on <= spans[kind][1]
    }


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
    running = list(studies().filter(since__lte=today, until__gte=today, unit_id__in=above))
    came = _studied(running, [place.member_id])
    return [one for one in running if (one.pk, place.member_id) not in came]


def accounts_asked() -> set[int]:
    """Accounts of all members whom a study that runs today asks and who have not come; a constant
    number of statements."""
    today = timezone.localdate()
    running = list(studies().filter(since__lte=today, until__gte=today))
    below = set(
        UnitTree.objects.filter(ancestor_id__in={one.unit_id for one in running})
        .values_list("ancestor_id", "descendant_id")
    )  # fmt: skip
    branches = PartyOrganization.objects.filter(
        party_kind__in=RELATION_HOLDING, closed_on=None, pk__in={pk for _top, pk in below}
    )
    asked = {
        study: [one for one in branches if (study.unit_id, one.pk) in below] for study in running
    }
    return {
        row.account
        for rows in rows_by_study(asked).values()
        for row in rows
        if row.on is None and row.account is not None
    }
