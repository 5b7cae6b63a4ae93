"""Acts on a case that have a form of their own: assign, raise, correct a record."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from casework.domain.cases import assign_owner, raise_level
from casework.domain.follow_ups import correct_follow_up
from casework.domain.talk_details import DETAILS, TalkDetails
from casework.forms import AssignForm, CorrectionForm, RaiseForm
from casework.models import Case, FollowUp
from casework.queries.people import possible_owners
from portal.core.errors import DomainError


@login_required
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Name the responsible person; refused when the case changed since the form was opened."""
    case = Case.objects.get_for(request.user, "manage_case", pk)
    people = possible_owners(case)
    initial = {"owner": case.owner_id, "version": case.version}
    form = AssignForm(request.POST or None, people=people, initial=initial)

    def save() -> str:
        owner = form.person()
        assign_owner(
            actor=request.user, case=case, owner=owner, version=form.cleaned_data["version"]
        )
        return _("Responsible: %(name)s.") % {"name": owner.name}

    return _act(request, form, save, _("Assign the responsible person"), _case_url(case))


@login_required
def escalate(request: HttpRequest, pk: int) -> HttpResponse:
    """Raise the level: takes effect at once, by anyone who may write on the case."""
    case = Case.objects.get_for(request.user, "write_case", pk)
    form = RaiseForm(request.POST or None, above=case.level.rank)

    def save() -> str:
        level = form.cleaned_data["level"]
        raise_level(actor=request.user, case=case, level=level, reason=form.cleaned_data["reason"])
        return _("Raised to %(level)s; this takes effect at once.") % {"level": level.name}

    return _act(request, form, save, _("Raise the level"), _case_url(case))


@login_required
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct one's own record; the former text stays in the history."""
    record = FollowUp.objects.get_for(request.user, "see_talks", pk)
    if record.author_id != request.user.pk:
        raise Http404
    form = CorrectionForm(
        request.POST or None,
        initial={name: getattr(record, name) for name in CorrectionForm.base_fields},
    )

    def save() -> str:
        data = form.cleaned_data
        kept = {name: getattr(record, name) for name in DETAILS}
        correct_follow_up(
            actor=request.user, follow_up=record, content=data["content"],
            version=data["version"],
            details=TalkDetails(**kept | {name: data[name] for name in data if name in kept}),
        )  # fmt: skip
        return _("Corrected; the former text stays in the history.")

    back = reverse("casework:record", args=[record.pk])
    return _act(request, form, save, _("Correct a record"), back)


def _case_url(case: Case) -> str:
    return reverse("casework:case", args=[case.pk])


def _act(
    request: HttpRequest, form: forms.Form, save: Callable[[], str], title: str, back: str
) -> HttpResponse:
    """One form: a fragment for the dialog, a page when it came back with something to correct.

    A refusal (also: somebody else was faster) stands above the form, what was typed is kept.
    """
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                messages.success(request, save())
            except DomainError as error:
                form.add_error(None, str(error))
                status = 409 if error.code == "stale" else 422
            else:
                return redirect(back)
        else:
            status = 422
    context: dict[str, Any] = {"form": form, "title": title, "back": back, "action": request.path}
    is_part = request.method == "GET" and request.headers.get("HX-Request")
    template = "casework/_act.html" if is_part else "casework/act.html"
    return render(request, template, context, status=status)
