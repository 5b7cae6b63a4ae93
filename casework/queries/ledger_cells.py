"""What stands in the cells of the ledger: on the screen, and plain in the sheet, where dates stay
dates and what is unknown stays blank."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from casework.enums import Channel, Source, Stage
from casework.queries.ledger import Write, late, words_of_days
from portal.core.ui.dates import format_day
from portal.core.ui.marks import level_markup, two_key_markup
from portal.core.ui.words import choice_words

DASH = "—"


@dataclass(slots=True)
class Line:
    """One case as every column knows it."""

    pk: int
    number: str
    name: str
    level: str
    owner: str | None
    categories: str
    own: str
    college: str
    academy: str
    last: dt.datetime | None


@dataclass(frozen=True)
class Say:
    """Words of the reader's language that repeat in every row."""

    today: dt.date
    stages: dict[str, str]
    sources: dict[str, str]
    ways: dict[str, str]
    levels: dict[str, str]
    when: Write
    owed: Write
    language: str | None
    # Badges by level, filled as they are met.
    marks: dict[str, SafeString]


def say_now(levels: dict[str, str]) -> Say:
    today = timezone.localdate()
    when, owed, _coming = words_of_days(today)
    return Say(
        today, choice_words(Stage), choice_words(Source), choice_words(Channel), levels, when, owed,
        get_language(), {},
    )  # fmt: skip


Cell = Callable[[Any, Line, Say], Any]


def text(value: Any, _line: Line, _say: Say) -> Any:
    return value or DASH


def blank(value: Any, _line: Line, _say: Say) -> Any:
    return value or ""


def of(name: str) -> Cell:
    return lambda _value, line, _say: getattr(line, name)


def long(value: Any, _line: Line, _say: Say) -> Any:
    """A text that may fill a page: the beginning, the whole of it on pointing at it."""
    if not value:
        return DASH
    return format_html('<span class="p-clip" title="{}">{}</span>', value, value)


def text_of(plain: Cell) -> Cell:
    """The plain words, a dash for none."""
    return lambda value, line, say: plain(value, line, say) or DASH


def clipped(plain: Cell) -> Cell:
    return lambda value, line, say: long(plain(value, line, say), line, say)


def day(value: dt.datetime | None, _line: Line, say: Say) -> Any:
    return format_day(value, today=say.today) if value else DASH


def date(value: dt.datetime | dt.date | None, _line: Line, _say: Say) -> Any:
    """A real date for the sheet, which knows no time zone."""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).date()
    return value or ""


def year(value: int | None, _line: Line, say: Say) -> Any:
    return _cohort(value, say.language) if value else DASH


@lru_cache(maxsize=200)
def _cohort(year: int, _language: str | None) -> str:
    """2023级."""
    return _("cohort %(year)s") % {"year": year}


def level(_value: Any, line: Line, say: Say) -> Any:
    mark = say.marks.get(line.level)
    if mark is None:
        mark = say.marks[line.level] = level_markup(line.level)
    return mark


def level_word(_value: Any, line: Line, say: Say) -> Any:
    return say.levels.get(line.level, line.level)


def owner(_value: Any, line: Line, _say: Say) -> Any:
    return line.owner or late(_("not assigned"))


def often(days: int, _line: Line, _say: Say) -> Any:
    words = {1: _("daily"), 7: _("weekly"), 14: _("every two weeks"), 30: _("monthly")}
    return words.get(days) or ngettext("every %(n)s day", "every %(n)s days", days) % {"n": days}


def stage(value: str, _line: Line, say: Say) -> Any:
    return say.stages.get(value, value)


def source(value: str, _line: Line, say: Say) -> Any:
    return say.sources.get(value, value)


def advice_words(do: str, dont: str) -> str:
    parts = [_("Please do: %(text)s") % {"text": do}] if do else []
    if dont:
        parts.append(_("Please do not: %(text)s") % {"text": dont})
    return "；".join(parts)


def advice(value: list[str], _line: Line, _say: Say) -> Any:
    return advice_words(*value)


def measures(value: list[Any], _line: Line, _say: Say) -> Any:
    is_psych, steps, do, dont = value
    return advice_words(do, dont) if is_psych else steps or ""


def progress(value: list[int], _line: Line, _say: Say) -> Any:
    done, total = value
    return _("plan %(done)s / %(total)s") % {"done": done, "total": total} if total else ""


def next_step(value: list[Any] | None, _line: Line, say: Say) -> Any:
    if value is None:
        return ""
    is_psych, text, due = value
    day = format_day(dt.date.fromisoformat(due), today=say.today) if due else ""
    return day if is_psych else " ".join(part for part in (text, day) if part)


def contact(channel: str | None, line: Line, say: Say) -> SafeString | str:
    if line.last is None:
        return late(_("no record"))
    way = say.ways.get(channel or "", "")
    when = say.when(line.last)
    return f"{when} · {way}" if way else when


def due(value: dt.datetime | None, _line: Line, say: Say) -> SafeString | str:
    return say.owed(value) if value else DASH


def keys(value: str | None, _line: Line, say: Say) -> SafeString | str:
    return DASH if value is None else _pair(*_said(value), say.language)


@lru_cache(maxsize=512)
def _said(text: str) -> tuple[str, str]:
    """What college and academy said, from the text of ``ledger_sql.KEYS``: row after row the same
    few."""
    sides, given = json.loads(text)
    college, academy = (
        (given or {}).get(side, "waiting") if side in sides else ""
        for side in ("college", "academy")
    )
    return college, academy


@lru_cache(maxsize=64)
def _pair(college: str, academy: str, _language: str | None) -> SafeString | str:
    if college and academy:
        return two_key_markup(college, academy)
    return {"agreed": _("agreed"), "disagreed": _("disagreed")}.get(
        college or academy, _("waiting for confirmation")
    )
