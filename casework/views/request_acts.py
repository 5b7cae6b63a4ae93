"""Moves of a request that have a form of their own, and the codes of buildings."""

from collections.abc import Callable
from typing import Any

import segno
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework import request_forms as f
from casework.domain import request_codes
from casework.domain import request_moves as moves
from casework.domain import request_sender as sender
from casework.models import ReportCode, Request
from casework.queries.request_routing import holders, people_with, proposed_offices
from casework.queries.requests import counsellors_of, is_seen, sides_of
from casework.request_enums import MOVES, Move
from cohorts.access import granted_unit_ids
from cohorts.models import Unit
from portal.core.errors import DomainError
from portal.core.models import User

# Moves that are one button; the others ask something first.
_PLAIN = (Move.TAKE, Move.WITHDRAW, Move.HINT)


@login_required
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """One move: a form for the dialog or a page of its own; what was typed is kept on refusal."""
    found = Request.objects.get_for(request.user, "see_request", pk)
    if move not in _PLAIN and move not in _FORMS:
        raise Http404
    if not MOVES[move][1] & sides_of(request.user, found):
        raise PermissionDenied(_("You may see this request, but this step is not yours."))
    if move in _PLAIN:
        return _plain(request, found, Move(move))
    title, form, save = _FORMS[move](request, found)
    back = reverse("casework:request", args=[pk])
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                done = save()
            except DomainError as error:
                form.add_error(None, str(error))
                status = 409 if error.code == "stale" else 422
            else:
                messages.success(request, done)
                return redirect(_after(request, pk))
    context = {"form": form, "title": title, "back": back, "action": request.path, "r": found}
    return render(request, "casework/request_act.html", context, status=status)


def _after(request: HttpRequest, pk: int) -> str:
    """The request again; the list when it is out of sight now (transferred away)."""
    stays = is_seen(request.user, pk)
    return reverse("casework:request", args=[pk]) if stays else reverse("casework:requests")


def _plain(request: HttpRequest, found: Request, move: Move) -> HttpResponse:
    if request.method != "POST":
        return redirect("casework:request", pk=found.pk)
    actor: Any = request.user
    try:
        if move == Move.TAKE:
            moves.take_request(actor=actor, request=found)
            messages.success(request, _("It is yours now."))
        elif move == Move.WITHDRAW:
            sender.withdraw_request(actor=actor, request=found)
            messages.success(request, _("Taken back."))
        else:
            people = (
                [one.pk for one in counsellors_of(found.student_id)] if found.student_id else []
            )
            moves.hint_counsellor(actor=actor, request=found, people=people)
            messages.success(request, _("The counsellor was told to look in."))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("casework:request", pk=found.pk)


_Made = tuple[str, forms.Form, Callable[[], str]]


def _files(request: HttpRequest) -> dict[str, Any]:
    return {"data": request.POST or None, "files": request.FILES or None}


def _route(request: HttpRequest, found: Request) -> _Made:
    proposals = proposed_offices(found)
    form = f.RouteForm(request.POST or None, proposals=proposals)

    def save() -> str:
        office, data = form.office_chosen(), form.cleaned_data
        moves.route_request(
            actor=request.user, request=found, office=office, duty=form.duty_chosen(),  # type: ignore[arg-type]
            note=data["note"], key=data["client_key"],
        )  # fmt: skip
        return _("Passed to %(office)s.") % {"office": office.name}

    return _("Pass to an office"), form, save


def _transfer(request: HttpRequest, found: Request) -> _Made:
    action = "handle_protected" if found.is_protected else "handle_request"
    near = (
        people_with(action) if found.is_protected
        else holders([found.office_id], action).get(found.office_id, []) if found.office_id else []
    )  # fmt: skip
    people = list(User.objects.filter(pk__in=near).exclude(pk=request.user.pk).order_by("pinyin"))
    form = f.TransferForm(
        request.POST or None, people=people, is_protected=found.is_protected,
        now=found.office_id or 0,
    )  # fmt: skip

    def save() -> str:
        data, target = form.cleaned_data, form.cleaned_data["target"]
        person = form.people.get(target)
        office = found.office if person is not None else form.units.get(target)
        moves.transfer_request(
            actor=request.user, request=found, reason=data["reason"], office=office,  # type: ignore[arg-type]
            handler=person, key=data["client_key"],
        )  # fmt: skip
        return _("Transferred. Whoever was asked first keeps sight of it.")

    return _("Transfer"), form, save


def _answer(request: HttpRequest, found: Request) -> _Made:
    form = f.AnswerForm(**_files(request))

    def save() -> str:
        data = form.cleaned_data
        moves.answer_request(
            actor=request.user,
            request=found,
            answer=data["answer"],
            files=data["files"],
            key=data["client_key"],  # type: ignore[arg-type]
        )
        return _("Answered. The sender is asked whether it is solved.")

    return _("Answer"), form, save


