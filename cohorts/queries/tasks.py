"""The inbox of tasks: mine, given by me, those of my units; what is late first.

For pages and the API alike: ``box_rows`` gives restricted rows, ``task_page`` one page of ready
words, ``box_counts`` the numbers on the tabs.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cohorts.enums import TaskState
from cohorts.models import OWN, Appointment, Task
from cohorts.task_sources import TaskLine, source_of
from portal.core.listing import Found, Listing, Order, page_of_rows
from portal.core.rows import fetch, named
from portal.core.scope import today as request_today
from portal.core.ui.dates import due_words, format_day
from portal.core.ui.marks import tag_markup

MINE, GIVEN, UNITS = "mine", "given", "units"
BOXES = (MINE, GIVEN, UNITS)
STATES = ("open", "late", "today", "week", "gap", "reported", "done", "dropped")
_OPEN = Q(done_at=None, dropped_at=None)
_LISTING = Listing(
    Task, "t",
    "LEFT JOIN core_user o ON o.id = t.owner_id LEFT JOIN core_user g ON g.id = t.given_by_id"
    " LEFT JOIN cohorts_unit un ON un.id = t.unit_id",
    ("t.id", "t.text", "t.source", "t.source_id", "t.due_on", "t.first_due_on", "t.state",
     "o.name", "g.name", "un.name", "t.done_at", "o.is_active", "o.expires_on", "t.owner_id",
     "t.version",
     """(o.id IS NOT NULL AND EXISTS (SELECT 1 FROM cohorts_appointment a WHERE a.person_id = o.id)
         AND NOT EXISTS (SELECT 1 FROM cohorts_appointment a WHERE a.person_id = o.id
                            AND a.revoked_at IS NULL AND a.starts_on <= now()::date
                            AND (a.ends_on IS NULL OR a.ends_on >= now()::date)))"""),
    ("cohorts_taskevent",),
)  # fmt: skip


def gap() -> Q:
    """Open, but nobody is there to do it: no owner and no unit, or the owner has left."""
    today = timezone.localdate()
    posts = Appointment.objects.filter(person=OuterRef("owner_id"))
    return _OPEN & (
        Q(owner=None, unit=None)
        | Q(owner__is_active=False)
        | Q(owner__expires_on__lt=today)
        | (Exists(posts) & ~Exists(posts.in_force(today)))
    )


def in_state(state: str) -> Q:
    """What ``?state=`` means; unknown words mean open."""
    today = timezone.localdate()
    known = {
        "late": _OPEN & Q(due_on__lt=today),
        "today": _OPEN & Q(due_on=today),
        "week": _OPEN & Q(due_on__gte=today, due_on__lte=today + dt.timedelta(days=7)),
        "reported": Q(state=TaskState.REPORTED),
        "done": Q(state=TaskState.DONE),
        "dropped": Q(state=TaskState.DROPPED),
    }
    return gap() if state == "gap" else known.get(state, _OPEN)


# Each box is one of the ways in which the rule lets a task be seen.
_WAYS = {MINE: "own", GIVEN: "giver", UNITS: "unit"}


def box_rows(user: Any, box: str) -> "QuerySet[Task]":
    """Tasks of one box that ``user`` may see, open and closed. Those waiting for my check are among
    the given ones: mine to follow, too."""
    found: QuerySet[Task] = Task.objects.restrict(user, "see_task", through=_WAYS[box])
    return found


@dataclass(frozen=True)
class BoxCount:
    """Open tasks of a box, and those of them that are late."""

    open: int
    late: int


def box_counts(user: Any) -> dict[str, BoxCount]:
    """Numbers on the tabs, in one statement."""
    found = dict.fromkeys(BOXES, BoxCount(0, 0))
    parts, params = [], {"today": timezone.localdate()}
    for box in BOXES:
        rows = box_rows(user, box).filter(_OPEN).order_by().values("due_on")
        try:
            sql, own = named(*rows.query.sql_with_params(), f"{box}_")
        except EmptyResultSet:
            continue
        parts.append(f"SELECT '{box}', count(*), count(*) FILTER (WHERE due_on < %(today)s)"
                     f" FROM ({sql}) {box}")  # fmt: skip
        params |= own
    for box, n, late in fetch(" UNION ALL ".join(parts), params) if parts else ():
        found[box] = BoxCount(n, late)
    return found


def open_count(user: Any) -> int:
    """Open promises of one's own: the number beside the navigation and on the workbench."""
    return box_rows(user, MINE).filter(_OPEN).count()


