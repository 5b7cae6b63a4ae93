"""A request as a line of a list: the columns it is read from, and its words."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from casework.models import Request
from casework.request_enums import WAITING, RequestState
from cohorts.queries.working_days import WorkCalendar
from portal.core.listing import Listing, Value
from portal.core.ui.dates import format_day, local_days
from portal.core.ui.marks import tag_markup
from students.queries.standing import class_of

_TONES = {"sent": "due", "routed": "accent", "in_progress": "accent", "answered": "neutral",
          "closed": "ok", "withdrawn": "plain"}  # fmt: skip
LISTING = Listing(
    Request, "r",
    """JOIN casework_requestkind k ON k.code = r.kind_id
       LEFT JOIN students_student s ON s.id = r.student_id
       LEFT JOIN cohorts_unit o ON o.id = r.office_id
       LEFT JOIN cohorts_unit u ON u.id = r.unit_id
       LEFT JOIN core_user h ON h.id = r.handler_id""",
    ("r.id", "k.name", "r.text", "s.name", "r.place", "u.name",
     "coalesce(nullif(o.short_name, ''), o.name)", "h.name", "r.is_protected", "r.state",
     "r.due_on", "r.is_due_provisional", "r.sent_at", "r.recheck_on"),
    ("casework_requestevent",),
)  # fmt: skip


def more_values() -> list[Value]:
    """What depends on the day: the class of the student."""
    return [class_of("r.student_id")]


@dataclass
class Line:
    """One row, ready to show: nothing is asked for it again."""

    pk: int
    number: str
    kind: str
    text: str
    who: str
    class_name: str
    place: str
    office: str
    handler: str
    state: str
    tone: str
    due: SafeString
    is_waiting: bool
    asks: str = ""


def lines_of(rows: Sequence[Sequence[Any]], calendar: WorkCalendar) -> list[Line]:
    """Rows of ``LISTING`` with ``more_values`` in words."""
    today, language, day_of = timezone.localdate(), get_language(), local_days()
    return [_line(row, calendar, today, day_of(row[12]), language) for row in rows]


def _line(
    row: Sequence[Any], calendar: WorkCalendar, today: dt.date, sent_on: dt.date,
    language: str | None,
) -> Line:  # fmt: skip
    (pk, kind, text, student, place, unit, office, handler, is_protected, state, due_on,
     is_provisional, _sent, recheck_on, class_name) = row  # fmt: skip
    waits, asks = state in WAITING, ""
    if state == RequestState.ANSWERED:
        asks = _("Is it solved?")
    elif recheck_on and recheck_on <= today:
        asks = _("Still fine?")
    late = calendar.overdue(due_on, today) if waits and due_on < today else 0
    words = _words(late, due_on if waits else sent_on, today, language, is_waiting=waits)
    return Line(
        pk=pk, number=number_of(pk), kind=kind, text=short(text),
        who=student or (_("protected") if is_protected else ""), class_name=class_name or "",
        place=place_words(unit or "", place), office=(office or "") if not is_protected else "",
        handler=handler or "", state=state_words(state, language), tone=_TONES[state],
        due=_provisional(words) if waits and is_provisional else words, is_waiting=waits, asks=asks,
    )  # fmt: skip


def number_of(pk: int) -> str:
    return f"SQ{pk:06d}"


def short(text: str) -> str:
    """The first words of what is asked, on one line."""
    return " ".join(text.split())[:60]


def place_words(unit: str, place: str) -> str:
    """Building or room, and what was written beside it."""
    return " ".join(part for part in (unit, place) if part and part != unit) or unit


@lru_cache(maxsize=50)
def state_words(state: str, _language: str | None) -> str:
    return str(RequestState(state).label)


def tone_of(state: str) -> str:
    return _TONES[state]


@lru_cache(maxsize=2_000)
def _words(
    late: int, day: dt.date, today: dt.date, _language: str | None, *, is_waiting: bool
) -> SafeString:
    """How late it is in working days, until when it is answered, or when it was sent."""
    if late:
        words = ngettext("%(n)s working day late", "%(n)s working days late", late) % {"n": late}
        return format_html('<span class="p-late">{}</span>', words)
    if is_waiting:
        return format_html("{}", format_day(day, today=today))
    return format_html('<span class="p-text-muted">{}</span>', format_day(day, today=today))


def _provisional(words: SafeString) -> SafeString:
    return format_html(
        '{} <span class="p-sub" title="{}">{}</span>', words,
        _("No holiday table for the year yet"), pgettext("deadline", "provisional"),
    )  # fmt: skip


def table_rows(lines: Sequence[Line], *, is_own: bool) -> list[dict[str, Any]]:
    """Cells of ``casework/_request_table.html``."""
    language = get_language()
    return [_cells(line, language, is_own=is_own) for line in lines]


def _cells(line: Line, language: str | None, *, is_own: bool) -> dict[str, Any]:
    who = "" if is_own else line.who
    about = " · ".join(part for part in (line.kind, who, line.office) if part)
    return {
        "pk": line.pk,
        "text": line.text,
        "about": f"{line.kind} · {line.number}",
        "who": _beside(line.who, line.class_name),
        "place": line.place or "—",
        "office": _beside(line.office, line.handler),
        "state": _tag(line.asks or line.state, "due" if line.asks else line.tone, language),
        "due": line.due,
        "phone": format_html("{} · {}", about, line.due),
    }


@lru_cache(maxsize=200)
def _tag(words: str, tone: str, _language: str | None) -> SafeString:
    return tag_markup(words, tone)


def _beside(words: str, more: str) -> "SafeString | str":
    if not more:
        return words or "—"
    return format_html('{} <span class="p-sub">{}</span>', words or "—", more)
