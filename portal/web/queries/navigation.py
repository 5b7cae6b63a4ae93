"""What the frame says about a person: entries of the navigation, units of the switcher, posts."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from portal.core.domain.pull import freshness
from portal.core.registry import NavItem, nav_items
from portal.core.ui.dates import format_day
from portal.web.queries.frame import Facts, Holding, facts, holding, teaching_week
from students.access import own_student_id


def frame_values(user: Any, day: dt.date) -> dict[str, Any]:
    """Variables of the templates in ``layout/``; the same on every page of this person today."""
    known, held = facts(user), holding(user)
    sections = _navigation(user)
    open_urls = {item["url"] for section in sections for item in section["items"]}
    return {
        "nav_sections": sections,
        # For the workbench: which blocks to show. What they hold is asked of the rule.
        "role_codes": known.role_codes,
        "held_actions": held.actions,
        "unit_choices": [
            {"pk": one.pk, "label": one.label, "url": one.url} for one in held.choices
        ],
        "today_line": today_line(day, known),
        "unread_count": known.unread,
        "user_posts_line": posts_line(user, known),
        "search_url": reverse("web:search"),
        "inbox_url": reverse("web:notices"),
        "school_name": known.school,
        # The phone's bar offers what the person may open; a student has the own record instead.
        "phone_log_hidden": reverse("casework:log") not in open_urls,
        "phone_students_hidden": reverse("students:list") not in open_urls,
        "phone_own_url": _own_url(user, known, held),
        # Roster, posts and units come from the platform: how fresh they are stands on every page
        # of those who read them.
        "platform": freshness() if settings.PLATFORM_DIR and held.actions else None,
    }


def today_line(day: dt.date, known: Facts) -> str:
    """5月28日 周四 · 第13周."""
    words = format_day(day, "weekday")
    week = teaching_week(day, known.term_starts_on, known.term_weeks)
    return words if week is None else f"{words} · " + _("week %(n)s") % {"n": week}


def posts_line(user: Any, known: Facts) -> str:
    """Title and roles, at most three words: 副院长 · 包干领导."""
    words = [user.title] if user.title else []
    return " · ".join([*words, *(name for name in known.role_names if name != user.title)][:3])


def _own_url(user: Any, known: Facts, held: Holding) -> str:
    """Address of the person's own record, for students without posts."""
    if held.actions or known.role_codes or own_student_id(user) is None:
        return ""
    return reverse("students:my")


def _navigation(user: Any) -> list[dict[str, Any]]:
    sections: dict[str, list[dict[str, Any]]] = {}
    for item in nav_items():
        url = _url(item, user) if item.is_shown(user) else None
        if url:
            entry = {
                "label": str(item.label),
                "url": url,
                "icon": item.icon,
                "count": item.count(user) if item.count else None,
                "code": item.code,
            }
            sections.setdefault(str(item.section), []).append(entry)
    return [{"label": label, "items": items} for label, items in sections.items()]


def _url(item: NavItem, user: Any) -> str | None:
    if item.url is not None:
        return item.url(user)
    try:
        return reverse(item.url_name)
    except NoReverseMatch:
        return None
