"""Several keys at once: read what is asked and why, see what would happen, say yes to the chosen;
and the cases whose closing can be asked for, chosen together."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from casework.domain.bulk import agree_many
from casework.filters_ledger import selected_of
from casework.forms_keys import AgreeManyForm
from casework.models import Case, KeyRequest
from casework.queries.closing import assessed
from casework.queries.key_desk import MOST, waiting
from casework.queries.key_page import many_lines
from casework.queries.keys import read_whole
from casework.views.ledger_bulk import say_outcome
from portal.core.access import reaches_any
from portal.core.domain.bulk import BulkOutcome


@login_required
def agree(request: HttpRequest) -> HttpResponse:
    """Requests that wait for my key. POST with ``step``: "try" shows, "do" turns the keys."""
    user: Any = request.user
    found = read_whole(waiting(user).order_by("due_at", "pk")[:MOST])
    chosen = set(selected_of(request.POST))
    form = AgreeManyForm(request.POST or None)
    outcome: BulkOutcome | None = None
    if request.method == "POST" and form.is_valid():
        picked: list[KeyRequest] = [one for one in found if one.pk in chosen]
        if not picked:
            form.add_error(None, _("Choose the requests first."))
        else:
            is_trial = request.POST.get("step") != "do"
            outcome = agree_many(
                actor=user, requests=picked, is_trial=is_trial, **form.cleaned_data
            )
            if not is_trial:
                say_outcome(request, outcome)
                return redirect("casework:keys")
    context = {
        "lines": many_lines(found, chosen, outcome), "form": form, "outcome": outcome,
        "back": reverse("casework:keys"),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "casework/keys_many.html", context, status=status)


@login_required
@require_GET
def closable(request: HttpRequest) -> HttpResponse:
    """Assessed cases for whose closing nobody has asked yet; the chosen ones go on to the preview,
    which says what each still lacks."""
    if not reaches_any(Case, request.user, "write_case"):
        raise Http404
    found = list(assessed(request.user)[:MOST])
    return render(request, "casework/closable.html", {"cases": found, "most": MOST})
