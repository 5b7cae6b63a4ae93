"""How much a member pays, and since when somebody is behind (党费规定; rulebook 1.6). No database."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from partybranch.domain.months import add_months

# Monthly income after tax up to (None: above all), and the share of it.
TABLE: tuple[tuple[Decimal | None, Decimal], ...] = (
    (Decimal(3000), Decimal("0.005")),
    (Decimal(5000), Decimal("0.01")),
    (Decimal(10000), Decimal("0.015")),
    (None, Decimal("0.02")),
)
_CENT = Decimal("0.01")


def staff_dues(income: Decimal) -> Decimal:
    """Monthly dues of a member with a salary: the share of its bracket, of the whole income."""
    share = next(rate for limit, rate in TABLE if limit is None or income <= limit)
    return (income * share).quantize(_CENT, ROUND_HALF_UP)


def first_of(day: dt.date) -> dt.date:
    return day.replace(day=1)


def months_from(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The first days of all months from that of ``first`` to that of ``last``."""
    month = first_of(first)
    while month <= last:
        yield month
        month = add_months(month, 1)


class Behind(StrEnum):
    """One month late: a reminder; three: the secretary talks; six: possible self-exit (党章9)."""

    NOT = "not"
    REMIND = "remind"
    TALK = "talk"
    EXIT = "exit"


@dataclass(frozen=True)
class Limits:
    """After how many unpaid months in a row each of them begins."""

    remind: int = 1
    talk: int = 3
    leave: int = 6


def months_behind(owed: Collection[dt.date], paid: Collection[dt.date], today: dt.date) -> int:
    """Unpaid months in a row up to the last one that is over; the running month is not late."""
    count, month = 0, add_months(first_of(today), -1)
    while month in owed and month not in paid:
        count, month = count + 1, add_months(month, -1)
    return count


def behind(months: int, limits: Limits) -> Behind:
    if months >= limits.leave:
        return Behind.EXIT
    if months >= limits.talk:
        return Behind.TALK
    return Behind.REMIND if months >= limits.remind else Behind.NOT
