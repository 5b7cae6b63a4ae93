"""Month arithmetic of the rules (rulebook 0.11): same day of a later month, clamped to its end."""

import calendar
import datetime as dt

DAY = dt.timedelta(days=1)


def add_months(day: dt.date, months: int) -> dt.date:
    """31 January + 1 month is 28 or 29 February. “Within one month” includes the day returned."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


def months_between(first: dt.date, after: dt.date) -> tuple[int, int]:
    """(whole months, days over) from ``first`` to ``after``, the day on which it is over."""
    months = (after.year - first.year) * 12 + after.month - first.month
    while months > 0 and add_months(first, months) > after:
        months -= 1
    months = max(months, 0)
    return months, max((after - add_months(first, months)).days, 0)


def years_old(born_on: dt.date, on: dt.date) -> int:
    """Completed years on a day; who was born on 29 February has the birthday on the 28th or 29th."""
    years = on.year - born_on.year
    return years if add_months(born_on, years * 12) <= on else years - 1
