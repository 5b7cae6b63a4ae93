"""Columns of the ledger (rulebook 3.5): on the screen those that are chosen, in the sheet all.

Each reads one value (``ledger_sql``), shows it on the screen, and writes it into the sheet, where
dates stay dates and what is unknown stays blank.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from casework.enums import Channel, Source, Stage
from casework.queries import ledger_sql as sql
from casework.queries.ledger import CHANNEL, Write, late, words_of_days
from portal.core.ui.dates import format_day
from portal.core.ui.marks import level_markup, two_key_markup

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


def say_now(levels: dict[str, str]) -> Say:
    today = timezone.localdate()
    when, owed, _coming = words_of_days(today)
    return Say(
        today, {v: str(w) for v, w in Stage.choices}, {v: str(w) for v, w in Source.choices},
        {v: str(w) for v, w in Channel.choices}, levels, when, owed,
    )  # fmt: skip


Cell = Callable[[Any, Line, Say], Any]


@dataclass(frozen=True)
class Column:
    """``sql`` empty: what the line tells. ``days``: how many places of it take today's date.
    ``is_label``: tells that, or why, somebody is a focus student; not printed from the screen."""

    code: str
    label: "str | Promise"
    show: Cell
    plain: Cell
    sql: str = ""
    days: int = 0
    sort: str = ""
    width: float = 12
    kind: str = "text"
    group: str = ""
    in_sheet: bool = True
    is_label: bool = False
    css: str = "p-nowrap"


def _text(value: Any, _line: Line, _say: Say) -> Any:
    return value or DASH


def _blank(value: Any, _line: Line, _say: Say) -> Any:
    return value or ""


def _of(name: str) -> Cell:
    return lambda _value, line, _say: getattr(line, name)


def _long(value: Any, _line: Line, _say: Say) -> Any:
    """A text that may fill a page: the beginning, the whole of it on pointing at it."""
    if not value:
        return DASH
    return format_html('<span class="p-clip" title="{}">{}</span>', value, value)


def _clipped(plain: Cell) -> Cell:
    return lambda value, line, say: _long(plain(value, line, say), line, say)


def _day(value: dt.datetime | None, _line: Line, say: Say) -> Any:
    return format_day(value, today=say.today) if value else DASH


def _date(value: dt.datetime | dt.date | None, _line: Line, _say: Say) -> Any:
    """A real date for the sheet, which knows no time zone."""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).date()
    return value or ""


def _year(value: int | None, _line: Line, _say: Say) -> Any:
    return cohort_words(value) if value else DASH


@lru_cache(maxsize=200)
def _cohort(year: int, _language: str | None) -> str:
    return _("cohort %(year)s") % {"year": year}


def cohort_words(year: int) -> str:
    """2023级."""
    return _cohort(year, get_language())


def _level(_value: Any, line: Line, _say: Say) -> Any:
    return level_markup(line.level)


def _level_word(_value: Any, line: Line, say: Say) -> Any:
    return say.levels.get(line.level, line.level)


def _owner(_value: Any, line: Line, _say: Say) -> Any:
    return line.owner or late(_("not assigned"))


def _often(days: int, _line: Line, _say: Say) -> Any:
    words = {1: _("daily"), 7: _("weekly"), 14: _("every two weeks"), 30: _("monthly")}
    return words.get(days) or ngettext("every %(n)s day", "every %(n)s days", days) % {"n": days}


def _stage(value: str, _line: Line, say: Say) -> Any:
    return say.stages.get(value, value)


def _source(value: str, _line: Line, say: Say) -> Any:
    return say.sources.get(value, value)


def advice_words(do: str, dont: str) -> str:
    parts = [_("Please do: %(text)s") % {"text": do}] if do else []
    if dont:
        parts.append(_("Please do not: %(text)s") % {"text": dont})
    return "；".join(parts)


def _advice(value: list[str], _line: Line, _say: Say) -> Any:
    return advice_words(*value)


def _measures(value: list[Any], _line: Line, _say: Say) -> Any:
    is_psych, steps, do, dont = value
    return advice_words(do, dont) if is_psych else steps or ""


def _progress(value: list[int], _line: Line, _say: Say) -> Any:
    done, total = value
    return _("plan %(done)s / %(total)s") % {"done": done, "total": total} if total else ""


def _next_step(value: list[Any] | None, _line: Line, say: Say) -> Any:
    if value is None:
        return ""
    is_psych, text, due = value
    day = format_day(dt.date.fromisoformat(due), today=say.today) if due else ""
    return day if is_psych else " ".join(part for part in (text, day) if part)


def _contact(value: list[Any], _line: Line, say: Say) -> SafeString | str:
    at, channel = value
    if at is None:
        return late(_("no record"))
    way = say.ways.get(channel, "")
    when = say.when(dt.datetime.fromisoformat(at))
    return f"{when} · {way}" if way else when


def _due(value: dt.datetime | None, _line: Line, say: Say) -> SafeString | str:
    return say.owed(value) if value else DASH


def _keys(value: list[Any] | None, _line: Line, _say: Say) -> SafeString | str:
    if value is None:
        return DASH
    sides, said = value[0], value[1] or {}
    states = [said.get(s, "waiting") if s in sides else "" for s in ("college", "academy")]
    return _pair(states[0], states[1], get_language())


@lru_cache(maxsize=64)
def _pair(college: str, academy: str, _language: str | None) -> SafeString | str:
    if college and academy:
        return two_key_markup(college, academy)
    return {"agreed": _("agreed"), "disagreed": _("disagreed")}.get(
        college or academy, _("waiting for confirmation")
    )


_WHO, _WHAT = "学生基本情况", "问题情况"
_HELP, _END = "帮扶情况", "办结情况"
COLUMNS: dict[str, Column] = {
    column.code: column
    for column in (
        Column("college", lazy("College"), _of("college"), _of("college"), width=14, group=_WHO),
        Column("academy", lazy("Academy"), _of("academy"), _of("academy"), width=10, group=_WHO),
        Column("major", lazy("Major"), _text, _blank, sql.MAJOR, width=14, group=_WHO),
        Column("cohort", pgettext_lazy("ledger", "Cohort"), _year, _year, "s.entry_year",
               width=9, kind="centre", group=_WHO),
        Column("class", lazy("Class"), _of("own"), _of("own"), width=11, group=_WHO),
        Column("category", lazy("Category"), _of("categories"), _of("categories"), width=12,
               group=_WHAT, is_label=True, css=""),
        Column("level", lazy("Level"), _level, _level_word, sort="level", width=7, kind="centre",
               group=_WHAT, is_label=True, css="p-c-level"),
        Column("problem", lazy("Problem"), _long, _blank, sql.REASON, width=26, group=_WHAT,
               is_label=True, css=""),
        Column("cause", lazy("Cause"), _text, _blank, sql.CAUSE, width=16, group=_WHAT,
               is_label=True, css=""),
        Column("source", lazy("Source"), _source, _source, "c.source", in_sheet=False,
               is_label=True),
        Column("measures", lazy("Measures"), _clipped(_measures), _measures, sql.MEASURES, width=28,
               group=_HELP, is_label=True, css=""),
        Column("advice", lazy("Advice"), _clipped(_advice), _advice, sql.ADVICE, in_sheet=False,
               css=""),
        Column("owner", lazy("Responsible"), _owner, lambda _v, line, _s: line.owner or "",
               sort="owner", width=9, group=_HELP),
        Column("contacts", lazy("Contact persons"), _text, _blank, sql.CONTACTS, days=2, width=14,
               group=_HELP, css=""),
        Column("entered", lazy("Since"), _day, _date, "c.reported_at", sort="entered", width=12,
               kind="centre", group=_HELP),
        Column("often", lazy("How often"), _often, _often, "l.contact_every_days", width=9,
               kind="centre", group=_HELP, is_label=True),
        Column("progress", pgettext_lazy("ledger", "Progress"), _clipped(_progress), _progress,
               sql.PROGRESS, width=12, group=_HELP),
        Column("next", lazy("Next step"), _clipped(_next_step), _next_step, sql.NEXT_STEP, width=20,
               group=_HELP, is_label=True, css=""),
        Column("until", lazy("Finish by"), _day, _date, sql.LAST_STEP, width=12, kind="centre",
               group=_HELP),
        Column("stage", lazy("Stage"), _stage, _stage, "c.stage", sort="stage", width=9,
               kind="centre", group=_END),
        Column("contact", lazy("Last real contact"), _contact, _blank,
               f"json_build_array(c.last_contact_at, {CHANNEL})", sort="contact", in_sheet=False),
        Column("due", lazy("Next follow-up"), _due, _date, "c.contact_due_at", sort="due",
               in_sheet=False),
        Column("keys", lazy("Both sides"), _keys, _blank, sql.KEYS, in_sheet=False, is_label=True),
        Column("closed", lazy("Closed on"), _day, _date, "c.closed_at", width=12, kind="centre",
               group=_END),
    )
}  # fmt: skip
DEFAULT = ("class", "academy", "level", "category", "stage", "owner", "contact", "due", "keys")
MOST_COLUMNS = 14


def chosen(codes: list[str]) -> list[Column]:
    """The columns of ``?columns=``, in the order of the ledger; unknown words are left out."""
    wanted = {code for text in codes for code in text.split(",")} & set(COLUMNS)
    if not wanted:
        return [COLUMNS[code] for code in DEFAULT]
    return [column for code, column in COLUMNS.items() if code in wanted][:MOST_COLUMNS]


def sheet_columns() -> list[Column]:
    return [column for column in COLUMNS.values() if column.in_sheet]
