"""Dues of all branches in reach: share of the last month, members who are behind (9.4)."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from partybranch.domain.dues_table import Behind, behind, first_of, months_behind
from partybranch.domain.months import add_months
from partybranch.enums import RELATION_HOLDING
from partybranch.models import DuesPayment, PartyOrganization
from partybranch.queries.dues import (
    DuesShare,
    ledger_starts,
    limits,
    owed_months,
    paid_months,
    places_in,
)


@dataclass(frozen=True)
class DuesLine:
    """One branch: members, the share of the last month that is over, how many are how far behind.
    ``share`` None: its dues are not kept here yet."""

    branch: PartyOrganization
    members: int
    share: DuesShare | None
    states: Counter[Behind]

    @property
    def remind(self) -> int:
        return self.states[Behind.REMIND]

    @property
    def talk(self) -> int:
        return self.states[Behind.TALK]

    @property
    def leave(self) -> int:
        return self.states[Behind.EXIT]

    @property
    def serious(self) -> int:
        """Members with whom the secretary talks, or more."""
        return self.talk + self.leave


def dues_branches(user: Any) -> list[PartyOrganization]:
    """Open branches that collect dues and whose dues ``user`` may see."""
    rows = PartyOrganization.objects.restrict(user, "see_dues")
    return list(rows.filter(party_kind__in=RELATION_HOLDING, closed_on=None).order_by("code"))


def dues_board(user: Any) -> list[DuesLine]:
    """Branches with most members behind first; a constant number of statements."""
    branches = dues_branches(user)
    keys, today = [one.pk for one in branches], timezone.localdate()
    places = list(places_in(keys).select_related("member"))
    starts, paid = ledger_starts(keys), paid_months([one.member_id for one in places])
    last = add_months(first_of(today), -1)
    members: Counter[int] = Counter()
    shares: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    states: dict[int, Counter[Behind]] = defaultdict(Counter)
    for place in places:
        key, own = place.branch_id, paid[place.member_id].keys()
        members[key] += 1
        owed = owed_months(place, starts.get(key), today)
        if last in owed:
            shares[key][0] += last in own
            shares[key][1] += 1
        states[key][behind(months_behind(owed, own, today), limits())] += 1
    lines = [
        DuesLine(
            one, members[one.pk],
            DuesShare(last, *shares[one.pk]) if one.pk in shares else None, states[one.pk],
        )
        for one in branches
    ]  # fmt: skip
    lines.sort(key=lambda line: (-line.serious, -line.remind, line.branch.code))
    return lines


def accounts_behind() -> set[int]:
    """Accounts of all members who have not paid the last month that is over: whoever is behind has
    not. Three statements for the whole school."""
    last = add_months(first_of(timezone.localdate()), -1)
    starts = ledger_starts(PartyOrganization.objects.values_list("pk", flat=True))
    keys = [pk for pk, first in starts.items() if first <= last]
    paid = DuesPayment.objects.filter(month=last, withdrawn_at=None).values("member_id")
    found = set()
    for place in places_in(keys).exclude(member_id__in=paid).select_related("member__student"):
        if last in owed_months(place, last, last):
            one = place.member
            found.add(one.person_id or (one.student.user_id if one.student else None))
    return {pk for pk in found if pk is not None}
