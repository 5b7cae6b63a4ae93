"""Exports: mine and those to approve, asking for one, one with its answer, progress and file."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cohorts.domain.exports import ask_export, decide_export, hand_out, withdraw_export
from cohorts.export_kinds import ExportKind, export_kind
from cohorts.forms.exports import AskForm, DecideForm
from cohorts.models import Export, Unit
from cohorts.queries import exports as found
from portal.core.errors import DomainError
from portal.core.sheets.writer import XLSX


@login_required
@require_GET
def export_list(request: HttpRequest) -> HttpResponse:
    """What I asked for, and what others ask me to approve."""
    user: Any = request.user
    context = {
        "waiting": found.lines(found.waiting(user), with_asker=True),
        "mine": found.lines(found.my_exports(user), with_asker=False),
    }
    return render(request, "exports/list.html", context)


def _kind(code: str) -> ExportKind:
    kind = export_kind(code)
    if kind is None:
        raise Http404
    return kind


@login_required
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """What would go out and by which rule; the purpose; sent, it is asked for."""
    one, user, query = _kind(kind), request.user, _query(request)
    units = found.export_units(user, one.action, one.unit_kinds)  # type: ignore[arg-type]
    if not units.exists():
        raise PermissionDenied(_("None of your posts lets you export this."))
    wanted = request.POST.get("unit") or request.GET.get("unit", "")
    unit = _unit(units, wanted) or found.own_unit(user, one.action)  # type: ignore[arg-type]
    typed = request.POST if request.method == "POST" else None
    form = AskForm(typed, units=units, initial={"unit": unit})
    if request.method == "POST" and form.is_valid():
        try:
            export = ask_export(
                actor=user, kind=one, unit=form.cleaned_data["unit"], query=query,  # type: ignore[arg-type]
                reason=form.cleaned_data["reason"], key=form.cleaned_data["key"],
            )  # fmt: skip
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect("cohorts:export", export.pk)
    context = {
        "kind": one, "form": form, "query": query, "unit": unit,
        "going": one.plan(user, unit, query) if unit else None,  # type: ignore[arg-type]
        "limit": found.export_number(found.LIMIT), "back": reverse(one.back),
        "approvers": found.approvers(unit, user) if unit and one.needs_approval else [],  # type: ignore[arg-type]
    }  # fmt: skip
    return render(request, "exports/new.html", context, status=422 if form.errors else 200)


def _query(request: HttpRequest) -> str:
    """The conditions of the list; of the form that was sent its own field."""
    if request.method == "POST":
        return request.POST.get("query", "")[:2000]
    return request.GET.urlencode()


def _unit(units: Any, wanted: str) -> Unit | None:
    is_number = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
    unit: Unit | None = units.filter(pk=int(wanted)).first() if is_number else None
    return unit


@login_required
@require_GET
def export_page(request: HttpRequest, pk: int) -> HttpResponse:
    Export.objects.get_for(request.user, "see_export", pk)
    return _page(request, found.one(pk), DecideForm())


def _page(
    request: HttpRequest, export: Export, form: DecideForm, status: int = 200
) -> HttpResponse:
    context = found.sheet(request.user, export) | {"form": form, "bar": found.bar(export)}  # type: ignore[arg-type]
    return render(request, "exports/export.html", context, status=status)


@login_required
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress bar; when the work is over, the page is loaded again."""
    Export.objects.get_for(request.user, "see_export", pk)
    bar = found.bar(found.one(pk))
    response = render(request, "imports/_progress.html", {"bar": bar})
    if not bar["is_working"]:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse what somebody else asked for."""
    export = Export.objects.get_for(request.user, "approve_export", pk)
    form = DecideForm(request.POST)
    if form.is_valid() and request.POST.get("act") in ("approve", "refuse"):
        is_approved = request.POST["act"] == "approve"
        try:
            decide_export(
                actor=request.user, export=export, is_approved=is_approved,  # type: ignore[arg-type]
                note=form.cleaned_data["note"],
            )  # fmt: skip
        except DomainError as error:
            form.add_error("note", str(error))
        else:
            words = _("Approved; the file is being made.") if is_approved else _("Refused.")
            messages.success(request, words)
            return redirect("cohorts:export", pk)
    return _page(request, found.one(pk), form, status=422)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    export = Export.objects.get_for(request.user, "see_export", pk)
    try:
        withdraw_export(actor=request.user, export=export)  # type: ignore[arg-type]
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Taken back; no file is kept."))
    return redirect("cohorts:export", pk)


@login_required
@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, for whoever asked for it, as long as every line of it is open to him."""
    export = Export.objects.get_for(request.user, "see_export", pk)
    try:
        name, content = hand_out(actor=request.user, export=export)  # type: ignore[arg-type]
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("cohorts:export", pk)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
