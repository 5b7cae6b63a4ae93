"""The list of silence: open cases without real contact by anyone (rulebook 3.2; design 6).

A tick without content is no contact, nor is an event about more students than one room holds
(``FollowUp.is_real``). Who was never contacted is silent since the report.
"""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThan
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.enums import Channel
from casework.models import Case, CaseLevel
from casework.queries.ledger import contact_words
from portal.core.access import reach_statement
from portal.core.listing import (
    Found,
    Listing,
    Order,
    Value,
    digest,
    page_of_rows,
    reached_page,
)
from portal.core.rows import fetch
from portal.core.ui.dates import day_gap, local_days
from portal.core.ui.marks import level_markup
from portal.core.ui.words import choice_words
from portal.core.unchanged import kept_in_state
from students.enums import Tree
from students.queries.listing import STANDS_IN
from students.queries.unit_words import STATE, unit_words

# Offered beside the rhythm of the levels.
CHOICES = (7, 14, 30, 60)
MOST_DAYS = 3650


def silent_for(days: int | None = None, today: dt.date | None = None) -> Q:
    """Cases whose last real contact lies more than ``days`` days back, or more than their own
    level's rhythm. A contact of the day N days ago still keeps a rhythm of N days."""
    since = Coalesce("last_contact_at", "reported_at")
    found = Q(pk__in=[])
    for code, start in _starts(days, today or timezone.localdate()).items():
        found |= Q(LessThan(since, start), level=code)
    return found


def _starts(days: int | None, today: dt.date) -> dict[str, dt.datetime]:
    """By level: who had no contact since this moment is silent."""
    rhythm = CaseLevel.objects.values_list("pk", "contact_every_days")
    return {code: _start(today, every if days is None else days) for code, every in rhythm}


def _start(today: dt.date, days: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(today - dt.timedelta(days=days), dt.time()))


# The contact that the case's clock counts, with who made it.
_LAST = """(SELECT ARRAY[f.channel, w.name, f.author_role]
    FROM casework_followup f JOIN core_user w ON w.id = f.author_id
   WHERE f.student_id = c.student_id AND f.is_real AND f.happened_at = c.last_contact_at
   ORDER BY f.id DESC LIMIT 1)"""
SILENT = Listing(
    Case, "c",
    "JOIN students_student s ON s.id = c.student_id LEFT JOIN core_user o ON o.id = c.owner_id",
    ("c.id", "s.student_no", "s.name", "c.level_id", "o.name", "c.last_contact_at",
     "c.reported_at", _LAST),
    ("casework_caseevent", "students_placementevent"), wide=60, wide_reach=500,
)  # fmt: skip
LONGEST = Order("coalesce(c.last_contact_at, c.reported_at), c.id")
# What ``silent_for`` says, for a list that is walked by its index.
_SILENT = (
    "coalesce(c.last_contact_at, c.reported_at)"
    " < (%(silent_since)s::jsonb ->> c.level_id)::timestamptz"
)
_WALK = f"casework_case c WHERE c.closed_at IS NULL AND {_SILENT} AND {{test}}"


def silence_page(user: Any, days: int | None, number: int) -> Found:
    """One page of 50 of the open cases that ``user`` may see, the longest silence first."""
    starts = _starts(days, timezone.localdate())
    since = json.dumps({code: start.isoformat() for code, start in starts.items()})
    order = Order(LONGEST.sql, walk=_WALK, where=_SILENT, params={"silent_since": since})

    def count(state: str, reach: str) -> int:
        return kept_in_state(
            f"silent:{reach}:{digest(since)}", state, SILENT.histories, lambda: _count(user, since)
        )

    found = reached_page(
        SILENT, user, "see_case", order, number, _more(), count, closed_at__isnull=True
    )
    return replace(found, rows=_lines(found.rows, timezone.localdate()))


def _count(user: Any, since: str) -> int:
    mine = reach_statement(Case, user, "see_case", closed_at__isnull=True)
    if mine is None:
        return 0
    sql = f"SELECT count(*) FROM casework_case c WHERE c.id = ANY(ARRAY({mine[0]})) AND {_SILENT}"
    return int(fetch(sql, {**mine[1], "silent_since": since})[0][0])


def narrowed_page(rows: "QuerySet[Case]", number: int) -> Found:
    """The same of ``rows`` that were restricted and narrowed before, silence included."""
    found = page_of_rows(SILENT, rows, LONGEST, number, _more())
    return replace(found, rows=_lines(found.rows, timezone.localdate()))


def _more() -> list[Value]:
    day, stands_in = timezone.localdate(), STANDS_IN.replace("s.id", "c.student_id")
    return [
        Value(STATE),
        Value(stands_in, (Tree.CLASS.value, day, day)),
        Value(stands_in, (Tree.ACADEMY.value, day, day)),
    ]


def _lines(rows: list[tuple[Any, ...]], today: dt.date) -> list[dict[str, Any]]:
    if not rows:
        return []
    units = unit_words((pk for row in rows for pk in row[9:11]), rows[0][8])
    ways = choice_words(Channel)
    day_of = local_days()
    nobody = format_html('<span class="p-late">{}</span>', _("not assigned"))
    never = format_html('<span class="p-late">{}</span>', _("no record"))
    shown = []
    for pk, number, name, level, owner, last, reported, contact, _state, *places in rows:
        group, home = (units.get(place) for place in places)
        days = day_gap(last or reported, today)
        words, by = never, "—"
        if last is not None:
            way, who, role = contact or ("", "", "")
            words = contact_words(day_of(last), ways.get(way, ""), today)
            by = f"{who} · {role}" if role else who
        shown.append({
            "pk": pk, "number": number, "name": name, "level": level_markup(level),
            "class_name": group.own if group else "—", "academy": home.academy if home else "—",
            "owner": owner or nobody, "last": words, "by": by,
            "days": ngettext("%(n)s day", "%(n)s days", days) % {"n": days},
        })  # fmt: skip
    return shown