def titles(user: Any, named: Collection[tuple[int, str, int | None, str]]) -> dict[int, TaskLine]:
    """What tasks, given as (key, source, source key, text), are about, for this reader: one
    statement for each source among them. What is not open to the reader keeps its kind alone."""
    wanted: dict[str, list[int]] = {}
    for _pk, source, source_id, _text in named:
        if source_id is not None:
            wanted.setdefault(source, []).append(source_id)
    lines = {code: source_of(code).lines(user, ids) for code, ids in wanted.items()}
    found = {}
    for pk, source, source_id, text in named:
        line = lines.get(source, {}).get(source_id) if source_id is not None else None
        if line is None:
            label = str(source_of(source).label)
            hidden = _("%(kind)s: what it is about is not open to you") % {"kind": label}
            line = TaskLine(text or hidden)
        elif text and not line.note:
            line = replace(line, note=text)
        found[pk] = line
    return found


def task_page(
    user: Any, rows: "QuerySet[Task]", number: int, is_open: bool, total: int | None = None
) -> Found:
    """One page of restricted and narrowed ``rows`` as mappings: two statements and one for each
    source among them, one less where the ``total`` is known. Open ones by their last day, closed
    ones newest first."""
    order = Order("t.due_on, t.id" if is_open else "t.done_at DESC NULLS LAST, t.id DESC")
    found = page_of_rows(_LISTING, rows, order, number, total=total)
    about = titles(user, [(row[0], row[2], row[3], row[1]) for row in found.rows])
    language = get_language()
    shown = [_row(user, row, about[row[0]], language) for row in found.rows]
    return Found(shown, found.total, found.number, found.state, found.reach)


@lru_cache(maxsize=2_000)
def _due(
    day: dt.date, is_open: bool, is_moved: bool, today: dt.date, _language: str | None
) -> "tuple[SafeString, str]":
    """The last day as it is written, and the colour of it."""
    words, tone = due_words(day, today=today) if is_open else (format_day(day), "")
    due = format_html('<span class="p-text-{}">{}</span>', tone or "plain", words)
    if is_moved:
        due = format_html("{} {}", due, tag_markup(_("postponed"), "neutral"))
    return due, tone


def _row(user: Any, row: Sequence[Any], line: TaskLine, language: str | None) -> dict[str, Any]:
    (pk, _text, source, _source_id, due_on, first_due, state, owner, giver, unit, done_at,
     is_active, expires_on, owner_id, version, has_no_post) = row  # fmt: skip
    today, is_open = request_today(), state == TaskState.OPEN
    due, tone = _due(due_on, is_open, first_due != due_on, today, language)
    is_gap = is_open and (
        (owner is None and unit is None)
        or (owner is not None and not is_active)
        or (expires_on is not None and expires_on < today)
        or has_no_post
    )
    who = owner or (_("to be taken on") if unit else _("nobody"))
    return {
        "pk": pk,
        "title": line.title,
        "note": line.note,
        "source": "" if source == OWN else str(source_of(source).label),
        "due": due,
        "due_on": due_on,
        "who": format_html('{} <span class="p-late">{}</span>', who, _("has left: reassign"))
        if is_gap and owner
        else format_html('<span class="p-late">{}</span>', who)
        if is_gap
        else who,
        "unit": unit or "—",
        "giver": giver or _("system"),
        "state": _state(state, done_at and timezone.localdate(done_at), tone, today, language),
        "owner_name": owner or unit or _("nobody"),
        "is_mine": owner_id == user.pk,
        "is_gap": bool(is_gap),
        "version": version,
    }


def state_markup(state: str, done_at: dt.datetime | None, tone: str = "") -> Any:
    """The state as a coloured word; late ones are red whatever else."""
    done_on = done_at and timezone.localdate(done_at)
    return _state(state, done_on, tone, timezone.localdate(), get_language())


@lru_cache(maxsize=2_000)
def _state(
    state: str, done_on: dt.date | None, tone: str, today: dt.date, _language: str | None
) -> SafeString:
    words = str(TaskState(state).label)
    if state == TaskState.DONE and done_on is not None:
        words = _("done %(day)s") % {"day": format_day(done_on, today=today)}
    tones = {TaskState.DONE: "ok", TaskState.REPORTED: "due", TaskState.DROPPED: "neutral"}
    if state == TaskState.OPEN and tone == "late":
        return tag_markup(_("overdue"), "late")
    return tag_markup(words, tones.get(TaskState(state), "plain"))
