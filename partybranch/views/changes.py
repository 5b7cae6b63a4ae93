"""Applications about branches: the list, the simulator, one application with its proposal."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cohorts.post_reasons import post_reasons
from partybranch.domain.changes import draft_change
from partybranch.enums import ALONE, ChangeState, Grouping, PartyKind
from partybranch.forms_changes import DraftForm, SimulateForm
from partybranch.models import PartyOrganization, Reorganization
from partybranch.queries.changes import (
    Group,
    changes_of,
    choosable,
    committees_of,
    layout_of,
    parents_for,
    places_of,
    simulated,
    warnings_of,
)
from partybranch.views.form_page import show_refusal
from portal.core import reads
from portal.core.access import reaches_one
from portal.core.errors import DomainError
from students.views.listing import page_of


@login_required
@require_GET
def change_list(request: HttpRequest) -> HttpResponse:
    """Applications of the committees in reach; those that wait come first by the chips."""
    user: Any = request.user
    committees = committees_of(user)
    if not committees:
        raise PermissionDenied(_("None of your posts at a party committee shows applications about "
                                 "branches."))  # fmt: skip
    rows, here = changes_of(user), reverse("party:changes")
    asked = request.GET.get("state", "")
    asked = asked if asked in ChangeState.values else ""
    chips = [{"label": _("All applications"), "url": here, "active": not asked}]
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    chips += [{"label": state.label, "url": f"{here}?state={state}", "active": asked == state,
               "count": counts.get(state, 0)} for state in ChangeState]  # fmt: skip
    context = {
        "page": page_of(request, rows.filter(state=asked) if asked else rows), "chips": chips,
        "may_draft": bool(choosable(user)), "may_ask": parents_for(user).exists(),
        "why": "；".join(one.text for one in post_reasons(
            user, "see_party_file", [one.pk for one in committees])),
    }  # fmt: skip
    return render(request, "party/changes.html", context)


@login_required
def new_change(request: HttpRequest) -> HttpResponse:
    """The simulator: choose branches and a rule, see what each branch would be, keep it as a draft.
    Nothing is written before that, and no branch changes before the committee has approved."""
    user: Any = request.user
    branches = choosable(user)
    if not branches:
        raise PermissionDenied(_("None of your posts keeps the rolls of branches for a committee."))
    first = {"rule": Grouping.MAJOR, "count": 2, "kind": PartyKind.JOINT}
    groups: list[Group] = []
    status = 200
    if request.method == "POST":
        form: SimulateForm = DraftForm(request.POST, branches=branches)
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            groups = _simulate(data)
            try:
                made = draft_change(
                    actor=user, branches=list(data["branches"]), rule=data["rule"],
                    title=data["title"], count=data["count"], kind=data["kind"],
                    client_key=data["client_key"],
                )  # fmt: skip
            except DomainError as error:
                show_refusal(form, error)
            else:
                messages.success(request, _("The draft is kept. No branch has changed."))
                return redirect("party:change", made.pk)
    else:
        asked = request.GET if "branches" in request.GET or "rule" in request.GET else None
        form = SimulateForm(asked, branches=branches, initial=first)
        if asked is not None and form.is_valid():
            groups = _simulate(form.cleaned_data)
    draft = DraftForm(initial={"client_key": uuid.uuid4(), "title": _title(groups)},
                      branches=branches) if groups else None  # fmt: skip
    context = {
        "form": form, "groups": groups, "draft": draft, "asked": form.data if groups else {},
        "chosen": form.cleaned_data["branches"] if groups else (), "back": reverse("party:changes"),
    }  # fmt: skip
    return render(request, "party/change_new.html", context, status=status)


def _simulate(data: dict[str, Any]) -> list[Group]:
    return simulated(list(data["branches"]), data["rule"], data["count"], data["kind"])


def _title(groups: list[Group]) -> str:
    if not groups:
        return ""
    words = _("Request to lay out %(name)s and further party branches anew")
    return (words % {"name": groups[0].name})[:80]


@login_required
@require_GET
def change_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: what each branch will be with the rules of 1.5, who goes where, what is open
    in the branches that close, the decision."""
    user: Any = request.user
    change: Reorganization = Reorganization.objects.get_for(user, "see_party_file", pk)
    reads.note(user, "read_change", change)
    layout = layout_of(change)
    is_alone = change.kind in ALONE
    is_open = not is_alone and change.state in (ChangeState.DRAFT, ChangeState.SENT)
    may_write = reaches_one(Reorganization, user, "write_party_file", pk)
    context = {
        "change": change, "sources": list(change.sources.order_by("code")),
        "groups": layout.groups if is_open else (), "newcomers": layout.newcomers if is_open else (),
        "closing": layout.closing if is_open else (),
        "warnings": warnings_of(layout.closing) if is_open else (),
        "made": _made(change), "rows": [] if is_alone else places_of(change, layout),
        "is_alone": is_alone,
        "proposed": list(change.proposed.all()),
        "may_edit": may_write and change.state == ChangeState.DRAFT,
        "may_take_back": may_write and change.state == ChangeState.SENT,
        "may_decide": change.state == ChangeState.SENT
        and reaches_one(Reorganization, user, "approve_party_file", pk),
        "why": "；".join(one.text for one in post_reasons(
            user, "see_party_file", [change.committee_id])),
    }  # fmt: skip
    return render(request, "party/change.html", context)


def _made(change: Reorganization) -> list[PartyOrganization]:
    rows = change.proposed.exclude(made=None).select_related("made").order_by("pk")
    return [one.made for one in rows if one.made is not None]
