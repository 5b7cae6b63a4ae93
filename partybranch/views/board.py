"""The development board by stage, and the due list."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cohorts.access import granted_unit_ids, post_reasons
from partybranch.models import Development
from partybranch.queries.board import (
    ONLY,
    branches_of,
    cards,
    figures,
    lanes,
    narrowed,
    open_files,
    plan_words,
    stage_names,
)
from portal.core.access import reaches_any
from students.queries.rights import reaches_anyone
from students.views.listing import page_of


@login_required
@require_GET
def development_board(request: HttpRequest) -> HttpResponse:
    """Open developments: a board of five stages, or with ``view=list`` what is due first.

    ``branch``, ``stage`` and ``only`` (late, soon, missing) narrow; each figure opens its list.
    """
    user: Any = request.user
    if not reaches_any(Development, user, "see_party_file"):
        raise PermissionDenied(_("None of your posts shows files of development."))
    branches = branches_of(user)
    asked = _asked(request, {pk for pk, _name, _n in branches})
    rows = open_files(user, asked["branch"])
    context: dict[str, Any] = {
        "figures": _figures(figures(rows), asked),
        "chips": _chips(branches, asked),
        "tabs": _tabs(asked),
        "why": _why(user),
        "plan": plan_words([asked["branch"]] if asked["branch"] else [pk for pk, *_r in branches],
                           timezone.localdate().year),
        "may_open": reaches_anyone(user, "write_party_file"),
    }  # fmt: skip
    if not asked["list"]:
        context["lanes"] = [_lane(lane, asked) for lane in lanes(rows)]
        return render(request, "party/board.html", context)
    rows = rows.filter(narrowed(asked["only"], timezone.localdate()))
    if asked["stage"]:
        rows = rows.filter(stage=asked["stage"])
    page = page_of(request, rows.order_by(F("first_due").asc(nulls_last=True), "pk"))
    context |= {"page": page, "cards": cards(page.object_list),  # type: ignore[arg-type]
                "narrowed": _words(asked)}  # fmt: skip
    return render(request, "party/due.html", context)


def _why(user: Any) -> str:
    """Posts by which files are seen; the sentence for one who only vouches for somebody."""
    units = granted_unit_ids(user, "see_party_file")
    found = post_reasons(user, "see_party_file", units) if units else []
    words = [reason.text for reason in found[:2]]
    more = _("and %(n)s more posts") % {"n": len(found) - 2} if len(found) > 2 else ""
    return "；".join([*words, more] if more else words) or _("You are contact or introducer")


def _asked(request: HttpRequest, known: set[int]) -> dict[str, Any]:
    branch, stage = (_number(request.GET.get(name, "")) for name in ("branch", "stage"))
    only = request.GET.get("only", "")
    only = only if only in ONLY else ""
    stage = stage if stage in stage_names() else 0
    is_list = request.GET.get("view") == "list" or bool(only or stage)
    return {"branch": branch if branch in known else 0, "stage": stage, "only": only,
            "list": is_list}  # fmt: skip


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _url(asked: dict[str, Any], **changes: Any) -> str:
    kept = {"branch": asked["branch"]} | changes
    query = urlencode({name: value for name, value in kept.items() if value})
    return reverse("party:board") + (f"?{query}" if query else "")


def _figures(found: Any, asked: dict[str, Any]) -> list[dict[str, Any]]:
    labels = (
        ("late", _("overdue"), found.late, "late"),
        ("soon", _("due within 30 days"), found.soon, "due"),
        ("missing", _("papers missing"), found.missing, "late"),
    )
    total = {
        "label": _("open files"),
        "n": found.total,
        "url": _url(asked, view="list"),
        "tone": "",
    }
    return [total] + [
        {"label": label, "n": n, "tone": tone if n else "neutral", "url": _url(asked, only=only)}
        for only, label, n, tone in labels
    ]


def _chips(branches: list[tuple[int, str, int]], asked: dict[str, Any]) -> list[dict[str, Any]]:
    if len(branches) < 2:
        return []
    whole = {"label": _("All branches"), "url": _url(asked, branch=0), "count": None,
             "active": not asked["branch"]}  # fmt: skip
    return [whole] + [
        {"label": name, "url": _url(asked, branch=pk), "count": n, "active": pk == asked["branch"]}
        for pk, name, n in branches
    ]


def _tabs(asked: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"label": _("Board"), "url": _url(asked), "count": None, "active": not asked["list"]},
        {"label": _("Due list"), "url": _url(asked, view="list"), "count": None,
         "active": asked["list"]},
    ]  # fmt: skip


def _lane(lane: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Values for components/board.html."""
    more = lane["more"]
    return lane | {
        "cards": [
            {"name": card.name, "class_name": card.class_name, "tag": card.tag, "tone": card.tone,
             "text": card.text, "url": reverse("party:file", args=[card.pk])}
            for card in lane["cards"]
        ],
        "more_label": _("%(n)s more") % {"n": more} if more else "",
        "more_url": _url(asked, stage=lane["stage"]),
    }  # fmt: skip


def _words(asked: dict[str, Any]) -> str:
    words = {"late": _("Overdue"), "soon": _("Due within 30 days"), "missing": _("Papers missing")}
    parts = [stage_names().get(asked["stage"], ""), words.get(asked["only"], "")]
    return " · ".join(part for part in parts if part)
