"""Working days by the holiday table with make-up days (rulebook 0.8 and 6.5, examples 12, 13).

Whole weeks are counted by arithmetic and the rows of the table set right what differs, so that a
deadline costs the same for three days and for three hundred.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, Min

from cohorts.models import DayKind, SpecialDay
from portal.core.asks import Ask, Rows
from portal.core.scope import remembered

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Deadline:
    """``is_provisional`` (暂算): the days counted touch a year without a holiday table."""

    day: dt.date
    is_provisional: bool


@dataclass(frozen=True)
class WorkCalendar:
    """Weekdays that are off, weekend days that are worked, and the years that have a table."""

    off: tuple[dt.date, ...]
    made_up: tuple[dt.date, ...]
    years: frozenset[int]

    @classmethod
    def of(cls, rows: Iterable[tuple[dt.date, str]]) -> "WorkCalendar":
        rows = list(rows)
        return cls(
            tuple(sorted(day for day, kind in rows if kind == DayKind.OFF and day.weekday() < 5)),
            tuple(sorted(day for day, kind in rows if kind == DayKind.WORK and day.weekday() > 4)),
            frozenset(day.year for day, _kind in rows),
        )

    def is_working(self, day: dt.date) -> bool:
        return day in self.made_up if day.weekday() > 4 else day not in self.off

    def is_provisional(self, first: dt.date, last: dt.date) -> bool:
        """Whether a year between the two days has no table."""
        return any(year not in self.years for year in range(first.year, last.year + 1))

    def count(self, first: dt.date, last: dt.date) -> int:
        """Working days from ``first`` to ``last``, both included; 0 when ``last`` is earlier."""
        if last < first:
            return 0
        here = _weekdays_before(last + _DAY) - _weekdays_before(first)
        here -= sum(first <= day <= last for day in self.off)
        return here + sum(first <= day <= last for day in self.made_up)

    def last_day(self, first: dt.date, days: int) -> Deadline:
        """Last of ``days`` working days that begin on ``first``, which counts itself when it is a
        working day: the end of a public notice. ``days`` is at least 1."""
        if days < 1:
            raise ValueError("A period has at least one working day.")
        last = first
        # Each round jumps by what is missing; a span of n days never holds more than n of them.
        while (missing := days - self.count(first, last)) > 0:
            last += missing * _DAY
        return Deadline(last, self.is_provisional(first, last))

    def due_after(self, received: dt.date, days: int) -> Deadline:
        """The day by which something received on ``received`` is due within ``days`` working
        days: the day of receipt does not count. No days: the day itself."""
        return self.last_day(received + _DAY, days) if days else self.last_day(received, 1)

    def overdue(self, due_on: dt.date, today: dt.date) -> int:
        """Working days that have passed since ``due_on``; 0 on the day itself and before."""
        return self.count(due_on + _DAY, today)


def _weekdays_before(day: dt.date) -> int:
    """Mondays to Fridays before ``day`` since the beginning of the calendar, a Monday."""
    weeks, rest = divmod(day.toordinal() - 1, 7)
    return weeks * 5 + min(rest, 5)


def work_calendar() -> WorkCalendar:
    """The table as it stands; one statement, read once a request."""

    def read() -> WorkCalendar:
        return WorkCalendar.of(SpecialDay.objects.values_list("day", "kind"))

    return remembered("work calendar", read)


# The same for a page that asks for more in one statement; ``calendar_of`` takes the rows.
CALENDAR = Ask("SELECT json_build_array(day, kind) FROM cohorts_specialday")


def calendar_of(rows: Rows) -> WorkCalendar:
    return WorkCalendar.of((dt.date.fromisoformat(day), kind) for day, kind in rows)


def table_words() -> tuple[dt.date, dt.date] | None:
    """First and last day of the table, for the page that says how far it reaches."""
    found = SpecialDay.objects.aggregate(first=Min("day"), last=Max("day"))
    return (found["first"], found["last"]) if found["first"] else None
