"""The development board by stage, and the due list."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cohorts.access import held_reach
from cohorts.post_reasons import post_reasons, posts_asked
from partybranch.models import Development
from partybranch.queries.board import (
    ONLY,
    Counts,
    Figures,
    Narrow,
    counts,
    due_page,
    lanes,
    stage_names,
    state_asked,
)
from partybranch.queries.cards import Card
from partybranch.queries.rules import rules_asked
from portal.core.access import reaches_any
from portal.core.asks import answers
from portal.core.typed import whole
from portal.core.ui.marks import tag_markup
from portal.core.ui.shells import shell
from students.queries.rights import reaches_anyone
from students.views.listing import page_number, shown_page

# More branches than this are picked from a list; as chips they would fill the screen.
MOST_CHIPS = 12


@login_required
@require_GET
def development_board(request: HttpRequest) -> HttpResponse:
    """Open developments: a board of five stages, or with ``view=list`` what is due first.

    ``branch``, ``stage`` and ``only`` (late, soon, missing) narrow; each figure opens its list.
    """
    user: Any = request.user
    if not reaches_any(Development, user, "see_party_file"):
        raise PermissionDenied(_("None of your posts shows files of development."))
    state, why = _ask(user)
    counted = counts(user, state)
    asked = _asked(request, counted)
    branches = counted.branches()
    context: dict[str, Any] = {
        "figures": _figures(counted.figures(asked["branch"]), asked),
        "tabs": _tabs(asked),
        "why": why,
        "plan": counted.plan(asked["branch"]),
        "may_open": reaches_anyone(user, "write_party_file"),
        **_choice(branches, asked),
    }
    if not asked["list"]:
        rows = lanes(user, counted, asked["branch"], state)
        context["lanes"] = [_lane(lane, asked) for lane in rows]
        return render(request, "party/board.html", context)
    narrow = Narrow(asked["branch"], asked["stage"], asked["only"])
    page = shown_page(due_page(user, narrow, counted, page_number(request)))
    context |= {"page": page, "rows": [_row(card) for card in page.object_list],
                "narrowed": _words(asked)}  # fmt: skip
    context["pager"] = shell(
        request, "components/pager.html", context, page.number, page.paginator.count
    )
    return render(request, "party/due.html", context)


def _ask(user: Any) -> tuple[str, str]:
    """(state of all that is told, why it is seen), with the rules, in one statement."""
    action = "see_party_file"
    units = held_reach(user, action)
    posts, posts_told = posts_asked(user, action, units)
    rules, rules_told = rules_asked()
    found = answers({"state": state_asked(), "posts": posts if units else None, "rules": rules})
    rules_told(found["rules"])
    if units:
        posts_told(found["posts"])
    return found["state"][0], _why(user, units)


def _why(user: Any, units: Any) -> str:
    """Posts by which files are seen; the sentence for one who only vouches for somebody."""
    found = post_reasons(user, "see_party_file", units) if units else []
    words = [reason.text for reason in found[:2]]
    more = _("and %(n)s more posts") % {"n": len(found) - 2} if len(found) > 2 else ""
    return "；".join([*words, more] if more else words) or _("You are contact or introducer")


def _asked(request: HttpRequest, counted: Counts) -> dict[str, Any]:
    branch, stage = (whole(request.GET.get(name)) for name in ("branch", "stage"))
    only = request.GET.get("only", "")
    only = only if only in ONLY else ""
    stage = stage if stage in stage_names() else 0
    is_list = request.GET.get("view") == "list" or bool(only or stage)
    return {"branch": branch if branch in counted.names else 0, "stage": stage, "only": only,
            "list": is_list}  # fmt: skip


def _url(asked: dict[str, Any], **changes: Any) -> str:
    kept = {"branch": asked["branch"]} | changes
    query = urlencode({name: value for name, value in kept.items() if value})
    return reverse("party:board") + (f"?{query}" if query else "")


def _figures(found: Figures, asked: dict[str, Any]) -> list[dict[str, Any]]:
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


def _choice(branches: list[tuple[int, str, int]], asked: dict[str, Any]) -> dict[str, Any]:
    """The branches to narrow to: chips, or of many a list to pick from. What else narrows stays."""
    if len(branches) < 2:
        return {}
    kept = {"view": "list" if asked["list"] else "", "stage": asked["stage"], "only": asked["only"]}
    if len(branches) > MOST_CHIPS:
        rows = [
            {"pk": pk, "label": f"{name}（{n}）", "chosen": "selected" * (pk == asked["branch"])}
            for pk, name, n in branches
        ]
        return {"options": rows, "kept": [(name, value) for name, value in kept.items() if value]}
    whole = {"label": _("All branches"), "url": _url(asked, branch=0, **kept), "count": None,
             "active": not asked["branch"]}  # fmt: skip
    return {"chips": [whole] + [
        {"label": name, "url": _url(asked, branch=pk, **kept), "count": n,
         "active": pk == asked["branch"]}
        for pk, name, n in branches
    ]}  # fmt: skip


def _tabs(asked: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"label": _("Board"), "url": _url(asked), "count": None, "active": not asked["list"]},
        {"label": _("Due list"), "url": _url(asked, view="list"), "count": None,
         "active": asked["list"]},
    ]  # fmt: skip


def _row(card: Card) -> dict[str, Any]:
    """Values for party/_due_table.html."""
    return {
        "pk": card.pk, "name": card.name, "number": card.student_no, "text": card.text,
        "class_name": card.class_name or "—", "branch": card.branch,
        "tag": tag_markup(card.tag, card.tone) if card.tag else "—",
    }  # fmt: skip


def _lane(lane: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Values for components/board.html."""
    more = lane["more"]
    return lane | {
        "cards": [
            {"name": card.name, "class_name": card.class_name, "tag": card.tag, "tone": card.tone,
             "text": card.text, "url": f"/development/{card.pk}/"}
            for card in lane["cards"]
        ],
        "more_label": _("%(n)s more") % {"n": more} if more else "",
        "more_url": _url(asked, stage=lane["stage"]),
    }  # fmt: skip


def _words(asked: dict[str, Any]) -> str:
    words = {"late": _("Overdue"), "soon": _("Due within 30 days"), "missing": _("Papers missing")}
    parts = [stage_names().get(asked["stage"], ""), words.get(asked["only"], "")]
    return " · ".join(part for part in parts if part)
