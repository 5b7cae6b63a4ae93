"""The case list: rows of one page, and the counts on its tabs."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework.enums import Channel, Stage
from casework.models import Case
from portal.core.access import reach_statement
from portal.core.asks import Ask, Rows, answers
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
from portal.core.scope import remembered
from portal.core.ui.dates import (
    day_gap,
    due_words,
    format_ago,
    format_day,
    local_days,
)
from portal.core.ui.marks import level_markup
from portal.core.ui.words import choice_words
from portal.core.unchanged import kept_in_state
from students.enums import Tree
from students.queries.listing import STANDS_IN
from students.queries.unit_words import STATE, unit_words

LEVEL = "JOIN casework_caselevel l ON l.code = c.level_id"
STUDENT = "JOIN students_student s ON s.id = c.student_id"
OWNER = "LEFT JOIN core_user o ON o.id = c.owner_id"
CHANNEL = """(SELECT f.channel FROM casework_followup f
                WHERE f.student_id = c.student_id AND f.is_real
                ORDER BY f.happened_at DESC LIMIT 1)"""
# Names of the open categories, those of a closed case as they were: the highest level first.
CATEGORIES = """ARRAY(SELECT k.short_name
    FROM casework_ledgerentry e JOIN casework_casecategory k ON k.code = e.category_id
    JOIN casework_caselevel el ON el.code = e.level_id
   WHERE e.case_id = c.id AND (e.left_at IS NULL OR c.closed_at IS NOT NULL)
   ORDER BY el.rank, k."order")"""
CASES = Listing(
    Case, "c", f"{STUDENT} {OWNER}",
    ("c.id", "s.student_no", "s.name", "c.level_id", "c.stage", "o.name", "c.last_contact_at",
     "c.contact_due_at", "c.closed_at", CHANNEL, CATEGORIES),
    ("casework_caseevent", "casework_ledgerentryevent", "students_placementevent"), wide=500,
)  # fmt: skip
# Level by level, each from its index, until the page is full.
_BY_LEVEL = """casework_caselevel l CROSS JOIN LATERAL (
    SELECT c.id, c.contact_due_at FROM casework_case c
     WHERE c.level_id = l.code AND c.closed_at IS NULL AND {test}
     ORDER BY c.contact_due_at, c.id LIMIT {upto}) c"""
_BY_DUE = "casework_case c WHERE c.closed_at IS NULL AND {test}"
# key in the address -> (first column of ORDER BY, further ones, joins, how to walk); what is owed
# first comes first.
_SORTS = {
    "due": ("c.contact_due_at", ", c.id", "", _BY_DUE),
    "level": ("l.rank", ", c.contact_due_at, c.id", LEVEL, _BY_LEVEL),
    "student": ("s.pinyin", ", c.id", STUDENT, ""),
    "contact": ("c.last_contact_at", ", c.id", "", ""),
    "stage": ("c.stage", ", c.contact_due_at, c.id", "", ""),
    "owner": ("o.pinyin", ", c.contact_due_at, c.id", OWNER, ""),
    "entered": ("c.reported_at", ", c.id", "", ""),
}
SORTS = frozenset(_SORTS)
DEFAULT_SORT = "level"


def order_of(key: str, is_down: bool, is_open: bool) -> Order:
    """What ``?sort=`` means to the database; empty values last. Indexes hold open cases only."""
    first, rest, joins, walk = _SORTS[key]
    can_walk = is_open and not (is_down and walk == _BY_DUE)
    down = " DESC NULLS LAST" if is_down else ""
    return Order(f"{first}{down}{rest}", joins, walk if can_walk else "")


def case_page(
    user: Any, narrowed: "QuerySet[Case] | None", is_open: bool, order: Order, number: int
) -> tuple[Found, dict[str, int]]:
    """(one page as mappings for the table, counts of the tabs) of the open or closed cases
    that ``user`` may see, or of those ``narrowed`` from them by the caller."""
    day = timezone.localdate()
    stands_in = STANDS_IN.replace("s.id", "c.student_id")
    more = [
        Value(STATE),
        Value(stands_in, (Tree.CLASS.value, day, day)),
        Value(stands_in, (Tree.ACADEMY.value, day, day)),
    ]

    def count(state: str, reach: str) -> int:
        return tab_counts(user, state, reach)["open" if is_open else "closed"]

    if narrowed is None:
        found = reached_page(
            CASES, user, "see_case", order, number, more, count, closed_at__isnull=is_open
        )
    else:
        found = page_of_rows(CASES, narrowed, order, number, more)
    return replace(found, rows=_case_rows(found.rows, day)), tab_counts(
        user, found.state, found.reach
    )


def _case_rows(found: list[tuple[Any, ...]], today: dt.date) -> list[dict[str, Any]]:
    if not found:
        return []
    units = unit_words((pk for row in found for pk in row[12:14]), found[0][11])
    stages = choice_words(Stage)
    ways = choice_words(Channel)
    nobody, never = late(_("not assigned")), late(_("no record"))
    silent = format_html(" · {}", never)
    when, owed, coming = words_of_days(today)
    rows = []
    for row in found:
        pk, number, name, level, stage, owner, last, due, closed, channel, listed = row[:11]
        group, home = units.get(row[12]), units.get(row[13])
        categories = "、".join(dict.fromkeys(listed)) or "—"
        contact: SafeString | str = never
        if last is not None:
            way = ways.get(channel, "")
            contact = f"{when(last)} · {way}" if way else when(last)
        rows.append(
            {
                "pk": pk,
                "number": number,
                "name": name,
                "class_name": group.own if group else "—",
                "academy": home.academy if home else "—",
                "level": level_markup(level),
                "categories": categories,
                "stage": stages.get(stage, stage),
                "owner": owner or nobody,
                "contact": contact,
                "due": "—" if closed or due is None else owed(due),
                # On the phone: what is owed first, then why the student is listed.
                "phone_first": _closed(closed, today) if closed else coming(due) if due else "—",
                "phone_last": silent if last is None else "",
            }
        )
    return rows


Write = Callable[[dt.datetime], "SafeString | str"]


def words_of_days(today: dt.date) -> tuple[Write, Write, Write]:
    """How a contact, an hour owed, and the same in the second line on the phone are written: by
    the day, except for today, of which the hour counts."""
    day_of, language, now = local_days(), get_language(), timezone.now()

    def of_hours(write: Callable[..., SafeString | str]) -> Write:
        def written(at: dt.datetime) -> SafeString | str:
            day = day_of(at)
            return write(day, today, language, is_past=day == today and at < now)

        return written

    return (
        lambda at: _contact_on(day_of(at), today, language),
        of_hours(_due_on),
        of_hours(_next_on),
    )


@lru_cache(maxsize=4_000)
def _contact_on(day: dt.date, today: dt.date, _language: str | None) -> str:
    return contact_words(day, "", today)


@lru_cache(maxsize=4_000)
def _due_on(
    day: dt.date, today: dt.date, _language: str | None, *, is_past: bool
) -> "SafeString | str":
    words, tone = due_words(day, today=today)
    if tone == "late":
        return late(words)
    if day == today:
        return late(_("overdue today")) if is_past else _("today")
    return format_day(day, today=today)


@lru_cache(maxsize=4_000)
def _next_on(
    day: dt.date, today: dt.date, language: str | None, *, is_past: bool
) -> "SafeString | str":
    words = _due_on(day, today, language, is_past=is_past)
    return words if isinstance(words, SafeString) else _("next %(day)s") % {"day": words}


def _closed(at: dt.datetime, today: dt.date) -> str:
    return _("closed out %(day)s") % {"day": format_day(at, today=today)}


def late(words: str) -> SafeString:
    return format_html('<span class="p-late">{}</span>', words)


def contact_words(at: dt.datetime | dt.date, way: Any, today: dt.date) -> str:
    """昨天 · 面谈 within two days, else the date."""
    when = format_ago(at, today) if day_gap(at, today) <= 1 else format_day(at, today=today)
    return f"{when} · {way}" if way else when


def due_markup(due: dt.datetime | None, today: dt.date) -> "SafeString | str":
    """Late in red, today in words, later as a date. An hour that has passed today is late too."""
    if due is None:
        return "—"
    day = local_days()(due)
    is_past = day == today and due < timezone.now()
    return _due_on(day, today, get_language(), is_past=is_past)


_TABS = """
    WITH mine AS MATERIALIZED (
        SELECT c.id, c.closed_at IS NULL AS is_open FROM casework_case c
         WHERE c.id = ANY(ARRAY({reach}))
    ), entry AS MATERIALIZED (
        SELECT e.case_id, e.category_id, k.parent_id
          FROM mine JOIN casework_ledgerentry e ON e.case_id = mine.id AND e.left_at IS NULL
          JOIN casework_casecategory k ON k.code = e.category_id
         WHERE mine.is_open
    )
    SELECT tab.code, count(DISTINCT case_id)
      FROM entry CROSS JOIN LATERAL (VALUES (category_id), (parent_id)) tab(code)
     WHERE tab.code IS NOT NULL GROUP BY tab.code
     UNION ALL
    SELECT 'multiple', count(*)
      FROM (SELECT 1 FROM entry GROUP BY case_id HAVING count(*) > 1) several
     UNION ALL
    SELECT CASE WHEN is_open THEN 'open' ELSE 'closed' END, count(*) FROM mine GROUP BY is_open
