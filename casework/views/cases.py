"""The list of cases: tabs by category, filters in the address, what is owed first."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from casework.enums import Stage
from casework.filters import CONDITIONS, CaseFilter, of_tab
from casework.models import Case, CaseCategory, CaseLevel
from casework.queries.case_page import sees_cases
from casework.queries.figures import FIGURES
from casework.queries.ledger import (
    DEFAULT_SORT,
    SORTS,
    case_page,
    order_of,
    top_categories,
)
from casework.queries.ledger_tabs import CLOSED, MULTIPLE
from students.queries import choices
from students.views.listing import (
    conditions,
    heads,
    list_parts,
    page_number,
    shown_page,
    sorting,
    without,
)


@login_required
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases this person may see; ``category`` is the tab, the other keys narrow it."""
    if not sees_cases(request.user):
        raise PermissionDenied(_("None of your posts or seats lets you see cases."))
    if request.GET.get("part") == "filter":
        return filter_form(request)
    tab = request.GET.get("category", "")
    is_open = tab != CLOSED
    key, is_down = sorting(request, SORTS, DEFAULT_SORT)
    order = order_of(key, is_down, is_open)
    narrow, narrowed = _narrowed(request, tab)
    found, counts = case_page(request.user, narrowed, is_open, order, page_number(request))
    page = shown_page(found)
    total = counts.get(tab, 0) if tab else counts["open"]
    context = {
        "page": page,
        "rows": found.rows,
        "heads": _heads(key, is_down),
        "tabs": _tabs(request, tab, counts),
        "saved": _saved(request),
        "active": conditions(request, narrow.conditions()) if narrow else [],
        "ignored": narrow.form.errors if narrow else None,
        "clear_url": without(request, *CONDITIONS),
        "shown": found.total,
        "total": total,
        "q": request.GET.get("q", ""),
    }
    context["parts"] = list_parts(
        request, context, request.user.pk, found.total, total, keep=narrow is None
    )
    return render(request, "casework/cases.html", context)


def _narrowed(request: HttpRequest, tab: str) -> tuple[CaseFilter | None, QuerySet[Case] | None]:
    """(filter, its cases within the tab); no cases where open or closed is all that is asked."""
    is_filtered = any(request.GET.get(key) for key in CONDITIONS)
    if not is_filtered and tab in ("", CLOSED):
        return None, None
    mine = Case.objects.restrict(request.user, "see_case")
    narrow = CaseFilter(request.GET, mine, request=request) if is_filtered else None
    return narrow, of_tab(narrow.qs if narrow else mine, tab)


def _tabs(request: HttpRequest, tab: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    base = without(request, "category", "figure")
    named = [("", _("All"), "open"), *((code, name, code) for code, name in top_categories())]
    if tab and tab not in {code for code, _name, _key in named} | {CLOSED, MULTIPLE}:
        name = CaseCategory.objects.filter(pk=tab).values_list("short_name", flat=True).first()
        named.append((tab, name or tab, tab))
    named += [(MULTIPLE, _("Several difficulties"), MULTIPLE), (CLOSED, _("Closed"), CLOSED)]
    return [
        {
            "label": label,
            "count": counts.get(key, 0),
            "active": code == tab,
            "url": f"{base}&category={code}" if code else base,
        }
        for code, label, key in named
    ]


def _saved(request: HttpRequest) -> list[dict[str, Any]]:
    """The filters everyone needs, as one tap."""
    now, base = request.GET.get("figure", ""), without(request, "figure", "owner")
    chips = [
        {"label": FIGURES[code].label, "url": f"{base}&figure={code}", "active": code == now}
        for code in ("overdue", "due_today", "unrecorded", "unassigned", "red")
    ]
    mine = str(request.user.pk)
    chips.insert(
        0,
        {"label": _("mine"), "url": f"{base}&owner={mine}",
         "active": request.GET.get("owner") == mine},
    )  # fmt: skip
    return chips


def _heads(key: str, is_down: bool) -> list[dict[str, Any]]:
    columns = [
        ("student", _("Student"), ""),
        ("", _("Class"), ""),
        ("", _("Academy"), ""),
        ("level", _("Level"), ""),
        ("", _("Category"), ""),
        ("stage", _("Stage"), ""),
        ("owner", _("Responsible"), ""),
        ("contact", _("Last real contact"), ""),
        ("due", _("Next follow-up"), ""),
    ]
    return heads(columns, key, is_down)


def filter_form(request: HttpRequest) -> HttpResponse:
    """Body of the dialog "add condition", fetched when it is opened."""
    context = {
        "units": choices.units(request.user, "see_case"),
        "levels": list(CaseLevel.objects.values_list("pk", "name")),
        "picked_levels": request.GET.getlist("level"),
        "years": choices.entry_years(request.user),
        "stages": [(value, str(label)) for value, label in Stage.choices],
        "figures": [(figure.code, str(figure.label)) for figure in FIGURES.values()],
        "now": request.GET,
    }
    return render(request, "casework/_filter_form.html", context)
