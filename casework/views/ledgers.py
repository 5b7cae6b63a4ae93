"""The ledger of focus students (四类重点关注学生问题台账): one tab per category, all in the address."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from casework.enums import Source, Stage
from casework.filters import cause_choices
from casework.filters_ledger import (
    LEDGER_CONDITIONS,
    MORE,
    ledger_conditions,
    ledger_rows,
    selected_of,
)
from casework.models import Case, CaseCategory, CaseLevel
from casework.queries.figures import FIGURES
from casework.queries.ledger import DEFAULT_SORT, SORTS, TOPS
from casework.queries.ledger_columns import COLUMNS, Column, chosen
from casework.queries.ledger_page import cell_css, count_each, ledger_page
from casework.queries.ledger_tabs import (
    CLOSED,
    MULTIPLE,
    categories_asked,
    categories_of,
    categories_told,
    ledger_order,
)
from cohorts.access import held_units
from cohorts.post_reasons import post_reasons, posts_asked
from portal.core.access import reaches_any
from portal.core.asks import Ask, Rows, answers
from portal.core.saved_filters import plain_query, saved_asked
from students.models import Student
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

LIST = "ledgers"
# Filters that everybody needs: (key in the address, value).
_COMMON = (("more", "serious"), ("more", "week"), ("figure", "unrecorded"), ("figure", "overdue"),
           ("figure", "unassigned"), ("more", "academy_key"))  # fmt: skip


@login_required
@require_GET
def ledger(request: HttpRequest, tab: str = "") -> HttpResponse:
    """The cases of one tab that this person may see, narrowed by the address."""
    if not reaches_any(Student, request.user, "see_case"):
        raise PermissionDenied(_("None of your posts or seats lets you see cases."))
    part = {"filter": _filter_form, "columns": _column_form, "saved": _saved_row}.get(
        request.GET.get("part", "")
    )
    if part is not None:
        if categories_of(tab) is None:
            raise Http404
        return part(request, tab)
    return render(request, "casework/ledger.html", _page(request, tab))


def _page(request: HttpRequest, tab: str) -> dict[str, Any]:
    user: Any = request.user
    why, why_told = posts_asked(user, "see_case", held_units(user, "see_case"))
    told = answers(
        {"parts": categories_asked(tab), "tops": TOPS, "saved": _saved(user), "why": why}
    )
    why_told(told["why"])
    codes = categories_told(tab, told["parts"])
    if codes is None:
        raise Http404
    is_open, columns = tab != CLOSED, chosen(request.GET.getlist("columns"))
    key, is_down = sorting(request, SORTS, "entered" if tab == CLOSED else DEFAULT_SORT)
    narrow, narrowed = ledger_conditions(user, tab, request.GET)
    is_down = is_down or (tab == CLOSED and "sort" not in request.GET)
    order = ledger_order(key, is_down, tab, codes, is_open)
    found, counts = ledger_page(user, narrowed, tab, order, page_number(request), columns, codes)
    total = counts.get(tab or "open", 0)
    context = {
        "page": shown_page(found), "rows": found.rows, "tab": tab,
        "heads": _heads(columns, key, is_down),
        "tabs": _tabs(request, tab, counts, told["tops"]),
        "active": _active(request, narrow.conditions() if narrow else []),
        "ignored": narrow.form.errors if narrow else None,
        "clear_url": without(request, *LEDGER_CONDITIONS),
        "shown": found.total, "total": total, "q": request.GET.get("q", ""),
        "chips": _chips(request, tab, told["saved"]), "acts": _acts(request),
        "now_query": plain_query(request.GET.urlencode()),
        "export_url": _export_url(request, tab),
        "enter": bool(held_units(user, "write_case")),
        "why": _why(user),
    }  # fmt: skip
    labels = tuple(str(head["label"]) for head in context["heads"])
    context["parts"] = list_parts(
        request, context, user.pk, found.total, total, labels, keep=narrow is None,
        head="casework/_ledger_heads.html",
    )  # fmt: skip
    return context


def _active(request: HttpRequest, found: list[tuple[str, Any, str]]) -> list[dict[str, Any]]:
    picked = selected_of(request.GET)
    if picked:
        found = [*found, ("selected", _("selected"), str(len(picked)))]
    return conditions(request, found)


def _saved(user: Any) -> Ask | None:
    """One's own filters; whoever looks through another account does not read them."""
    return saved_asked(user, LIST) if getattr(user, "supporter", None) is None else None


def _tabs(
    request: HttpRequest, tab: str, counts: dict[str, int], tops: Rows
) -> list[dict[str, Any]]:
    """Counts and rows come from the same queries (``tab_counts``, ``of_tab``)."""
    query, root = without(request, "figure", "selected").removeprefix("?"), _address("")
    named = [("", _("All"), "open"), *((code, name, code) for code, name in tops)]
    if tab and tab not in {code for code, _name, _key in named} | {CLOSED, MULTIPLE}:
        name = CaseCategory.objects.filter(pk=tab).values_list("short_name", flat=True).first()
        named.append((tab, name or tab, tab))
    named += [(MULTIPLE, _("Several difficulties"), MULTIPLE), (CLOSED, _("Closed"), CLOSED)]
    return [
        {
            "label": label, "count": counts.get(key, 0), "active": code == tab,
            "url": (f"{root}{code}/" if code else root) + (f"?{query}" if query else ""),
        }
        for code, label, key in named
    ]  # fmt: skip


def _address(tab: str) -> str:
    return reverse("casework:ledger", args=[tab]) if tab else reverse("casework:ledgers")


