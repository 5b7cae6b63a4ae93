"""Several cases of the ledger at once: what is to be entered, what would happen, the act."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from casework.domain.bulk import assign_cases, close_cases, lower_cases, transfer_cases
from casework.filters_ledger import selected_of
from casework.forms_ledger import AssignManyForm, CloseManyForm, LowerManyForm, TransferManyForm
from casework.models import Case
from casework.views.log_batch import begin_batch
from cohorts.access import held_units
from cohorts.forms.people import suggested_people
from portal.core.domain.bulk import MOST, BulkOutcome

# act → (title, form, what is done)
_ACTS: dict[str, tuple[Any, type[forms.Form], Callable[..., BulkOutcome]]] = {
    "assign": (gettext_lazy("Assign the responsible person"), AssignManyForm, assign_cases),
    "transfer": (gettext_lazy("Hand over cases"), TransferManyForm, transfer_cases),
    "lower": (gettext_lazy("Ask to lower the level"), LowerManyForm, lower_cases),
    "close": (gettext_lazy("Ask to close the case"), CloseManyForm, close_cases),
}
_NAMES_SOMEBODY = ("assign", "transfer")


@login_required
@require_POST
def bulk(request: HttpRequest, act: str) -> HttpResponse:
    """The selected cases among those that this person may see; exports and records of talks go
    their own way."""
    mine = Case.objects.restrict(request.user, "see_case").filter(pk__in=selected_of(request.POST))
    if act not in ("export", "log", *_ACTS):
        raise Http404
    cases = list(
        mine.select_related("student", "owner", "level").order_by("level__rank", "pk")[:MOST]
    )
    if not cases:
        messages.error(request, _("Choose the students first."))
        return redirect("casework:ledgers")
    if act == "log":
        return begin_batch(request, [case.student.student_no for case in cases])
    if act == "export":
        query = QueryDict(mutable=True)
        query.setlist("selected", [str(case.pk) for case in cases])
        if any(case.closed_at for case in cases):
            query["category"] = "closed"
        return redirect(f"{reverse('cohorts:export_new', args=['ledger'])}?{query.urlencode()}")
    return _act(request, act, cases)


def _act(request: HttpRequest, act: str, cases: list[Case]) -> HttpResponse:
    title, form_class, write = _ACTS[act]
    step = request.POST.get("step", "")
    form = form_class(request.POST if step else None)
    outcome = None
    if step and form.is_valid():
        is_trial = step != "do"
        outcome = write(actor=request.user, cases=cases, is_trial=is_trial, **form.cleaned_data)
        if not is_trial:
            say_outcome(request, outcome)
            return redirect("casework:ledgers")
    units = list(held_units(request.user, "write_case"))  # type: ignore[arg-type]
    refused = outcome.refused if outcome else {}
    context = {
        "form": form, "title": title, "outcome": outcome, "back": reverse("casework:ledgers"),
        "lines": [{"case": case, "why": refused.get(case.pk, "")} for case in cases],
        "people": suggested_people(request.user, units[:200]) if act in _NAMES_SOMEBODY else [],
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "casework/ledger_bulk.html", context, status=status)


def say_outcome(request: HttpRequest, outcome: BulkOutcome) -> None:
    """How many went through and how many stayed, in words."""
    if outcome.done:
        number = len(outcome.done)
        words = ngettext("Done for %(n)s case.", "Done for %(n)s cases.", number)
        messages.success(request, words % {"n": number})
    if outcome.refused:
        number = len(outcome.refused)
        words = ngettext(
            "%(n)s case was left as it is.", "%(n)s cases were left as they are.", number
        )
        messages.error(request, words % {"n": number})
