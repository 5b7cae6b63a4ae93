"""Elections of a branch: the list, entering one, the committee's approval."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partybranch.domain.elections import approve_election, record_election
from partybranch.forms_election import ElectionForm
from partybranch.models import Election, PartyOrganization
from partybranch.queries.branches import officers
from partybranch.queries.elections import elections_of, electors
from partybranch.queries.life import full_members
from partybranch.queries.rules import numbers
from partybranch.views.form_page import show_refusal
from partybranch.views.life import branch_of
from portal.core.access import reaches_one
from portal.core.errors import DomainError


@login_required
@require_GET
def election_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Who holds a post until when, and the elections behind it."""
    user: Any = request.user
    branch = branch_of(request, pk, "see_branch_life")
    context = {
        "branch": branch, "elections": elections_of(user, branch), "officers": officers(branch),
        "may_write": reaches_one(PartyOrganization, user, "write_branch_life", pk),
        "may_approve": reaches_one(PartyOrganization, user, "approve_party_file", pk),
    }  # fmt: skip
    return render(request, "party/elections.html", context)


@login_required
def new_election(request: HttpRequest, pk: int) -> HttpResponse:
    """Counts and candidates of an election that was held."""
    branch = branch_of(request, pk, "write_branch_life")
    today = timezone.localdate()
    people = electors(branch, today)
    has_committee = full_members([pk], today).get(pk, 0) >= numbers()["branch.committee_from"]
    form = ElectionForm(
        request.POST or None, voters=people,
        initial={"on": today, "right": len(people), "client_key": uuid.uuid4(),
                 "is_committee": has_committee, "seats": 5 if has_committee else 1},
    )  # fmt: skip
    status, back = 200, reverse("party:elections", args=[pk])
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                record_election(
                    actor=request.user, branch=branch, typed=form.typed(),  # type: ignore[arg-type]
                    client_key=form.cleaned_data["client_key"],
                )  # fmt: skip
            except DomainError as error:
                show_refusal(form, error)
            else:
                messages.success(request, _("Entered. The committee above approves it."))
                return redirect(back)
    context = {"form": form, "branch": branch, "back": back}
    return render(request, "party/election_form.html", context, status=status)


@login_required
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The committee approves; whoever was elected holds the post from today."""
    election: Election = Election.objects.get_for(request.user, "approve_party_file", pk)
    try:
        made = approve_election(actor=request.user, election=election)  # type: ignore[arg-type]
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Approved: %(n)s posts begin today.") % {"n": len(made)})
    return redirect("party:elections", election.branch_id)
