"""How often a branch meets: calendar periods, which of them had an event, the light (1.6).

Functions over dates, without a database.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from partybranch.domain.months import DAY, add_months

# How far back a rate looks; where there is a grace an event may have been taken by an earlier
# period, and the look goes further back.
WINDOW, REACH = 12, 36
# An event that has so many days left or fewer is due; before that it merely lies ahead.
SOON = 31


@dataclass(frozen=True)
class Quota:
    """One kind of event: at least once in ``every`` calendar months, and until ``grace`` months
    after the end of the period it may still be held for it."""

    code: str
    name: str
    every: int
    grace: int = 0


@dataclass(frozen=True)
class Period:
    first: dt.date
    last: dt.date
    deadline: dt.date


class Light(StrEnum):
    MET = "met"
    AHEAD = "ahead"
    DUE = "due"
    LATE = "late"


@dataclass(frozen=True)
class QuotaStanding:
    """``met`` of ``over`` periods whose deadline passed within a year; ``due_on`` the deadline of
    the first period that is open; ``held_on`` the latest event of the kind."""

    quota: Quota
    light: Light
    met: int
    over: int
    due_on: dt.date
    held_on: dt.date | None


def period_of(quota: Quota, day: dt.date) -> Period:
    """The calendar period (month, quarter, year …) of ``day``."""
    first = dt.date(day.year, (day.month - 1) // quota.every * quota.every + 1, 1)
    after = add_months(first, quota.every)
    return Period(first, after - DAY, add_months(after, quota.grace) - DAY)


def _periods(quota: Quota, since: dt.date, today: dt.date) -> Iterable[Period]:
    """Whole periods from the founding of the branch up to the one that runs."""
    start = max(since, add_months(today, -(REACH if quota.grace else WINDOW + quota.every)))
    one = period_of(quota, start)
    if one.first < start:
        one = period_of(quota, one.last + DAY)
    while one.first <= today:
        yield one
        one = period_of(quota, one.last + DAY)


def standing_of(
    quota: Quota, days: Iterable[dt.date], since: dt.date, today: dt.date
) -> QuotaStanding:
    """How ``days`` of events fulfil ``quota`` for a branch founded on ``since``.

    Each period takes the earliest event that no earlier one has taken. A missed period alarms
    until the next event of the kind; it stays in the count for a year. A period that had begun
    when the branch was founded is not asked for.
    """
    free = sorted({day for day in days if day <= today})
    held_on = free[-1] if free else None
    met = over = 0
    missed: Period | None = None
    running, is_taken = period_of(quota, today), False
    for one in _periods(quota, since, today):
        taken = next((day for day in free if one.first <= day <= one.deadline), None)
        if taken is not None:
            free.remove(taken)
        if one.deadline >= today:
            running, is_taken = one, taken is not None
            if not is_taken:
                break
        else:
            if one.deadline >= add_months(today, -WINDOW):
                over, met = over + 1, met + (taken is not None)
            missed = one if taken is None else None
    light = _light(running, is_taken, missed, held_on, today)
    return QuotaStanding(quota, light, met, over, running.deadline, held_on)


def _light(
    running: Period, is_taken: bool, missed: Period | None, held_on: dt.date | None, today: dt.date
) -> Light:
    if is_taken:
        return Light.MET
    if missed is not None and (held_on is None or held_on <= missed.last):
        return Light.LATE
    return Light.DUE if (running.deadline - today).days <= SOON else Light.AHEAD


@dataclass(frozen=True)
class Health:
    """All quotas of a branch together. ``light`` None: nothing was due yet."""

    standings: Sequence[QuotaStanding]
    met: int
    over: int
    light: Light | None

    @property
    def percent(self) -> str:
        return f"{100 * self.met / self.over:.1f}%" if self.over else "—"

    @property
    def late(self) -> list[QuotaStanding]:
        return [one for one in self.standings if one.light == Light.LATE]


def health_of(standings: Sequence[QuotaStanding], green: int, yellow: int) -> Health:
    """Met periods out of those that are over, in per cent: from ``green`` good, from ``yellow``
    to be watched, below it late (rulebook 9.4)."""
    met, over = sum(one.met for one in standings), sum(one.over for one in standings)
    if not over:
        return Health(standings, met, over, None)
    share = 100 * met
    light = (
        Light.MET if share >= green * over else Light.DUE if share >= yellow * over else Light.LATE
    )
    return Health(standings, met, over, light)
