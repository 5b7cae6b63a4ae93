"""The list of silence: open cases without real contact by anyone (rulebook 3.2; design 6).

A tick without content is no contact, nor is an event about more students than one room holds
(``FollowUp.is_real``). Who was never contacted is silent since the report.
"""

import datetime as dt
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
from portal.core.listing import Found, Listing, Order, Value, page_of_rows
from portal.core.ui.dates import day_gap, local_days
from portal.core.ui.marks import level_markup
from students.enums import Tree
from students.queries.listing import STANDS_IN
from students.queries.unit_words import STATE, unit_words

# Offered beside the rhythm of the levels.
CHOICES = (7, 14, 30, 60)
MOST_DAYS = 3650


def silent_for(days: int | None = None, today: dt.date | None = None) -> Q:
    """Cases whose last real contact lies more than ``days`` days back, or more than their own
    level's rhythm. A contact of the day N days ago still keeps a rhythm of N days."""
    today = today or timezone.localdate()
    since = Coalesce("last_contact_at", "reported_at")
    if days is not None:
        return Q(LessThan(since, _start(today, days)))
    found = Q(pk__in=[])
    for code, every in CaseLevel.objects.values_list("pk", "contact_every_days"):
        found |= Q(LessThan(since, _start(today, every)), level=code)
    return found


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
    ("casework_caseevent", "students_placementevent"),
)  # fmt: skip
LONGEST = Order("coalesce(c.last_contact_at, c.reported_at), c.id")


def silence_page(rows: "QuerySet[Case]", number: int) -> Found:
    """One page of 50, the longest silence first; ``rows`` were restricted and narrowed before."""
    day = timezone.localdate()
    stands_in = STANDS_IN.replace("s.id", "c.student_id")
    more = [
        Value(STATE),
        Value(stands_in, (Tree.CLASS.value, day, day)),
        Value(stands_in, (Tree.ACADEMY.value, day, day)),
    ]
    found = page_of_rows(SILENT, rows, LONGEST, number, more)
    return Found(_lines(found.rows, day), found.total, found.number)


def _lines(rows: list[tuple[Any, ...]], today: dt.date) -> list[dict[str, Any]]:
    if not rows:
        return []
    units = unit_words((pk for row in rows for pk in row[9:11]), rows[0][8])
    ways = {value: str(label) for value, label in Channel.choices}
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
