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
from casework.filters import CLOSED, CONDITIONS, MULTIPLE, CaseFilter, in_category
from casework.models import Case, CaseCategory, CaseLevel
from casework.queries.figures import FIGURES
from casework.queries.ledger import (
    DEFAULT_SORT,
    SORTS,
    VALUES,
    case_rows,
    tab_counts,
    top_categories,
    with_channel,
)
from portal.core.access import reaches_any
from students.models import Student
from students.queries import choices
from students.views.listing import conditions, heads, page_of, sorting, without


@login_required
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases this person may see; ``category`` is the tab, the other keys narrow it."""
    if not reaches_any(Student, request.user, "see_case"):
        raise PermissionDenied(_("None of your posts or seats lets you see cases."))
    mine = Case.objects.restrict(request.user, "see_case")
    if request.GET.get("part") == "filter":
        return _filter_form(request)
    tab = request.GET.get("category", "")
    narrow = CaseFilter(request.GET, mine, request=request) if _is_narrowed(request) else None
    counts = tab_counts(mine)
    found = _of_tab(narrow.qs if narrow else mine, tab)
    order, key, is_down = sorting(request, SORTS, DEFAULT_SORT)
    total = counts.get(tab, 0) if tab else counts["open"]
    is_plain = narrow is None and (tab == "" or tab in counts)
    shown = with_channel(found).order_by(*order).values_list(*VALUES)
    page = page_of(request, shown, count=total if is_plain else None)
    context = {
        "page": page,
        "rows": case_rows(page.object_list),
        "heads": _heads(key, is_down),
        "tabs": _tabs(request, tab, counts),
        "saved": _saved(request),
        "active": conditions(request, narrow.conditions()) if narrow else [],
        "ignored": narrow.form.errors if narrow else None,
        "clear_url": without(request, *CONDITIONS),
        "shown": page.paginator.count,
        "total": total,
        "q": request.GET.get("q", ""),
    }
    return render(request, "casework/cases.html", context)


def _is_narrowed(request: HttpRequest) -> bool:
    return any(request.GET.get(key) for key in CONDITIONS)


def _of_tab(cases: QuerySet[Case], tab: str) -> QuerySet[Case]:
    if tab == CLOSED:
        return cases.filter(closed_at__isnull=False)
    found = cases.filter(closed_at=None)
    if tab == MULTIPLE:
        return found.filter(FIGURES["multiple"].condition())
    return found.filter(in_category(tab)) if tab else found


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


def _filter_form(request: HttpRequest) -> HttpResponse:
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
