"""The plan of a case: proposed from a template, made, read, edited step by step."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from casework.domain.plans import FIELDS, StepDraft, add_step, change_step, drop_step
from casework.domain.plans import edit_plan as save_plan
from casework.domain.plans import make_plan as keep_plan
from casework.forms_plan import EndForm, OneStepForm, PlanForm, StepFormSet, person_of
from casework.models import Case, Plan, PlanStep, PlanTemplate
from casework.queries.case_page import case_rights
from casework.queries.plans import (
    choosable,
    plan_of,
    plan_page,
    proposal,
    template_for,
    templates_for,
)
from portal.core import reads
from portal.core.errors import DomainError


@login_required
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan, or the form of a new one with what its template proposes."""
    case = Case.objects.get_for(request.user, "see_case", pk)
    reads.note(request.user, "read_case", case)
    kept = plan_of(case)
    rights = case_rights(request.user, case)
    back = reverse("casework:case", args=[pk])
    if kept is None and rights["write_case"] and case.is_open:
        return _new(request, case, rights, back)
    if request.method == "POST":
        messages.error(request, _("This case has a plan already. Edit that one."))
        return redirect("casework:plan", pk)
    context: dict[str, Any] = {"case": case, "plan": kept, "rights": rights, "back": back}
    if kept is not None:
        context |= plan_page(case, kept)
    return render(request, "casework/plan.html", context)


def _new(request: HttpRequest, case: Case, rights: dict[str, bool], back: str) -> HttpResponse:
    people = choosable(case)
    template = _template(request, case)
    status = 200
    if request.method == "POST":
        form = PlanForm(request.POST)
        steps = StepFormSet(request.POST, prefix="step", form_kwargs={"people": people})
        if form.is_valid() and steps.is_valid():
            data = form.cleaned_data
            try:
                keep_plan(
                    actor=request.user, case=case, template=template,  # type: ignore[arg-type]
                    steps=[_draft(one) for one in steps if one.is_filled],
                    check_dates=data["check_dates"], version=data["version"],
                    seat_owners=rights["manage_case"] and "seat_owners" in request.POST,
                    **{name: data[name] for name in FIELDS},
                )  # fmt: skip
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("The plan was made; its steps stand in the inboxes."))
                return redirect("casework:plan", case.pk)
        status = 422
    else:
        proposed = proposal(case, template)
        form = PlanForm(initial=proposed["fields"] | {"version": case.version})
        steps = StepFormSet(
            prefix="step", form_kwargs={"people": people}, initial=proposed["steps"]
        )
    context = {
        "case": case, "form": form, "steps": steps, "back": back, "rights": rights,
        "template": template, "templates": templates_for(case),
    }  # fmt: skip
    return render(request, "casework/plan_new.html", context, status=status)


def _template(request: HttpRequest, case: Case) -> PlanTemplate | None:
    wanted = request.GET.get("template", "")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 10:
        return templates_for(case).filter(pk=int(wanted)).first()
    return template_for(case)


def _draft(form: Any) -> StepDraft:
    data = form.cleaned_data
    return StepDraft(
        data["text"], person_of(form), data["due_on"], data["wanted"] or 1, data["counting"]
    )


def _of(request: HttpRequest, pk: int) -> tuple[Case, Plan]:
    case = Case.objects.get_for(request.user, "write_case", pk)
    return case, get_object_or_404(Plan, case=case)


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Goal and the other words of a running plan."""
    _case, kept = _of(request, pk)
    initial = {name: getattr(kept, name) for name in FIELDS} | {
        "check_dates": "，".join(day.isoformat() for day in kept.check_dates),
        "version": kept.version,
    }
    form = PlanForm(request.POST or None, initial=initial)

    def save() -> None:
        save_plan(actor=request.user, plan=kept, **form.cleaned_data)  # type: ignore[arg-type]

    return _formed(request, pk, form, save, _("Edit the plan"))


@login_required
def new_step(request: HttpRequest, pk: int) -> HttpResponse:
    """One more step."""
    case, kept = _of(request, pk)
    form = OneStepForm(request.POST or None, people=choosable(case))

    def save() -> None:
        add_step(
            actor=request.user, plan=kept, step=_draft(form),  # type: ignore[arg-type]
            seat_owner=case_rights(request.user, case)["manage_case"],
        )  # fmt: skip

    return _formed(request, pk, form, save, _("Add a step"))


@login_required
def step(request: HttpRequest, pk: int, step: int) -> HttpResponse:
    """Change an open step: words, owner, last day, number."""
    case, kept = _of(request, pk)
    one = get_object_or_404(PlanStep, plan=kept, pk=step)
    initial = {
        "text": one.text, "owner": str(one.owner_id or ""), "due_on": one.due_on,
        "wanted": one.wanted, "counting": one.counting,
    }  # fmt: skip
    form = OneStepForm(request.POST or None, people=choosable(case), initial=initial)

    def save() -> None:
        change_step(
            actor=request.user, step=one, draft=_draft(form), reason=form.cleaned_data["reason"],  # type: ignore[arg-type]
            seat_owner=case_rights(request.user, case)["manage_case"],
        )  # fmt: skip

    return _formed(request, pk, form, save, _("Change a step"))


@login_required
def end_step(request: HttpRequest, pk: int, step: int) -> HttpResponse:
    """Drop a step with a reason."""
    _case, kept = _of(request, pk)
    one = get_object_or_404(PlanStep, plan=kept, pk=step)
    if not one.is_open:
        raise Http404
    form = EndForm(request.POST or None)

    def save() -> None:
        drop_step(actor=request.user, step=one, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]

    return _formed(request, pk, form, save, _("Drop a step"))


def _formed(
    request: HttpRequest, pk: int, form: Any, save: Callable[[], None], title: str
) -> HttpResponse:
    """One form on a page of its own; a refusal stands above it and what was typed is kept."""
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except DomainError as error:
            form.add_error(None, str(error))
            status = 409 if error.code == "stale" else 422
        else:
            messages.success(request, _("Saved."))
            return redirect("casework:plan", pk)
    context = {"form": form, "title": title, "back": reverse("casework:plan", args=[pk]),
               "action": request.path}  # fmt: skip
    return render(request, "casework/act.html", context, status=status)
