"""Academic warnings: the list with its counts, confirming many at once, running the rules."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from cohorts.models import Term
from portal.core.access import reaches_any
from portal.core.errors import DomainError
from students.domain.warning_jobs import start_run
from students.domain.warning_sets import last_results_term
from students.domain.warnings import ACTION, MOST, confirm_warnings
from students.models import AcademicWarning, Student
from students.queries import choices
from students.queries.warning_people import preview_lines
from students.queries.warnings import (
    COLOURS,
    Narrow,
    counts_by,
    families_of,
    periods_of,
    warning_page,
)
from students.study_enums import WarningState
from students.views.listing import page_number, shown_page, without


def _check_door(request: HttpRequest) -> bool:
    """Whether this person confirms warnings; the page is for those who see results."""
    confirms = reaches_any(Student, request.user, ACTION)
    if not confirms and not reaches_any(Student, request.user, "see_results"):
        raise PermissionDenied(_("None of your posts lets you see results and warnings."))
    return confirms


def _narrow(request: HttpRequest, periods: list[str]) -> Narrow:
    """From the address; the newest half-year first, ``period=all`` for all of them."""
    get = request.GET.get
    period = get("period", "") or (periods[0] if periods else "")
    state, unit = get("state", ""), get("unit", "")
    return Narrow(
        period="" if period == "all" else period[:11],
        state=state if state in WarningState.values else "",
        colour=get("colour", "") if get("colour", "") in dict(COLOURS) else "",
        family=get("family", "")[:40],
        unit=int(unit) if unit.isascii() and unit.isdigit() and len(unit) < 12 else None,
        q=get("q", ""),
    )


@login_required
@require_GET
def warning_list(request: HttpRequest) -> HttpResponse:
    """Warnings this person may see; what waits to be confirmed stands with those who confirm."""
    confirms = _check_door(request)
    mine = AcademicWarning.objects.restrict(request.user, "see_results")
    periods = periods_of(mine)
    narrow = _narrow(request, periods)
    found = warning_page(narrow.among(mine), page_number(request))
    families = families_of(mine.filter(period=narrow.period) if narrow.period else mine)
    term = last_results_term() if confirms else None
    context = {
        "page": shown_page(found), "rows": found.rows, "confirms": confirms,
        "tabs": _states(request, narrow, mine, confirms),
        "colours": _colours(request, narrow, mine),
        "periods": _chips(request, "period", narrow.period or "all",
                          [*((p, p) for p in periods), ("all", _("all"))]),
        "families": _chips(request, "family", narrow.family, [("", _("all")), *families])
        if len(families) > 1 else [],
        "units": choices.units(request.user, "see_results"), "now": request.GET,
        "kept": [(key, request.GET[key]) for key in ("period", "state", "colour", "family")
                 if request.GET.get(key)],
        "narrow": narrow, "clear_url": request.path, "term": term,
        "bulk": [{"label": _("Confirm"), "url": "/warnings/confirm/", "icon": "check", "note": ""}],
    }  # fmt: skip
    return render(request, "students/warnings.html", context)


def _states(
    request: HttpRequest, narrow: Narrow, mine: "QuerySet[AcademicWarning]", confirms: bool
) -> list[dict[str, Any]]:
    counts = counts_by(narrow.among(mine, but="state"), "state")
    base = without(request, "state")
    listed = [
        ("", pgettext("warning", "open"), counts.get("found", 0) + counts.get("confirmed", 0))
    ]
    for value, label in WarningState.choices:
        if confirms or value not in ("found", "dismissed"):
            listed.append((value, label, counts.get(value, 0)))
    return [
        {"label": label, "count": count, "active": code == narrow.state,
         "url": f"{base}&state={code}" if code else base}
        for code, label, count in listed
    ]  # fmt: skip


def _colours(
    request: HttpRequest, narrow: Narrow, mine: "QuerySet[AcademicWarning]"
) -> list[dict[str, Any]]:
    counts = counts_by(narrow.among(mine, but="colour"), "colour")
    chips = _chips(request, "colour", narrow.colour, [("", _("all levels")), *COLOURS])
    for chip, code in zip(chips, ["", *dict(COLOURS)], strict=True):
        chip["count"] = counts.get(code, 0) if code else sum(counts.values())
    return chips


def _chips(
    request: HttpRequest, key: str, now: str, listed: list[tuple[str, Any]]
) -> list[dict[str, Any]]:
    base = without(request, key)
    return [
        {"label": label, "active": code == now, "count": None,
         "url": f"{base}&{key}={code}" if code else base}
        for code, label in listed
    ]  # fmt: skip


@login_required
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """What confirming the chosen warnings would do; with ``step=do`` it is done."""
    typed = request.POST.getlist("selected")[: MOST + 1]
    ids = [int(text) for text in typed if text.isascii() and text.isdigit() and len(text) < 19]
    mine = AcademicWarning.objects.restrict(request.user, ACTION).filter(pk__in=ids)
    rows = list(mine.select_related("student", "rules").order_by("rank", "student__pinyin"))
    if ids and not rows:
        raise Http404
    if not rows:
        messages.info(request, _("Choose the warnings first."))
        return redirect("students:warnings")
    if request.POST.get("step") == "do":
        try:
            done = confirm_warnings(actor=request.user, ids=[one.pk for one in rows])  # type: ignore[arg-type]
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("students:warnings")
        words = ngettext(
            "%(n)s warning confirmed, %(tasks)s tasks given.",
            "%(n)s warnings confirmed, %(tasks)s tasks given.", len(done.done),
        )  # fmt: skip
        messages.success(request, words % {"n": len(done.done), "tasks": done.promises})
        for note in dict.fromkeys(done.notes):
            messages.info(request, note)
        return redirect("students:warnings")
    open_ones = [one for one in rows if one.state == WarningState.FOUND]
    lines = preview_lines(open_ones, request.user)  # type: ignore[arg-type]
    context = {"lines": lines, "others": len(rows) - len(open_ones)}
    return render(request, "students/warning_confirm.html", context)


@login_required
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Evaluate the rules after the chosen term, in the background; nothing is told to anybody."""
    if not reaches_any(Student, request.user, ACTION):
        raise PermissionDenied(_("None of your posts lets you confirm warnings."))
    term = Term.objects.filter(pk=request.POST.get("term", "")).first() or last_results_term()
    if term is None:
        messages.error(request, _("There are no results yet. Import the results of a term first."))
    else:
        start_run(actor=request.user, term=term)  # type: ignore[arg-type]
        messages.success(
            request,
            _("The rules are being evaluated for %(term)s. What they find appears here under “to be confirmed”.")
            % {"term": term.pk},
        )  # fmt: skip
    return redirect("students:warnings")
