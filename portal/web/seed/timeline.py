"""Terms and days of the invented school, counted from today so that it always looks alive."""

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def nearest_monday(day: dt.date) -> dt.date:
    back = day.weekday()
    return day - dt.timedelta(days=back) if back <= 3 else day + dt.timedelta(days=7 - back)


def autumn_start(year: int) -> dt.date:
    """Monday of week 1: the Monday nearest to 1 September (2026: 31 August)."""
    return nearest_monday(dt.date(year, 9, 1))


def spring_start(year: int) -> dt.date:
    return nearest_monday(dt.date(year, 2, 26))


def moment(day: dt.date, hour: int, minute: int = 0, second: int = 0) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ZONE)


@dataclass(frozen=True)
class TermPlan:
    code: str
    starts_on: dt.date
    ends_on: dt.date
    weeks: int = 18


@dataclass(frozen=True)
class Timeline:
    """``year`` is the academic year that contains today; four entry years are at school."""

    today: dt.date
    year: int = field(init=False)
    terms: list[TermPlan] = field(init=False)

    def __post_init__(self) -> None:
        began = self.today >= autumn_start(self.today.year)
        year = self.today.year if began else self.today.year - 1
        object.__setattr__(self, "year", year)
        object.__setattr__(self, "terms", list(self._terms(year)))

    def _terms(self, year: int) -> list[TermPlan]:
        found = []
        for one in range(year - 3, year + 1):
            for part, start in ((1, autumn_start(one)), (2, spring_start(one + 1))):
                if start <= self.today:
                    end = start + dt.timedelta(weeks=18, days=-1)
                    found.append(TermPlan(f"{one}-{one + 1}-{part}", start, end))
        return found

    @property
    def entry_years(self) -> list[int]:
        return list(range(self.year - 3, self.year + 1))

    @property
    def academic_year(self) -> str:
        return f"{self.year}-{self.year + 1}"

    @property
    def year_starts_on(self) -> dt.date:
        return autumn_start(self.year)

    @property
    def year_ends_on(self) -> dt.date:
        return dt.date(self.year + 1, 8, 31)

    @property
    def yesterday(self) -> dt.date:
        return self.today - dt.timedelta(days=1)

    def entered_on(self, entry_year: int) -> dt.date:
        return autumn_start(entry_year)

    def finished_terms(self, entry_year: int) -> list[TermPlan]:
        """Terms since entry whose results are known: every one before the latest."""
        start = self.entered_on(entry_year)
        return [term for term in self.terms[:-1] if term.starts_on >= start]

    def attended_terms(self, entry_year: int) -> list[TermPlan]:
        start = self.entered_on(entry_year)
        return [term for term in self.terms if term.starts_on >= start]
