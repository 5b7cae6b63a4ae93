"""Dates as people write them: 5月28日, 2025年5月28日 for another year, 28 May in English."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext

from portal.core.scope import today as local_today

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS_ZH = "一二三四五六日"


def is_chinese() -> bool:
    """True when the interface language is Chinese."""
    return (get_language() or "").startswith("zh")


def local_parts(value: date | datetime) -> tuple[date, str]:
    """(local day, 'HH:MM' or '') of a date or of an aware or naive datetime."""
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            value = value.astimezone(timezone.get_default_timezone())  # there is no other
        return value.date(), f"{value.hour:02d}:{value.minute:02d}"
    return value, ""


def format_day(value: date | datetime | None, variant: str = "", today: date | None = None) -> str:
    """Write a day for people.

    ``variant`` is a comma-separated set of words: ``full`` always shows the year,
    ``weekday`` adds the day of the week, ``time`` adds hours and minutes of a datetime,
    ``month`` leaves the day out. Nothing (None, '') becomes an em dash.
    """
    if not value:
        return "—"
    day, clock = local_parts(value)
    text = _day_words(day, variant, day.year != (today or local_today()).year, is_chinese())
    return f"{text} {clock}" if clock and "time" in variant else text


@lru_cache(maxsize=4_000)
def _day_words(day: date, variant: str, is_other_year: bool, is_chinese: bool) -> str:
    words = {word.strip() for word in variant.split(",")}
    year = is_other_year or "full" in words
    if is_chinese:
        text = f"{day.month}月" if "month" in words else f"{day.month}月{day.day}日"
        text = f"{day.year}年{text}" if year else text
        if "weekday" in words:
            text += f" 周{_DAYS_ZH[day.weekday()]}"
    else:
        month = _MONTHS[day.month - 1]
        text = month if "month" in words else f"{day.day} {month}"
        text = f"{text} {day.year}" if year else text
        if "weekday" in words:
            text = f"{_DAYS[day.weekday()]} {text}"
    return text


def long_day(day: date) -> str:
    """A day in the long form of the language (``DATE_FORMAT``); of each day written once."""
    return _long_day(day, get_language())


@lru_cache(maxsize=4_000)
def _long_day(day: date, _language: str | None) -> str:
    return date_format(day, "DATE_FORMAT")


def day_gap(value: date | datetime, today: date | None = None) -> int:
    """Days from ``value`` to today: positive in the past, negative in the future."""
    return ((today or local_today()) - local_parts(value)[0]).days


def format_ago(value: date | datetime | None, today: date | None = None) -> str:
    """'today', 'yesterday', '3 days ago'; for future days 'tomorrow', 'in 3 days'."""
    if not value:
        return "—"
    return _ago_words(day_gap(value, today), get_language())


@lru_cache(maxsize=4_000)
def _ago_words(gap: int, _language: str | None) -> str:
    if gap == 0:
        return gettext("today")
    if gap == 1:
        return gettext("yesterday")
    if gap == -1:
        return gettext("tomorrow")
    if gap > 0:
        return ngettext("%(n)s day ago", "%(n)s days ago", gap) % {"n": gap}
    return ngettext("in %(n)s day", "in %(n)s days", -gap) % {"n": -gap}


def due_words(
    value: date | datetime | None, *, soon: int = 3, today: date | None = None
) -> tuple[str, str]:
    """(words, tone) for a last day: late is red, due within ``soon`` days is amber.

    A day is inclusive: something due today is not late.
    """
    if not value:
        return "—", ""
    gap = day_gap(value, today)
    if gap > 0:
        return ngettext("%(n)s day overdue", "%(n)s days overdue", gap) % {"n": gap}, "late"
    if gap == 0:
        return gettext("due today"), "due"
    if -gap <= soon:
        return ngettext("%(n)s day left", "%(n)s days left", -gap) % {"n": -gap}, "due"
    return format_day(value, today=today), ""


def local_days() -> Callable[[datetime], date]:
    """The local day of many aware datetimes: the time zone is asked for once."""
    zone = timezone.get_default_timezone()
    return lambda value: value.astimezone(zone).date()


def ago_since(today: date) -> Callable[[datetime], str]:
    """``format_ago`` for many aware datetimes."""
    day_of, language = local_days(), get_language()
    return lambda value: _ago_words((today - day_of(value)).days, language)
