"""Dues as pages and reminders count them: who owes which month, who is behind (rulebook 1.6)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from cohorts.models import Parameter
from partybranch.domain.dues_table import (
    Behind,
    Limits,
    behind,
    first_of,
    months_behind,
    months_from,
)
from partybranch.domain.months import DAY, add_months
from partybranch.enums import RELATION_HOLDING
from partybranch.models import DuesPayment, DuesRate, Membership, PartyMember, PartyOrganization
from partybranch.queries.rules import numbers
from portal.core.scope import remembered


def student_dues() -> Decimal:
    """What a student without income pays each month (parameter ``dues.student``)."""

    def read() -> Decimal:
        value = Parameter.objects.filter(key="dues.student").values_list("value", flat=True).first()
        return Decimal(value if value is not None else "0.2").quantize(Decimal("0.01"))

    return remembered("student dues", read)


def limits() -> Limits:
    known = numbers()
    return Limits(
        known["dues.remind_months"], known["dues.secretary_months"], known["dues.exit_months"]
    )


def _in_month(month: dt.date) -> Q:
    """Relations that stood on the last day of a month: that branch collects it."""
    last = add_months(month, 1) - DAY
    return Q(since__lte=last) & (Q(until=None) | Q(until__gte=last))


def payers_in(branch: PartyOrganization, month: dt.date) -> set[int]:
    """Keys of the members of whom this branch collects the dues of ``month``."""
    last = add_months(first_of(month), 1) - DAY
    rows = Membership.objects.filter(
        _in_month(first_of(month)), branch=branch, is_relation=True, member__joined_on__lte=last
    )
    left = Q(member__left_on=None) | Q(member__left_on__gt=first_of(month))
    return set(rows.filter(left).values_list("member_id", flat=True))


def amounts_in(members: Iterable[PartyMember], month: dt.date) -> dict[int, Decimal]:
    """Monthly dues by member in a month; staff for whom none are set are left out."""
    rows = list(members)
    rates: dict[int, Decimal] = {}
    known = DuesRate.objects.filter(member__in=rows, since__lte=month).order_by("since")
    for key, amount in known.values_list("member_id", "amount"):
        rates[key] = amount
    return {
        one.pk: student_dues() if one.student_id else rates[one.pk]
        for one in rows
        if one.student_id or one.pk in rates
    }


def unpaid_in(branch: PartyOrganization, month: dt.date) -> list[PartyMember]:
    """Members of whom this branch collects ``month`` and who have not paid it, by name."""
    here = payers_in(branch, month)
    paid = DuesPayment.objects.filter(member_id__in=here, month=month, withdrawn_at=None)
    rows = PartyMember.objects.filter(pk__in=here).exclude(pk__in=paid.values("member_id"))
    found = list(rows.select_related("student", "person"))
    found.sort(key=lambda one: (one.person_id is None, one.name))
    return found


@dataclass(frozen=True)
class DuesRow:
    """A member with the months of a year: ``cells`` (month, payment or None, is it owed).
    ``months`` unpaid in a row up to the last one over."""

    member: PartyMember
    amount: Decimal | None
    cells: list[tuple[dt.date, Any, bool]]
    months: int
    state: Behind

    @property
    def paid(self) -> Decimal:
        return sum((one.amount for _month, one, _owed in self.cells if one), Decimal(0))


def ledger_starts(branches: Collection[int]) -> dict[int, dt.date]:
    """Since which month each branch keeps its dues here; before that nothing is owed to the
    portal. Branches without a payment are left out."""
    rows = DuesPayment.objects.filter(branch_id__in=branches, withdrawn_at=None).order_by()
    return dict(rows.values_list("branch_id").annotate(first=Min("month")))


def owed_months(place: Membership, start: dt.date | None, today: dt.date) -> set[dt.date]:
    """Months that a member owes the branch: from the month of the branch meeting that admitted
    him, or of the move to this branch, and not before the ledger begins."""
    if start is None:
        return set()
    joined = place.member.joined_on
    first = max(first_of(joined), start)
    if place.since > joined:
        first = max(first, first_of(place.since))
    left = place.member.left_on
    return set(months_from(first, min(today, left - DAY) if left else today))


def places_in(branches: Collection[int]) -> "QuerySet[Membership]":
    """Relations of today in these branches, as far as they collect dues."""
    rows: QuerySet[Membership] = Membership.objects.filter(
        branch_id__in=branches, is_relation=True, until=None, since__lte=timezone.localdate(),
        branch__party_kind__in=RELATION_HOLDING,
    )  # fmt: skip
    return rows


def paid_months(members: Collection[int]) -> dict[int, dict[dt.date, DuesPayment]]:
    """Payments by member and month; one statement."""
    found: dict[int, dict[dt.date, DuesPayment]] = defaultdict(dict)
    for one in DuesPayment.objects.filter(member_id__in=members, withdrawn_at=None):
        found[one.member_id][one.month] = one
    return found


def dues_of(branch: PartyOrganization, year: int) -> list[DuesRow]:
    """Members of today with the months of ``year``, those furthest behind first; a constant number
    of statements. Callers have asked for the right to the dues of the branch."""
    today = timezone.localdate()
    places = list(places_in([branch.pk]).select_related("member__student", "member__person"))
    members = [one.member for one in places]
    amounts = amounts_in(members, first_of(today))
    paid = paid_months([one.pk for one in members])
    start = ledger_starts([branch.pk]).get(branch.pk)
    months = [dt.date(year, month, 1) for month in range(1, 13)]
    found = []
    for place in places:
        own, owed = paid[place.member_id], owed_months(place, start, today)
        late = months_behind(owed, own.keys(), today)
        found.append(DuesRow(
            place.member, amounts.get(place.member_id),
            [(month, own.get(month), month in owed) for month in months], late,
            behind(late, limits()),
        ))  # fmt: skip
    found.sort(key=lambda row: (-row.months, row.member.person_id is None, row.member.name))
    return found


@dataclass(frozen=True)
class DuesShare:
    """Of the dues of one month: ``paid`` of ``owed`` members."""

    month: dt.date
    paid: int
    owed: int

    @property
    def percent(self) -> str:
        return f"{100 * self.paid / self.owed:.1f}%" if self.owed else "—"


def share_of(rows: Sequence[DuesRow], month: dt.date) -> DuesShare:
    cells = [
        cell for row in rows for cell in row.cells if cell[0] == month and (cell[2] or cell[1])
    ]
    # Whoever paid without owing (in advance, from another branch) counts on both sides.
    return DuesShare(month, sum(one is not None for _month, one, _owed in cells), len(cells))


@dataclass(frozen=True)
class OwnDues:
    """The own dues of a member: where, how much a month, what is paid, unpaid months in a row."""

    branch: PartyOrganization
    amount: Decimal | None
    paid: list[DuesPayment]
    unpaid: list[dt.date]
    months: int


def own_dues(user: Any) -> OwnDues | None:
    """Of this person, staff or student; None for one who is no member of a branch that collects."""
    mine = Q(member__person=user) | Q(member__student__user=user)
    rows = Membership.objects.filter(
        mine, is_relation=True, until=None, member__left_on=None,
        branch__party_kind__in=RELATION_HOLDING,
    )  # fmt: skip
    place = rows.select_related("branch", "member").first()
    if place is None:
        return None
    today, member = timezone.localdate(), place.member
    own = paid_months([member.pk])[member.pk]
    owed = owed_months(place, ledger_starts([place.branch_id]).get(place.branch_id), today)
    months = months_behind(owed, own.keys(), today)
    start = add_months(first_of(today), -months)
    unpaid = [month for month in sorted(owed) if month not in own and month >= start]
    paid = sorted(own.values(), key=lambda one: one.month, reverse=True)[:12]
    amount = amounts_in([member], first_of(today)).get(member.pk)
    return OwnDues(place.branch, amount, paid, unpaid, months)