def _heads(columns: Sequence[Column], key: str, is_down: bool) -> list[dict[str, Any]]:
    told = [("student", _("Student"), ""), *((c.sort, c.label, cell_css(c)) for c in columns)]
    return heads(told, key, is_down)


def _chips(request: HttpRequest, tab: str, saved: Rows) -> list[dict[str, Any]]:
    """Filters of everybody and one's own; ``query`` is what each of them asks."""
    now, path = plain_query(request.GET.urlencode()), request.path
    rest = plain_query(without(request, "figure", "more", "selected").removeprefix("?"))
    found = []
    for key, value in _COMMON if tab != CLOSED else ():
        label = MORE[value].label if key == "more" else FIGURES[value].label
        found.append({"label": str(label), "path": path, "own": False,
                      "query": plain_query(f"{rest}&{key}={value}") if rest else f"{key}={value}"})  # fmt: skip
    for name, at, query in saved:
        found.append({"label": name, "path": at, "query": query, "own": True})
    for chip in found:
        chip["url"] = f"{chip['path']}?{chip['query']}"
        chip["active"] = chip["path"] == path and chip["query"] == now
    return found


def _saved_row(request: HttpRequest, tab: str) -> HttpResponse:
    """The round chips with their numbers, fetched when the page stands."""
    chips = _chips(request, tab, answers({"saved": _saved(request.user)})["saved"])
    rows = []
    for chip in chips:
        query = QueryDict(chip["query"])
        where = chip["path"].removeprefix(reverse("casework:ledgers")).strip("/")
        rows.append(ledger_rows(request.user, where, query)[1])
    for chip, number in zip(chips, count_each(rows), strict=True):
        chip["count"] = number
    context = {"chips": chips, "is_counted": True,
               "now_query": plain_query(request.GET.urlencode())}  # fmt: skip
    return render(request, "components/saved_filters.html", context)


def _acts(request: HttpRequest) -> list[dict[str, Any]]:
    """The bulk bar: what this person may do with cases at all; each is asked again one by one."""
    user: Any = request.user
    found = []
    if held_units(user, "manage_case"):
        found += [("assign", _("Assign"), "user-plus"), ("lower", _("Ask to lower"), "arrow-down"),
                  ("close", _("Ask to close"), "archive")]  # fmt: skip
    if held_units(user, "write_case"):
        found.insert(1, ("transfer", pgettext("case", "Hand over"), "transfer"))
    shown = log_acts(user) + [
        {
            "label": label,
            "url": reverse("casework:ledger_bulk", args=[act]),
            "icon": icon,
            "note": "",
        }
        for act, label, icon in found
    ]
    if held_units(user, "export_cases"):
        shown.append({
            "label": _("Export"), "note": _("to be approved"), "icon": "download",
            "url": reverse("casework:ledger_bulk", args=["export"]),
        })  # fmt: skip
    return shown


def log_acts(user: Any) -> list[dict[str, Any]]:
    """One account about all chosen students, for whoever logs talks by a post."""
    url = reverse("casework:ledger_bulk", args=["log"])
    label = _("Log for several")
    return [{"label": label, "url": url, "icon": "pencil", "note": ""}] if held_units(user, "log_talk") else []  # fmt: skip


def _export_url(request: HttpRequest, tab: str) -> str:
    if not held_units(request.user, "export_cases"):  # type: ignore[arg-type]
        return ""
    query = request.GET.copy()
    for key in ("columns", "page", "sort", "part"):
        query.pop(key, None)
    if tab:
        query["category"] = tab
    return f"{reverse('cohorts:export_new', args=['ledger'])}?{query.urlencode()}"


def _why(user: Any) -> str:
    """The posts that open the list; seats are told on the page of the case."""
    held = held_units(user, "see_case")
    told = [reason.text for reason in post_reasons(user, "see_case", held, most=2)]
    found = told or [_("seats in task forces")]
    return "；".join([*found, _("of the psychological category only level and advice are shown")])


def _filter_form(request: HttpRequest, tab: str) -> HttpResponse:
    """Body of the dialog "add condition", fetched when it is opened."""
    user: Any = request.user
    mine = Case.objects.restrict(user, "see_case").filter(closed_at__isnull=tab != CLOSED)
    owners = mine.exclude(owner=None).order_by("owner__pinyin", "owner_id")
    context = {
        "units": choices.units(user, "see_case"),
        "levels": list(CaseLevel.objects.values_list("pk", "name")),
        "picked_levels": request.GET.getlist("level"),
        "years": choices.entry_years(user),
        "stages": [(value, str(label)) for value, label in Stage.choices],
        "sources": [(value, str(label)) for value, label in Source.choices],
        "causes": cause_choices(),
        "owners": [(str(pk), name) for pk, name in owners.values_list("owner_id", "owner__name").distinct()[:300]],
        "figures": [(figure.code, str(figure.label)) for figure in FIGURES.values()],
        "more": [(one.code, str(one.label)) for one in MORE.values()],
        "kept": [(key, v) for key in ("q", "sort", "columns") for v in request.GET.getlist(key)],
        "now": request.GET,
    }  # fmt: skip
    return render(request, "casework/_ledger_filter.html", context)


def _column_form(request: HttpRequest, _tab: str) -> HttpResponse:
    """Body of the dialog of columns: the choice stands in the address like everything else."""
    now = {column.code for column in chosen(request.GET.getlist("columns"))}
    kept = [(key, v) for key, values in request.GET.lists() for v in values
            if key not in ("columns", "part", "page")]  # fmt: skip
    context = {
        "columns": [(c.code, c.label, c.code in now) for c in COLUMNS.values()],
        "kept": kept,
    }
    return render(request, "casework/_ledger_columns.html", context)
