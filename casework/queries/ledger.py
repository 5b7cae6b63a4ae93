"""The case list: rows of one page, and the counts on its tabs."""

import datetime as dt
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from casework.enums import Channel, Stage
from casework.models import Case, CaseCategory, FollowUp, LedgerEntry
from portal.core.rows import fetch
from portal.core.ui.dates import day_gap, due_words, format_ago, format_day
from portal.core.ui.marks import level_markup
from students.queries.standing import Stand, stands

# key in the address -> ORDER BY; what is owed first comes first.
SORTS = {
    "due": ("contact_due_at", "id"),
    "level": ("level__rank", "contact_due_at", "id"),
    "student": ("student__pinyin", "id"),
    "contact": ("last_contact_at", "id"),
    "stage": ("stage", "contact_due_at", "id"),
    "owner": ("owner__pinyin", "contact_due_at", "id"),
}
DEFAULT_SORT = "level"
VALUES = (
    "id", "student_id", "student__student_no", "student__name", "level_id", "stage",
    "owner__name", "last_contact_at", "contact_due_at", "closed_at", "channel",
)  # fmt: skip
_NOWHERE = Stand()


def with_channel(cases: QuerySet[Case]) -> QuerySet[Any]:
    """Adds the way of the last real contact; computed for the rows of the page only."""
    talks = FollowUp.objects.filter(student_id=OuterRef("student_id"), is_real=True)
    last = talks.order_by("-happened_at").values("channel")[:1]
    return cases.annotate(channel=Subquery(last))


_CATEGORIES = """
    SELECT e.case_id, k.short_name
      FROM casework_ledgerentry e JOIN casework_case c ON c.id = e.case_id
      JOIN casework_casecategory k ON k.code = e.category_id
      JOIN casework_caselevel l ON l.code = e.level_id
     WHERE e.case_id = ANY(%s::bigint[]) AND (e.left_at IS NULL OR c.closed_at IS NOT NULL)
     ORDER BY l.rank, k."order"
"""


def category_words(case_ids: list[int]) -> dict[int, str]:
    """Short names of the open categories per case, one query. Callers may show these cases."""
    rows = fetch(_CATEGORIES, [list(case_ids)])
    names: dict[int, list[str]] = {}
    for case_id, name in rows:
        listed = names.setdefault(case_id, [])
        if name not in listed:
            listed.append(name)
    return {case_id: "、".join(listed) for case_id, listed in names.items()}


def case_rows(page: Any) -> list[dict[str, Any]]:
    """Rows for one page of ``values_list(*VALUES)``: two more queries, whatever its length."""
    cases = list(page)
    if not cases:
        return []
    places = stands([row[1] for row in cases])
    categories = category_words([row[0] for row in cases])
    today = timezone.localdate()
    stages, ways = dict(Stage.choices), dict(Channel.choices)
    nobody, never = _late(_("not assigned")), _late(_("no record"))
    rows = []
    for pk, student_id, number, name, level, stage, owner, last, due, closed, channel in cases:
        place = places.get(student_id, _NOWHERE)
        rows.append(
            {
                "pk": pk,
                "number": number,
                "name": name,
                "class_name": place.class_name or "—",
                "academy": place.academy or "—",
                "level": level_markup(level),
                "categories": categories.get(pk, "—"),
                "stage": stages.get(stage, stage),
                "owner": owner or nobody,
                "contact": contact_words(last, ways.get(channel, ""), today) if last else never,
                "due": "—" if closed else due_markup(due, today),
                "phone_line": _phone_line(closed, due, last, categories.get(pk, "—"), today),
            }
        )
    return rows


def _phone_line(
    closed: dt.datetime | None, due: dt.datetime | None, last: Any, names: str, today: dt.date
) -> SafeString:
    """Second line on the phone: what is owed first, then why the student is listed."""
    if closed is not None:
        first: SafeString | str = _("closed out %(day)s") % {"day": format_day(closed, today=today)}
    else:
        first = due_markup(due, today)
        if not isinstance(first, SafeString) and due is not None:
            first = _("next %(day)s") % {"day": first}
    never = format_html(" · {}", _late(_("no record"))) if last is None else ""
    return format_html("{} · {}{}", first, names, never)


def _late(words: str) -> SafeString:
    return format_html('<span class="p-late">{}</span>', words)


def contact_words(at: dt.datetime, way: Any, today: dt.date) -> str:
    """昨天 · 面谈 within two days, else the date."""
    when = format_ago(at, today) if day_gap(at, today) <= 1 else format_day(at, today=today)
    return f"{when} · {way}" if way else when


def due_markup(due: dt.datetime | None, today: dt.date) -> "SafeString | str":
    """Late in red, today in words, later as a date. An hour that has passed today is late too."""
    if due is None:
        return "—"
    words, tone = due_words(due, today=today)
    if tone == "late":
        return _late(words)
    if day_gap(due, today) == 0:
        return _late(_("overdue today")) if due < timezone.now() else _("today")
    return format_day(due, today=today)


def tab_counts(cases: QuerySet[Case]) -> dict[str, int]:
    """Counts of the tabs over restricted ``cases``: open, closed, several, and per category.

    Children count under their parent, a case once per tab.
    """
    sums = cases.aggregate(
        open=Count("pk", filter=Q(closed_at=None)), closed=Count("pk", filter=~Q(closed_at=None))
    )
    entries = (
        LedgerEntry.objects.filter(left_at=None, case__in=cases.filter(closed_at=None).values("pk"))
        .order_by()
        .values_list("case_id", "category_id", "category__parent_id")
    )
    per_tab: dict[str, set[int]] = {}
    seen: dict[int, int] = {}
    for case_id, category, parent in entries:
        per_tab.setdefault(parent or category, set()).add(case_id)
        seen[case_id] = seen.get(case_id, 0) + 1
    found = {code: len(ids) for code, ids in per_tab.items()}
    return found | sums | {"multiple": sum(1 for n in seen.values() if n > 1)}


def top_categories() -> list[tuple[str, str]]:
    """Categories that have a tab: the ones in use that are not part of another."""
    return list(
        CaseCategory.objects.filter(is_used=True, parent=None).values_list("pk", "short_name")
    )
