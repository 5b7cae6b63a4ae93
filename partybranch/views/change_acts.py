"""What is done with an application about branches: corrected, sent, taken back, decided."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cohorts.domain.rehearsal import rehearse
from partybranch.domain.changes import (
    drop_proposed,
    place_people,
    propose_branch,
    rename_proposed,
    renew_places,
    send_change,
    take_back_change,
    withdraw_change,
)
from partybranch.domain.changes_apply import (
    Done,
    approve_change,
    refuse_change,
)
from partybranch.enums import ABOVE_BRANCHES, ALONE, RELATION_HOLDING, ChangeState
from partybranch.forms_changes import (
    AddBranchForm,
    ApproveForm,
    EndForm,
    PlaceForm,
    ProposedForm,
    RefuseForm,
    SendForm,
)
from partybranch.models import PartyOrganization, ProposedBranch, Reorganization
from partybranch.queries.changes import layout_of
from partybranch.views.form_page import form_page
from portal.core.errors import DomainError


def _draft(request: HttpRequest, pk: int) -> Reorganization:
    change: Reorganization = Reorganization.objects.get_for(request.user, "write_party_file", pk)
    return change


def _back(pk: int) -> str:
    return reverse("party:change", args=[pk])


def _proposed(request: HttpRequest, pk: int, key: int) -> tuple[Reorganization, ProposedBranch]:
    change = _draft(request, pk)
    return change, get_object_or_404(change.proposed.select_related("change"), pk=key)


@login_required
def add_branch(request: HttpRequest, pk: int) -> HttpResponse:
    """One more branch in the proposal."""
    change = _draft(request, pk)
    rows = PartyOrganization.objects.filter(
        approving_committee_id=change.committee_id, party_kind__in=RELATION_HOLDING, closed_on=None
    ).exclude(pk__in=change.proposed.exclude(existing=None).values("existing_id"))  # fmt: skip
    form = AddBranchForm(request.POST or None, branches=rows.order_by("code"))
    return form_page(
        request, form, lambda data: propose_branch(actor=request.user, change=change, **data),  # type: ignore[arg-type]
        title=_("Add a branch to the proposal"), back=_back(pk), submit=_("Add"),
        done=_("The branch is in the proposal. Say who goes there."),
    )  # fmt: skip


@login_required
def edit_proposed(request: HttpRequest, pk: int, key: int) -> HttpResponse:
    """Name, kind and place of a new branch."""
    change, one = _proposed(request, pk, key)
    if one.existing_id or change.state != ChangeState.DRAFT:
        raise Http404
    parents = PartyOrganization.objects.filter(
        party_kind__in=ABOVE_BRANCHES, closed_on=None,
        above__ancestor=change.committee_id,
    )  # fmt: skip
    form = ProposedForm(
        request.POST or None, parents=parents.order_by("code"),
        initial={"name": one.name, "short_name": one.short_name, "kind": one.party_kind,
                 "parent": one.parent_id}, is_beside=change.kind in ALONE,
    )  # fmt: skip
    return form_page(
        request, form, lambda data: rename_proposed(actor=request.user, proposed=one, **data),  # type: ignore[arg-type]
        title=_("Proposed branch: %(name)s") % {"name": one.name}, back=_back(pk),
        done=_("The proposal is changed."),
    )  # fmt: skip


def _act(request: HttpRequest, pk: int, act: Any, done: str) -> HttpResponse:
    """One act without a form: back to the page, with its word or the refusal."""
    try:
        act()
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(_back(pk))


@login_required
@require_POST
def drop(request: HttpRequest, pk: int, key: int) -> HttpResponse:
    """Take a branch out of the proposal."""
    _change, one = _proposed(request, pk, key)
    return _act(request, pk, lambda: drop_proposed(actor=request.user, proposed=one),  # type: ignore[arg-type]
                _("Taken out of the proposal; its people stay where they are."))  # fmt: skip


@login_required
@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """The people ticked go to the branch chosen."""
    change = _draft(request, pk)
    form = PlaceForm(request.POST, change=change)
    if not form.is_valid():
        messages.error(request, _("Tick the people, and choose a branch of this proposal."))
        return redirect(_back(pk))
    people, target = form.cleaned_data["selected"], form.cleaned_data["target"]
    words = ngettext("%(n)s person is placed.", "%(n)s people are placed.", len(people)) % {
        "n": len(people)
    }
    return _act(request, pk, lambda: place_people(
        actor=request.user, change=change, places=[int(one) for one in people], target=target),  # type: ignore[arg-type]
        words)  # fmt: skip


@login_required
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring the list of people up to the rolls of today."""
    change = _draft(request, pk)
    return _act(request, pk, lambda: renew_places(actor=request.user, change=change),  # type: ignore[arg-type]
                _("The list is up to date. Place those who came."))  # fmt: skip