def _confirm(request: HttpRequest, found: Request) -> _Made:
    form = f.ConfirmForm(request.POST or None)

    def save() -> str:
        sender.confirm_request(
            actor=request.user, request=found, is_solved=form.is_solved(),  # type: ignore[arg-type]
            is_satisfied=form.is_satisfied(), key=form.cleaned_data["client_key"],
        )  # fmt: skip
        return _("Closed. In thirty days you are asked whether it is still fine.")

    return _("Confirm"), form, save


def _reopen(request: HttpRequest, found: Request) -> _Made:
    form = f.ReopenForm(**_files(request))

    def save() -> str:
        data = form.cleaned_data
        sender.reopen_request(
            actor=request.user,
            request=found,
            words=data["words"],
            files=data["files"],
            key=data["client_key"],  # type: ignore[arg-type]
        )
        return _("Reopened. The same office has it again, with a new day.")

    return _("Not solved: reopen"), form, save


def _recheck(request: HttpRequest, found: Request) -> _Made:
    form = f.RecheckForm(request.POST or None)

    def save() -> str:
        data = form.cleaned_data
        sender.recheck_request(
            actor=request.user, request=found, is_still_fine=data["fine"] == "yes",  # type: ignore[arg-type]
            words=data["words"], key=data["client_key"],
        )  # fmt: skip
        return _("Thank you. Your word counts in the public rates.")

    return _("Still fine?"), form, save


_FORMS: dict[str, Callable[[HttpRequest, Request], _Made]] = {
    Move.ROUTE: _route, Move.TRANSFER: _transfer, Move.ANSWER: _answer, Move.CONFIRM: _confirm,
    Move.REOPEN: _reopen, Move.RECHECK: _recheck,
}  # fmt: skip


def _check_codes(request: HttpRequest) -> None:
    if not granted_unit_ids(request.user, "sort_requests"):  # type: ignore[arg-type]
        raise PermissionDenied(_("The sorting desk makes the sheets of buildings."))


@login_required
def codes(request: HttpRequest) -> HttpResponse:
    """Sheets of buildings: make one, print them, revoke one."""
    _check_codes(request)
    form = f.CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            text = form.cleaned_data["unit"].strip()
            units = Unit.objects.filter(kind__in=request_codes.CODE_KINDS, closed_on=None)
            unit = units.filter(Q(code=text) | Q(name=text) | Q(name__startswith=text)).order_by(
                "name"
            ).first()  # fmt: skip
            try:
                if unit is None:
                    raise DomainError(_("No building of this name or code. Check the spelling."))
                request_codes.make_code(actor=request.user, unit=unit)  # type: ignore[arg-type]
            except DomainError as error:
                form.add_error("unit", str(error))
            else:
                messages.success(request, _("A new sheet for %(unit)s.") % {"unit": unit.name})
                return redirect("casework:codes")
    rows = ReportCode.objects.select_related("unit").order_by("revoked_at", "unit__code", "pk")
    in_use = list(rows.filter(revoked_at=None))
    past = rows.exclude(revoked_at=None).order_by("-revoked_at")[:20]
    return render(
        request, "casework/report_codes.html", {"form": form, "codes": in_use, "past": past},
        status=status,
    )  # fmt: skip


@login_required
@require_GET
def code_sheets(request: HttpRequest) -> HttpResponse:
    """One printable sheet a building; ``?code=`` chooses one."""
    _check_codes(request)
    rows = ReportCode.objects.filter(revoked_at=None).select_related("unit").order_by("unit__code")
    if wanted := request.GET.get("code"):
        rows = rows.filter(code=wanted.replace("\x00", ""))
    sheets = []
    for one in rows:
        url = request.build_absolute_uri(reverse("casework:report", args=[one.code]))
        # Drawn by segno from our own address: paths and numbers only.
        picture = segno.make(url, error="m").svg_inline(scale=8, border=2, svgclass="p-qr",
                                                       lineclass=None, omitsize=True)  # fmt: skip
        sheets.append({"unit": one.unit, "url": url, "svg": mark_safe(picture)})
    return render(request, "casework/report_sheets.html", {"sheets": sheets})


@login_required
@require_POST
def revoke_code(request: HttpRequest, pk: int) -> HttpResponse:
    """The address on the sheet leads nowhere from now on."""
    _check_codes(request)
    code = get_object_or_404(ReportCode, pk=pk)
    request_codes.revoke_code(actor=request.user, code=code)  # type: ignore[arg-type]
    messages.success(request, _("Revoked. Take the sheet down."))
    return redirect("casework:codes")