"""


def tab_counts(user: Any, state: str = "", reach: str = "") -> dict[str, int]:
    """Counts of the tabs over the cases that ``user`` may see: open, closed, several, and per
    category. Children count under their parent as well, a case once per tab.

    ``state`` and ``reach`` are those of the rows beside them (``Found``): the counts are kept as
    long as the state lasts; without a state they are counted now. Rows that the caller narrowed
    name no reach: it is asked for here.
    """
    if state and not reach:
        reach = digest(reach_statement(Case, user, "see_case"))

    def count() -> dict[str, int]:
        none = {"open": 0, "closed": 0, "multiple": 0}
        mine = reach_statement(Case, user, "see_case")
        if mine is None:
            return none
        statement, params = mine
        return none | dict(fetch(_TABS.format(reach=statement), params))

    if not state or not reach:
        return count()
    return remembered(
        ("tabs", reach, state),
        lambda: kept_in_state(f"tabs:{reach}", state, CASES.histories, count),
    )


# Categories that have a tab: the ones in use that are not part of another.
TOPS = Ask(
    """SELECT json_build_array(code, short_name) FROM casework_casecategory
        WHERE is_used AND parent_id IS NULL ORDER BY "order\""""
)


def top_categories() -> Rows:
    """``TOPS`` for a page that asks nothing else: [code, short name]."""
    return answers({"tops": TOPS})["tops"]
