"""One task and what is done with it; the same for several, shown before it happens."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cohorts.domain import task_acts, task_bulk
from cohorts.forms.people import suggested_people
from cohorts.forms.tasks import CompleteForm, PostponeForm, ReasonForm, ReassignForm, TakeForm
from cohorts.models import Task
from cohorts.queries.task_sheet import task_rights, task_sheet
from cohorts.queries.tasks import titles
from cohorts.task_access import givable_unit_ids
from portal.core.domain.bulk import MOST, BulkOutcome
from portal.core.errors import DomainError

# act → (title, form, right asked before the form is shown)
_ACTS: dict[str, tuple[Any, type[forms.Form], str]] = {
    "take": (gettext_lazy("Take on"), TakeForm, "do_task"),
    "complete": (gettext_lazy("Close with evidence"), CompleteForm, "do_task"),
    "postpone": (gettext_lazy("Postpone"), PostponeForm, "see_task"),
    "reassign": (gettext_lazy("Reassign"), ReassignForm, "see_task"),
    "drop": (gettext_lazy("Drop"), ReasonForm, "direct_task"),
    "accept": (gettext_lazy("Confirm"), TakeForm, "see_task"),
    "return": (gettext_lazy("Send back"), ReasonForm, "see_task"),
}
_SINGLE: dict[str, Callable[..., Task]] = {
    "take": task_acts.take_task,
    "complete": task_acts.complete_task,
    "postpone": task_acts.postpone_task,
    "reassign": task_acts.reassign_task,
    "drop": task_acts.drop_task,
    "accept": lambda **kw: task_acts.verify_task(is_accepted=True, **kw),
    "return": lambda **kw: task_acts.verify_task(is_accepted=False, **kw),
}
_BULK: dict[str, Callable[..., BulkOutcome]] = {
    "complete": task_bulk.complete_tasks,
    "postpone": task_bulk.postpone_tasks,
    "reassign": task_bulk.reassign_tasks,
}


@login_required
@require_GET
def task_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What it is about (for those who may know), its dates, its life, and what may be done."""
    task = Task.objects.get_for(request.user, "see_task", pk)
    context = task_sheet(request.user, task)
    return render(request, "cohorts/task.html", context)


@login_required
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One act: its form as a page, and the act itself."""
    if act not in _ACTS:
        raise Http404
    title, form_class, right = _ACTS[act]
    task = Task.objects.get_for(request.user, right, pk)
    if act not in task_rights(request.user, task):
        messages.error(request, _("This cannot be done with the task now."))
        return redirect("cohorts:task", pk)
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _SINGLE[act](actor=request.user, task=task, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("cohorts:task", pk)
    units = givable_unit_ids(request.user) if act == "reassign" else []  # type: ignore[arg-type]
    context = {
        "form": form, "title": title, "back": reverse("cohorts:task", args=[pk]),
        "people": suggested_people(request.user, units[:200]) if units else [],
    }  # fmt: skip
    return render(request, "cohorts/task_act.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest) -> list[Task]:
    """The selected tasks among those that this person may see."""
    typed = request.POST.getlist("selected")[:MOST]
    ids = [int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 19]
    rows = Task.objects.restrict(request.user, "see_task").filter(pk__in=ids)
    return list(rows.order_by("due_on", "pk"))


@login_required
@require_POST
def bulk(request: HttpRequest, act: str) -> HttpResponse:
    """Several at once in three steps: what is to be entered, what would happen, the act."""
    tasks = _chosen(request)
    if not tasks:
        messages.error(request, _("Choose the tasks first."))
        return redirect("cohorts:tasks")
    step = request.POST.get("step", "")
    title, form_class, _right = _ACTS[act]
    form = form_class(request.POST if step else None)
    outcome = None
    if step and form.is_valid():
        is_trial = step != "do"
        outcome = _BULK[act](
            actor=request.user, tasks=tasks, is_trial=is_trial, **form.cleaned_data
        )
        if not is_trial:
            messages.success(request, _("Done for %(n)s tasks.") % {"n": len(outcome.done)})
            if outcome.refused:
                messages.error(
                    request, _("%(n)s tasks were left as they are.") % {"n": len(outcome.refused)}
                )
            return redirect("cohorts:tasks")
    about = titles(request.user, [(t.pk, t.source, t.source_id, t.text) for t in tasks])
    units = givable_unit_ids(request.user) if act == "reassign" else []  # type: ignore[arg-type]
    context = {
        "form": form, "title": title, "outcome": outcome, "back": reverse("cohorts:tasks"),
        "lines": [
            {"task": task, "title": about[task.pk].title,
             "why": outcome.refused.get(task.pk, "") if outcome else ""}
            for task in tasks
        ],
        "people": suggested_people(request.user, units[:200]) if units else [],
    }  # fmt: skip
    return render(request, "cohorts/task_bulk.html", context, status=422 if form.errors else 200)
