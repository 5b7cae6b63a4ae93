"""The frame around every page: navigation, unit switcher, today, unread notices.

The markup is kept per person (``portal.web.kept_frame``); here it is filled with what belongs to
this request: which entry and which unit are open, the time, the token of the forms. Fragments,
anonymous visitors and Django's admin get nothing.
"""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from portal.core.scope import remembered
from portal.core.ui.dates import format_day
from portal.core.ui.slots import fill
from portal.web.kept_frame import Kept, constant, kept_frame

_HERE = mark_safe(' aria-current="page"')
_HERE_CSS = mark_safe(" is-active")
_CHOSEN = mark_safe(' class="is-active" aria-current="true"')
_OPEN = mark_safe(' class="is-active" aria-current="page"')


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """Variables of base.html (design 7). Cheap: see the module."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or getattr(request, "htmx", False):
        return {}
    match = request.resolver_match
    if match is not None and "admin" in match.namespaces:
        return {}
    # A view may render parts of its page before it says which unit and which day the page is about.
    unit = getattr(getattr(request, "current_unit", None), "pk", None)
    state = ("frame", user.pk, request.path, unit, getattr(request, "data_as_of", None))
    return remembered(state, lambda: _frame(request, user))


def _frame(request: HttpRequest, user: Any) -> dict[str, Any]:
    now = timezone.localtime()
    kept = kept_frame(user, now.date())
    values = kept["values"]
    unit = _unit(request, values["unit_choices"])
    as_of = format_day(getattr(request, "data_as_of", None) or now, "time")
    filled: dict[str, str] = {
        "csrf": get_token(request),
        "path": escape(request.get_full_path()),
        "as_of": escape(as_of),
        "switcher": _switcher(kept, unit),
    }
    filled.update(_open_entry(request.path, values["nav_sections"]))
    phone = _phone_active(request.path, values["phone_own_url"])
    if phone:
        filled[f"bottom:{phone}"] = _OPEN
    return {
        **values,
        # The forms of the page share the token of the frame: each new one is masked anew.
        "csrf_token": filled["csrf"],
        "current_unit": unit,
        "data_as_of": as_of,
        "phone_active": phone,
        "frame": {
            "head": constant("_head"),
            "before": fill(kept["before"], filled),
            "bottom": fill(kept["bottom"], filled),
            "bell": kept["bell"],
            "finder": kept["finder"],
            "overlays": constant("_overlays"),
            "scripts": constant("_scripts"),
        },
    }


def _unit(request: HttpRequest, choices: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The unit that the page is about, else the one asked for, else the first of one's own."""
    shown = getattr(request, "current_unit", None)
    if shown is not None:
        return {"label": shown.label, "pk": shown.pk}
    if not choices:
        return None
    asked = request.GET.get("unit", "")
    one = next((c for c in choices if str(c["pk"]) == asked), choices[0])
    return {"label": one["label"], "pk": one["pk"]}


def _switcher(kept: Kept, unit: dict[str, Any] | None) -> SafeString | str:
    if unit is None:
        return ""
    return fill(kept["switcher"], {"unit": escape(unit["label"]), f"unit:{unit['pk']}": _CHOSEN})


def _open_entry(path: str, sections: list[dict[str, Any]]) -> dict[str, str]:
    """Slots of the navigation entry with the longest address that leads here."""
    best, code = "", ""
    for item in _items(sections):
        url = item["url"]
        here = path == url or (url != "/" and path.startswith(url))
        if here and len(url) > len(best):
            best, code = url, item["code"]
    return {f"nav-css:{code}": _HERE_CSS, f"nav:{code}": _HERE} if code else {}


def _items(sections: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for section in sections:
        yield from section["items"]


def _phone_active(path: str, own_url: str) -> str:
    if own_url and path == own_url:
        return "own"
    for word, start in (("log", "/log/"), ("students", "/students/"), ("me", "/me/")):
        if path.startswith(start):
            return word
    return "today" if path == "/" else ""
