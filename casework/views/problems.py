"""Common problems: what repeats, the general fix, its proof, the later look."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from casework.domain.problems import (
    change_problem,
    check_effect,
    drop_problem,
    open_problem,
    record_fix,
)
from casework.enums import ProblemState
from casework.forms_problems import ChangeForm, CheckForm, DropForm, ProblemForm, ProofForm
from casework.models import CommonProblem
from casework.queries.problems import alike, counted, in_state, linked_cases
from cohorts.access import granted_unit_ids
from cohorts.forms.people import suggested_people
from cohorts.models import Unit
from portal.core.errors import DomainError
from portal.core.ui.dates import due_words, format_day
from students.views.listing import page_of

# Kinds of unit for which a general fix makes sense.
_KINDS = ("university", "college", "academy", "cohort", "class", "building")


@login_required
@require_GET
def problems(request: HttpRequest) -> HttpResponse:
    """Causes that repeat, then the common problems of one state."""
    mine = CommonProblem.objects.restrict(request.user, "see_case")
    leads = bool(granted_unit_ids(request.user, "manage_case"))  # type: ignore[arg-type]
    if not leads and not mine.exists():
        raise PermissionDenied(_("None of your posts shows common problems."))
    state = request.GET.get("state", "")
    state = state if state in ProblemState.values else ProblemState.OPEN
    page = page_of(request, in_state(mine, state))
    context = {
        "page": page,
        "items": [_line(problem) for problem in page],
        "alike": alike(request.user),
        "tabs": [
            {"label": label, "url": f"?state={value}", "count": None, "active": value == state}
            for value, label in ProblemState.choices
        ],
        "may_open": leads,
    }
    return render(request, "casework/problems.html", context)


def _line(problem: CommonProblem) -> dict[str, Any]:
    if problem.state == ProblemState.CHECKED:
        side, tone = problem.get_effect_display(), "ok" if problem.effect == "fell" else "late"
    elif problem.state == ProblemState.DROPPED:
        side, tone = "", ""
    else:
        day = problem.due_on if problem.state == ProblemState.OPEN else problem.check_on
        words, tone = due_words(day)
        side = words or format_day(day)
    return {
        "title": problem.title,
        "url": reverse("casework:problem", args=[problem.pk]),
        "meta": f"{problem.cause.name} · {problem.unit.label} · {problem.owner.name}",
        "side": side,
        "side_tone": tone,
    }


@login_required
def new_problem(request: HttpRequest) -> HttpResponse:
    """Propose a general fix; cause and unit may come from the address."""
    led = granted_unit_ids(request.user, "manage_case")  # type: ignore[arg-type]
    if not led:
        raise PermissionDenied(_("None of your posts leads cases."))
    units = Unit.objects.filter(pk__any=led, kind__in=_KINDS).order_by("kind", "code")
    first = {key: request.GET.get(key, "") for key in ("cause", "unit")}
    form = ProblemForm(
        request.POST or None, units=units, initial=first | {"client_key": uuid.uuid4()}
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = open_problem(actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("The general fix is set up."))
                return redirect("casework:problem", pk=made.pk)
    context = {"form": form, "people": suggested_people(request.user, led[:200])}
    return render(request, "casework/problem_form.html", context, status=status)


_ACTS: dict[str, tuple[type[forms.Form], Callable[..., CommonProblem], Any]] = {
    "proof": (ProofForm, record_fix, lambda: _("The fix is recorded with its proof.")),
    "check": (CheckForm, check_effect, lambda: _("The finding is kept.")),
    "change": (ChangeForm, change_problem, lambda: _("Changed.")),
    "drop": (DropForm, drop_problem, lambda: _("Dropped; it stays readable with its reason.")),
}


@login_required
def problem_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One common problem. POST with ``act``: proof, check, change or drop."""
    problem = CommonProblem.objects.get_for(request.user, "see_case", pk)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    bound: forms.Form | None = None
    if act in _ACTS:
        kind, write, words = _ACTS[act]
        bound = kind(request.POST)
        if bound.is_valid():
            try:
                write(actor=request.user, problem=problem, **bound.cleaned_data)
            except DomainError as error:
                bound.add_error(None, str(error))
            else:
                messages.success(request, words())
                return redirect("casework:problem", pk=pk)
    elif request.method == "POST":
        return redirect("casework:problem", pk=pk)
    context = _page(request, problem, act, bound)
    return render(request, "casework/problem.html", context, status=422 if bound else 200)


def _page(
    request: HttpRequest, problem: CommonProblem, act: str, bound: forms.Form | None
) -> dict[str, Any]:
    leads = (
        CommonProblem.objects.restrict(request.user, "manage_case").filter(pk=problem.pk).exists()
    )
    is_due = problem.check_on is not None and problem.check_on <= timezone.localdate()
    is_open, is_fixed = problem.state == ProblemState.OPEN, problem.state == ProblemState.FIXED
    offered = {
        "proof": is_open and (leads or problem.owner_id == request.user.pk),
        "check": is_fixed and leads and is_due,
        "change": is_open and leads,
        "drop": (is_open or is_fixed) and leads,
    }
    first = {
        "version": problem.version,
        "owner": f"{problem.owner.name} {problem.owner.username}",
        "due_on": problem.due_on,
    }
    shown = {
        name: bound if name == act and bound is not None else _ACTS[name][0](initial=first)
        for name, is_offered in offered.items()
        if is_offered or name == act
    }
    return {
        "problem": problem,
        "forms": shown,
        "facts": _facts(problem),
        "counts": counted(problem),
        "cases": list(linked_cases(request.user, problem)),
    }


def _facts(problem: CommonProblem) -> list[dict[str, Any]]:
    words, tone = due_words(problem.due_on)
    day = format_day(problem.due_on)
    is_open = problem.state == ProblemState.OPEN
    found = [
        (_("cause"), problem.cause.name, ""),
        (_("unit"), problem.unit.label, ""),
        (_("Responsible"), problem.owner.name, ""),
        (_("Due"), f"{day} · {words}" if words and is_open else day, tone if is_open else ""),
        (_("Opened"), format_day(problem.opened_at), ""),
    ]
    if problem.opened_by is not None:
        found.append((_("Opened by"), problem.opened_by.name, ""))
    if problem.fixed_at is not None and problem.check_on is not None:
        found.append((_("Fixed"), format_day(problem.fixed_at), ""))
        found.append((_("Look again on"), format_day(problem.check_on), ""))
    if problem.drop_reason:
        found.append((_("Dropped because"), problem.drop_reason, ""))
    return [{"label": a, "value": b, "tone": c, "strong": False} for a, b, c in found]
