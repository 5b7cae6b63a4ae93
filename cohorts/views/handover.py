"""The hand-over wizard and the receiver's own page."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cohorts.domain.handover import (
    decline_handover,
    may_end,
    propose_handover,
    sign_handover,
    withdraw_handover,
)
from cohorts.domain.leaving import Leaving, leaving, work_kinds
from cohorts.enums import HandoverState
from cohorts.forms.handover import DeclineForm, HandoverForm
from cohorts.forms.people import suggested_people
from cohorts.models import Appointment, Handover
from cohorts.views.posts import tabs
from portal.core.errors import DomainError


def _work(user: Any, left: Leaving) -> list[dict[str, Any]]:
    """Open work by kind: how much, and those lines that this reader may see."""
    found = []
    for kind in work_kinds():
        ids = list(kind.rows(left).values_list("pk", flat=True))
        if ids:
            lines = kind.lines(user, ids)
            found.append({"kind": kind, "count": len(ids), "lines": lines,
                          "hidden": len(ids) - len(lines)})  # fmt: skip
    return found


@login_required
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """The wizard, for the leaver and for whoever appoints to the post."""
    post = Appointment.objects.get_for(request.user, "see_unit", pk)
    if post.person_id != request.user.pk:
        post = Appointment.objects.get_for(request.user, "appoint", pk)
    left = leaving(post)
    work = _work(request.user, left)
    kinds = {line["kind"].code: line["kind"] for line in work}
    may_name = post.person_id != request.user.pk and may_end(request.user, post)  # type: ignore[arg-type]
    form = HandoverForm(
        request.POST if request.method == "POST" else None, kinds=kinds, may_name=may_name
    )
    waiting = post.handovers.filter(state=HandoverState.PROPOSED).first()
    if request.method == "POST" and form.is_valid():
        try:
            paper = propose_handover(
                actor=request.user, post=post, receivers=form.receivers(),  # type: ignore[arg-type]
                notes=form.cleaned_data["notes"], **form.successor_data(),
            )  # fmt: skip
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            done = paper.state == HandoverState.DONE
            messages.success(
                request, _("Handed over; the post has ended.") if done else _("Sent to be signed.")
            )
            return redirect("cohorts:paper", paper.pk)
    fields = {code: (name, stays) for code, name, stays in form.rows()}
    context = {
        "post": post, "form": form, "waiting": waiting, "may_name": may_name,
        "rows": [line | {"fields": fields.get(line["kind"].code)} for line in work],
        "people": suggested_people(request.user, [post.unit_id]),
        "back": reverse("cohorts:post", args=[post.pk]),
    }  # fmt: skip
    return render(request, "cohorts/handover.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def papers(request: HttpRequest) -> HttpResponse:
    """Hand-overs that wait for one's signature first, then all within reach."""
    rows = Handover.objects.restrict(request.user, "see_unit").select_related(
        "post__person", "post__role", "post__unit", "proposed_by", "successor"
    )
    mine = rows.filter(
        state=HandoverState.PROPOSED, parts__receiver=request.user, parts__signed_at=None
    ).distinct()
    context = {"mine": mine, "rows": rows.order_by("-proposed_at")[:100],
               "tabs": tabs("handovers", request.user)}  # fmt: skip
    return render(request, "cohorts/handovers.html", context)


@login_required
@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """One hand-over: who takes what, who has signed; the receiver signs or gives it back here."""
    one = Handover.objects.get_for(request.user, "see_unit", pk)
    return _paper(request, one, DeclineForm())


def _paper(
    request: HttpRequest, one: Handover, form: DeclineForm, status: int = 200
) -> HttpResponse:
    kinds = {kind.code: kind.label for kind in work_kinds()}
    is_open = one.state == HandoverState.PROPOSED
    parts = [
        {"part": part, "label": kinds.get(part.kind, _("the post itself"))}
        for part in one.parts.select_related("receiver")
    ]
    own = {one.proposed_by_id, one.post.person_id}
    context = {
        "paper": one, "parts": parts, "form": form, "is_open": is_open,
        "must_sign": is_open and one.parts.filter(receiver=request.user, signed_at=None).exists(),
        "may_withdraw": is_open and (
            request.user.pk in own or may_end(request.user, one.post)  # type: ignore[arg-type]
        ),
        "work": _work(request.user, leaving(one.post)) if is_open else [],
    }  # fmt: skip
    return render(request, "cohorts/paper.html", context, status=status)


@login_required
@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    one = Handover.objects.get_for(request.user, "see_unit", pk)
    try:
        done = sign_handover(actor=request.user, handover=one)  # type: ignore[arg-type]
    except DomainError as error:
        messages.error(request, str(error))
    else:
        is_done = done.state == HandoverState.DONE
        words = _("Signed: the work is yours now.") if is_done else _("Signed; others still sign.")
        messages.success(request, words)
    return redirect("cohorts:paper", pk)


@login_required
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it back with a reason."""
    one = Handover.objects.get_for(request.user, "see_unit", pk)
    form = DeclineForm(request.POST)
    if form.is_valid():
        try:
            decline_handover(actor=request.user, handover=one, **form.cleaned_data)  # type: ignore[arg-type]
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Given back; the proposer has been told."))
            return redirect("cohorts:handovers")
    return _paper(request, one, form, 422)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    one = Handover.objects.get_for(request.user, "see_unit", pk)
    try:
        withdraw_handover(actor=request.user, handover=one)  # type: ignore[arg-type]
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The proposal was taken back."))
    return redirect("cohorts:paper", pk)
