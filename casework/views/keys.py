"""Two keys: those that wait for me, one request in full, asking to lower, taking back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.domain.keys import remind_holders, turn_key, withdraw_request
from casework.domain.lowering import ask_lowering
from casework.enums import KeyKind
from casework.forms_keys import LowerForm, TurnForm, WithdrawForm
from casework.models import Case, KeyRequest
from casework.queries.closing import conditions
from casework.queries.key_desk import MOST, desk
from casework.queries.key_page import request_facts, sees_case, sides_left
from casework.queries.keys import (
    clash_words,
    items,
    key_rows,
    read_whole,
    title,
    turns_of,
)
from casework.views.case_acts import _act, _case_url
from portal.core.access import reaches_any
from portal.core.errors import DomainError


@login_required
@require_GET
def key_list(request: HttpRequest) -> HttpResponse:
    """What waits for my key, disagreements in my reach, what I asked for."""
    user = request.user
    page = {
        **desk(user),
        "most": MOST,
        "has_cases": reaches_any(Case, user, "see_case"),
    }
    return render(request, "casework/keys.html", page)


@login_required
def key(request: HttpRequest, pk: int) -> HttpResponse:
    """One request with its keys; the form for those who may turn one."""
    KeyRequest.objects.get_for(request.user, "see_case", pk)
    (one,) = read_whole(KeyRequest.objects.restrict(request.user, "see_case").filter(pk=pk))
    sides = sides_left(request.user, one)
    form = TurnForm(request.POST or None, sides=sides) if sides else None
    status = 200
    if request.method == "POST":
        status = 422
        if form is None:
            messages.error(request, _("None of your posts speaks for this side in this case."))
            return redirect("casework:key", pk=pk)
        if form.is_valid():
            try:
                _say(request, turn_key(actor=request.user, request=one, **form.cleaned_data))
            except DomainError as error:
                form.add_error(None, str(error))
                status = 409 if error.code == "stale" else 422
            else:
                return redirect("casework:keys")
    return render(request, "casework/key.html", _page(request, one, form), status=status)


def _say(request: HttpRequest, turn: Any) -> None:
    if turn.person_id != request.user.pk:
        messages.info(
            request, _("%(name)s had already spoken for your side.") % {"name": turn.person.name}
        )
        return
    messages.success(request, _("Your side's word is kept: %(word)s.") % {
        "word": turn.get_verdict_display()})  # fmt: skip


def _page(request: HttpRequest, one: KeyRequest, form: TurnForm | None) -> dict[str, Any]:
    user = request.user
    mine = one.asked_by_id == user.pk and one.is_open
    opens_case = sees_case(user, one)
    return {
        "one": one,
        "words": title(one),
        "facts": request_facts(one),
        "keys": key_rows(one.sides, turns_of(one), one.due_at, one.is_open),
        "notes": [turn for turn in one.turns.all() if turn.note],
        "clock": clash_words(one.disagreed_at, one.due_at)
        if one.disagreed_at and one.is_open else "",
        "checks": conditions(one.case, one.outcome)
        if one.kind == KeyKind.CLOSE and one.is_open and opens_case else [],
        "form": form,
        "withdraw": WithdrawForm() if mine else None,
        "may_remind": one.is_open and opens_case,
        "case_url": _case_url(one.case) if opens_case else "",
    }  # fmt: skip


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back one's own request."""
    one = KeyRequest.objects.get_for(request.user, "see_case", pk)
    form = WithdrawForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        withdraw_request(actor=request.user, request=one, reason=reason)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Taken back."))
    return redirect("casework:key", pk=pk)


@login_required
@require_POST
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Ring once a day for those whose key is missing."""
    one = KeyRequest.objects.get_for(request.user, "write_case", pk)
    told = remind_holders(actor=request.user, request=one)
    words = _("Reminded: %(n)s people.") if told else _("They were reminded today already.")
    messages.success(request, words % {"n": told} if told else words)
    return redirect("casework:key", pk=pk)


@login_required
@require_GET
def case_keys(request: HttpRequest, pk: int) -> HttpResponse:
    """Every request of one case, open and settled."""
    case = Case.objects.get_for(request.user, "see_case", pk)
    rows = KeyRequest.objects.restrict(request.user, "see_case").filter(case=case)
    lines = items(rows)
    for line in lines:
        if not line["is_open"]:
            line["side"], line["side_tone"] = line["state"], "plain"
    return render(request, "casework/case_keys.html", {"case": case, "items": lines})


@login_required
def lower(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask both sides to lower one entry."""
    case = Case.objects.get_for(request.user, "write_case", pk)
    form = LowerForm(request.POST or None, case=case, initial={"version": case.version})

    def save() -> str:
        ask_lowering(actor=request.user, **form.cleaned_data)
        return _("Asked. The level changes when the last key is turned.")

    back = reverse("casework:case", args=[case.pk])
    return _act(request, form, save, _("Ask to lower the level"), back)
