"""Moves of cases: sending one, the two lists, one move with its answers, several at once."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from casework.domain.transitions import (
    accept_move,
    decline_move,
    finish_move,
    revoke_move,
    send_case,
)
from casework.domain.transitions_bulk import accept_moves
from casework.forms_transitions import EndForm, FinishForm, SendForm
from casework.models import Case, Transition
from casework.queries.people import possible_owners
from casework.queries.transitions import (
    CAME_BACK,
    acts,
    came_back,
    offices,
    sent_page,
    waiting_page,
)
from portal.core.access import reaches_one, reasons
from portal.core.errors import DomainError
from portal.core.typed import whole
from students.views.listing import page_number, shown_page


@login_required
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a case, or a request about it. ``?again=`` takes over the words of one that came back."""
    case = Case.objects.get_for(request.user, "write_case", pk)
    initial = {"client_key": uuid.uuid4(), "kind": request.GET.get("kind") or "transfer"}
    former = came_back(request.user, case, request.GET.get("again", ""))
    if former is not None:
        initial |= {"kind": former.kind, "words": former.words}
    form = SendForm(request.POST or None, units=offices(), initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                move = _send(request, case, form)
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request, _("Sent to %(name)s. You see here what becomes of it.")
                    % {"name": move.receiver},
                )  # fmt: skip
                return redirect("casework:move", pk=move.pk)
    people = [f"{words.split(' · ')[0]}" for _pk, words in possible_owners(case)]
    context = {"form": form, "case": case, "people": people, "former": former}
    return render(request, "casework/send.html", context, status=status)


def _send(request: HttpRequest, case: Case, form: SendForm) -> Transition:
    data = form.cleaned_data
    due: dt.datetime | None = None
    if data["due_on"]:
        due = timezone.make_aware(dt.datetime.combine(data["due_on"], dt.time(23, 59, 59)))
    return send_case(
        actor=request.user, case=case, kind=data["kind"], to=form.receiver(),  # type: ignore[arg-type]
        words=data["words"], due_at=due, client_key=data["client_key"],
    )  # fmt: skip


@login_required
@require_GET
def moves(request: HttpRequest) -> HttpResponse:
    """What waits for my answer; what I sent."""
    tab = "sent" if request.GET.get("tab") == "sent" else ""
    found = (sent_page if tab else waiting_page)(request.user, page_number(request))
    context = {
        "page": shown_page(found),
        "items": found.rows,
        "tab": tab,
        "joint": [item for item in found.rows if item["can_join"]] if not tab else [],
        "tabs": [
            {"label": _("For me"), "url": "?", "count": None, "active": not tab},
            {"label": _("Sent by me"), "url": "?tab=sent", "count": None, "active": bool(tab)},
        ],
    }
    return render(request, "casework/moves.html", context)


@login_required
@require_POST
def accept_many(request: HttpRequest) -> HttpResponse:
    """Accept the selected assignments and transfers together."""
    wanted = [whole(pk) for pk in request.POST.getlist("selected") if whole(pk)]
    try:
        number = accept_moves(actor=request.user, ids=wanted)  # type: ignore[arg-type]
    except DomainError as error:
        messages.error(request, str(error))
    else:
        words = ngettext("%(n)s case accepted.", "%(n)s cases accepted.", number)
        messages.success(request, words % {"n": number})
    return redirect("casework:moves")


_FORMS: dict[str, type[forms.Form] | None] = {
    "accept": None, "decline": EndForm, "revoke": EndForm, "finish": FinishForm,
}  # fmt: skip
_WRITES: dict[str, Callable[..., Transition]] = {
    "accept": accept_move, "decline": decline_move, "revoke": revoke_move, "finish": finish_move,
}  # fmt: skip


@login_required
def move_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One move. POST with ``act``: accept, decline, revoke or finish."""
    move = Transition.objects.get_for(request.user, "see_move", pk)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    bound: forms.Form | None = None
    if act in _WRITES:
        kind = _FORMS[act]
        bound = kind(request.POST) if kind else forms.Form(request.POST)
        if bound.is_valid():
            try:
                _WRITES[act](actor=request.user, move=move, **bound.cleaned_data)
            except DomainError as error:
                bound.add_error(None, str(error))
            else:
                messages.success(request, _done(act))
                return redirect("casework:moves" if act == "decline" else request.path)
        move.refresh_from_db()
    return render(
        request, "casework/move.html", _page(request, move, act, bound),
        status=422 if bound is not None else 200,
    )  # fmt: skip


def _done(act: str) -> str:
    return {
        "accept": _("Accepted."), "decline": _("Declined; the sender is told."),
        "revoke": _("Taken back."), "finish": _("Done; the sender is told."),
    }[act]  # fmt: skip


def _page(
    request: HttpRequest, move: Transition, act: str, bound: forms.Form | None
) -> dict[str, Any]:
    allowed = acts(request.user, move)
    shown = {}
    for name in dict.fromkeys([*allowed, *([act] if act and bound is not None else [])]):
        kind = _FORMS[name]
        shown[name] = bound if name == act and bound is not None else kind() if kind else None
    sees_case = Case.objects.restrict(request.user, "see_case").filter(pk=move.case_id).exists()
    why = "；".join(reason.text for reason in reasons(request.user, "see_move", move))
    is_back = move.state in CAME_BACK and move.from_person_id == request.user.pk
    may_send = is_back and move.case.is_open and reaches_one(
        Case, request.user, "write_case", move.case_id
    )  # fmt: skip
    return {"move": move, "acts": shown, "sees_case": sees_case, "why": why, "may_send": may_send}
