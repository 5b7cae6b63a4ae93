"""The frame around every page: navigation, unit switcher, today, unread notices.

Two statements for what belongs to the person, and the counts of the navigation from the cache.
Fragments, anonymous visitors and Django's admin get nothing.
"""

import datetime as dt
from typing import Any

from django.contrib.messages import get_messages
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core.registry import NavItem, nav_items
from portal.core.scope import remembered
from portal.core.ui.dates import format_day
from portal.web.queries.frame import Facts, Holding, facts, holding, teaching_week
from students.access import own_student_id

# A navigation count may be this old; one's own writing renews it at once.
_COUNT_SECONDS = 60


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """Variables of base.html (design 7). Cheap: see the module."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or getattr(request, "htmx", False):
        return {}
    match = request.resolver_match
    if match is not None and "admin" in match.namespaces:
        return {}
    return remembered(("frame", user.pk, request.path), lambda: _frame(request, user))


def _frame(request: HttpRequest, user: Any) -> dict[str, Any]:
    known, held = facts(user), holding(user)
    now = timezone.localtime()
    current, choices = _units(request, held)
    sections = _navigation(request, user)
    open_urls = {item["url"] for section in sections for item in section["items"]}
    return {
        "nav_sections": sections,
        "current_unit": current,
        "unit_choices": choices,
        "today_line": today_line(now.date(), known),
        "unread_count": known.unread,
        "user_posts_line": posts_line(user, known),
        "data_as_of": format_day(getattr(request, "data_as_of", None) or now, "time"),
        "search_url": reverse("web:search"),
        "inbox_url": reverse("web:notices"),
        "school_name": known.school,
        "phone_active": _phone_active(request.path),
        # The phone's bar offers what the person may open; a student has the own record instead.
        "phone_log_hidden": reverse("casework:log") not in open_urls,
        "phone_students_hidden": reverse("students:list") not in open_urls,
        "phone_own_url": _own_url(user, known, held),
    }


def _own_url(user: Any, known: Facts, held: Holding) -> str:
    """Address of the person's own record, for students without posts."""
    if held.actions or known.role_codes or own_student_id(user) is None:
        return ""
    return reverse("students:my")


def today_line(day: dt.date, known: Facts) -> str:
    """5月28日 周四 · 第13周."""
    words = format_day(day, "weekday")
    week = teaching_week(day, known.term_starts_on, known.term_weeks)
    return words if week is None else f"{words} · " + _("week %(n)s") % {"n": week}


def posts_line(user: Any, known: Facts) -> str:
    """Title and roles, at most three words: 副院长 · 包干领导."""
    words = [user.title] if user.title else []
    return " · ".join([*words, *(name for name in known.role_names if name != user.title)][:3])


def _units(request: HttpRequest, held: Holding) -> tuple[dict[str, Any] | None, list[Any]]:
    shown = getattr(request, "current_unit", None)
    if shown is None and held.choices:
        asked = request.GET.get("unit", "")
        shown = next((c for c in held.choices if str(c.pk) == asked), held.choices[0])
    if shown is None:
        return None, []
    choices = [
        {"label": one.label, "url": one.url, "active": one.pk == shown.pk, "note": ""}
        for one in held.choices
    ]
    return {"label": shown.label, "pk": shown.pk}, choices


def _navigation(request: HttpRequest, user: Any) -> list[dict[str, Any]]:
    shown = [
        (item, url) for item in nav_items() if item.is_shown(user) and (url := _url(item, user))
    ]
    counts = _counts(request, user, [item for item, _link in shown])
    path, active = request.path, ""
    for _item, url in shown:
        here = path == url or (url != "/" and path.startswith(url))
        if here and len(url) > len(active):
            active = url
    sections: dict[str, list[dict[str, Any]]] = {}
    for item, url in shown:
        sections.setdefault(str(item.section), []).append(
            {
                "label": item.label,
                "url": url,
                "icon": item.icon,
                "count": counts.get(item.code),
                "active": url == active,
            }
        )
    return [{"label": label, "items": items} for label, items in sections.items()]


def _url(item: NavItem, user: Any) -> str | None:
    if item.url is not None:
        return item.url(user)
    try:
        return reverse(item.url_name)
    except NoReverseMatch:
        return None


def _counts(request: HttpRequest, user: Any, items: list[NavItem]) -> dict[str, int | None]:
    """Counts beside the entries; kept a minute, renewed after the person's own writing."""
    keys = {f"nav:{user.pk}:{item.code}": item for item in items if item.count is not None}
    if not keys:
        return {}
    # The page after one's own writing carries a message: the counts are read anew there.
    fresh = len(get_messages(request)) > 0
    kept: dict[str, int | None] = {} if fresh else cache.get_many(list(keys))
    missing = {
        key: item.count(user) for key, item in keys.items() if item.count and key not in kept
    }
    if missing:
        cache.set_many(missing, _COUNT_SECONDS)
    return {keys[key].code: value for key, value in {**kept, **missing}.items()}


def _phone_active(path: str) -> str:
    for word, start in (("log", "/log/"), ("students", "/students/"), ("me", "/me/")):
        if path.startswith(start):
            return word
    return "today" if path == "/" else ""