@login_required
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the draft to the committee; refused with every rule that is not kept."""
    change = _draft(request, pk)
    form = SendForm(
        request.POST or None,
        initial={"reason": change.reason, "override_reason": change.override_reason,
                 "version": change.version},
    )  # fmt: skip
    doubts = [f"“{one.name}”：{check.message}" for one in layout_of(change).groups
              if one.people or one.others for check in one.doubted]  # fmt: skip
    if not doubts:
        form.fields["override_reason"].widget = form.fields["override_reason"].hidden_widget()
    return form_page(
        request, form, lambda data: send_change(actor=request.user, change=change, **data),  # type: ignore[arg-type]
        title=_("Send to %(committee)s") % {"committee": change.committee.label}, back=_back(pk),
        done=_("Sent. Nothing changes before the committee has approved."), submit=_("Send"),
        note=" ".join(doubts),
    )  # fmt: skip


@login_required
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Back into the draft (POST), or end a draft with a reason (the form)."""
    change = _draft(request, pk)
    if request.method == "POST" and change.state == ChangeState.SENT:
        return _act(request, pk, lambda: take_back_change(actor=request.user, change=change),  # type: ignore[arg-type]
                    _("Taken back into the draft."))  # fmt: skip
    return form_page(
        request, EndForm(request.POST or None),
        lambda data: withdraw_change(actor=request.user, change=change, reason=data["reason"]),  # type: ignore[arg-type]
        title=_("Withdraw the application: %(title)s") % {"title": change.title}, back=_back(pk),
        done=_("Withdrawn. No branch has changed."), submit=_("Withdraw"),
    )  # fmt: skip


@login_required
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The committee's approval: decision and day, a preview (the change itself, taken back), then
    the change. A refusal stands in the form."""
    change: Reorganization = Reorganization.objects.get_for(request.user, "approve_party_file", pk)
    today, status = timezone.localdate(), 200
    done: Done | None = None
    form = ApproveForm(request.POST or None, initial={
        "decided_on": today, "effective_on": today, "version": change.version})  # fmt: skip

    def act() -> Done:
        return approve_change(actor=request.user, change=change, **form.cleaned_data)  # type: ignore[arg-type]

    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if request.POST.get("step") == "do":
                    act()
                    messages.success(request, _("Carried out: the branches have changed."))
                    return redirect(_back(pk))
                done = rehearse(act)
                status = 200
            except DomainError as error:
                form.take_faults(getattr(error, "faults", ()))
                if not form.errors:
                    form.add_error(None, str(error))
    context = {"form": form, "change": change, "done": done, "back": _back(pk)}
    return render(request, "party/change_decide.html", context, status=status)


@login_required
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """The committee did not approve."""
    change: Reorganization = Reorganization.objects.get_for(request.user, "approve_party_file", pk)
    form = RefuseForm(request.POST or None, initial={
        "decided_on": timezone.localdate(), "version": change.version})  # fmt: skip
    return form_page(
        request, form, lambda data: refuse_change(actor=request.user, change=change, **data),  # type: ignore[arg-type]
        title=_("Not approved: %(title)s") % {"title": change.title}, back=_back(pk),
        done=_("Entered. No branch has changed."), submit=_("Enter"),
    )  # fmt: skip
