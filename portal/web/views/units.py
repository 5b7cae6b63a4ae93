"""Dashboard of a unit, its big screen, and the list of open items behind its numbers."""

import hashlib
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cohorts.models import Unit
from portal.core.access import key_of
from portal.core.registry import panels
from portal.web.queries.dashboard import dashboard
from portal.web.queries.items import BANDS, KINDS
from portal.web.queries.kept import kept_while_unchanged
from portal.web.queries.past_items import FLOWS, list_of
from portal.web.queries.screen import screen
from portal.web.queries.sight import shut_for, sight
from portal.web.views.numbers import number

_PAGE = 50
_TOKEN = "token-of-this-session"


@login_required
@require_GET
def unit_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Figures of any unit on which the viewer holds ``see_unit`` (design 7)."""
    unit = Unit.objects.get_for(request.user, "see_unit", pk)
    if request.GET.get("screen"):
        return _screen(request, unit)
    page = _kept_page(request, unit)
    request.current_unit = unit  # type: ignore[attr-defined]
    request.data_as_of = page["taken_at"]  # type: ignore[attr-defined]
    token = get_token(request)
    parts = {part: mark_safe(page[part].replace(_TOKEN, token)) for part in ("head", "body")}
    return render(request, "web/unit.html", {"unit": unit, "chart": page["chart"], **parts})


def _kept_page(request: HttpRequest, unit: Unit) -> dict[str, Any]:
    """Head and body of the page as text, kept for this viewer while nothing that it shows is
    written. What the viewer may see of the unit is asked anew each time and is part of the key."""
    user, seen = request.user, sight(request.user, unit)
    asked = f"{key_of(user)}:{get_language()}:{sorted(seen.actions)}:{request.get_full_path()}"
    digest = hashlib.sha256(asked.encode()).hexdigest()
    return kept_while_unchanged(f"unit:{unit.pk}:{digest}", lambda: _page(request, unit))


def _page(request: HttpRequest, unit: Unit) -> dict[str, Any]:
    page = dashboard(request.user, unit)
    page["panels"] = [
        (panel.template, context)
        for panel in panels("unit")
        if (context := panel.context(request.user, unit)) is not None
    ]
    # The token of a form belongs to one session and is put in when the page is sent.
    page["csrf_token"] = _TOKEN
    return {
        "head": render_to_string("web/_unit_head.html", page, request),
        "body": render_to_string("web/_unit_body.html", page, request),
        "chart": bool(page["chart"]),
        "taken_at": page["taken_at"],
    }


def _screen(request: HttpRequest, unit: Unit) -> HttpResponse:
    """1920×1080 without names; the fragment alone when htmx refreshes it."""
    page = screen(request.user, unit) | {"screen_url": f"{request.path}?screen=1"}
    is_fragment = bool(getattr(request, "htmx", False))
    return render(request, "web/_screen.html" if is_fragment else "web/screen.html", page)


@login_required
@require_GET
def unit_items(request: HttpRequest, pk: int) -> HttpResponse:
    """Open items of a unit, narrowed by owner, kind and age: the list behind the account."""
    unit = Unit.objects.get_for(request.user, "see_unit", pk)
    seen = sight(request.user, unit)
    if not seen.cases:
        raise PermissionDenied(_("Your posts on this unit do not include seeing cases."))
    kind = request.GET.get("kind", "")
    band = number(request.GET.get("band"), default=-1)
    shut = shut_for(request.user, seen)
    chosen = {
        "kind": kind if kind in KINDS else "",
        "band": band if band in BANDS else -1,
        "owner": number(request.GET.get("owner"), default=-1),
        "late": request.GET.get("late") == "1",
    }
    at = max(1, number(request.GET.get("page"), default=1))
    when = request.GET.get("when", "")
    read = list_of(unit.pk, when if when in FLOWS else "", shut, chosen)
    rows, total = read(limit=_PAGE, offset=(at - 1) * _PAGE)
    if not rows and at > 1:
        at = 1
        rows, total = read(limit=_PAGE)
    page = Page(rows, at, Paginator(range(total), _PAGE))
    request.current_unit = unit  # type: ignore[attr-defined]
    return render(
        request,
        "web/items.html",
        {
            "unit": unit,
            "page": page,
            "page_obj": page,
            "total": total,
            "chosen": chosen,
            "when": when,
            "sight": seen,
        },
    )
