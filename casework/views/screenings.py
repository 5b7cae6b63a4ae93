"""Screening rounds: counts for the centre, import of results, template of the file."""

import io
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.domain.screening_imports import columns_of, import_screening
from casework.domain.screenings import open_round
from casework.models import ScreeningRound
from casework.queries.sealed_desk import round_counts, rounds
from casework.sealed_access import CLEARED
from casework.sealed_forms import ResultsForm, RoundForm
from casework.views.sealed_page import centre_page, sealed_page
from portal.core.errors import DomainError
from portal.core.sheets.template import template_file

_MOST_BYTES = 20 * 1024 * 1024
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_FAULTS = 100


class InMemoryOnly(FileUploadHandler):
    """Answers are never written to a temporary file of the web server."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.held = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > _MOST_BYTES:
            raise StopUpload(connection_reset=True)
        self.held.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        self.held.seek(0)
        return InMemoryUploadedFile(
            self.held, self.field_name, "results", self.content_type, file_size, self.charset
        )


@centre_page
@require_http_methods(["GET", "POST"])
def round_list(request: HttpRequest) -> HttpResponse:
    form = RoundForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = open_round(actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                return redirect("casework:round", pk=made.pk)
    page = {"rounds": rounds(request.user), "form": form}
    return render(request, "sealed/rounds.html", page, status=status)


def _shown(
    request: HttpRequest, of: ScreeningRound, status: int = 200, **more: Any
) -> HttpResponse:
    page = {"round": of, "counts": round_counts(request.user, of), "form": ResultsForm(), **more}
    return render(request, "sealed/round.html", page, status=status)


@sealed_page
@require_GET
def round_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _shown(request, ScreeningRound.objects.get_for(request.user, CLEARED, pk))


@csrf_exempt
def add_results(request: HttpRequest, pk: int) -> HttpResponse:
    """The file is taken into memory before anything else looks at the form; the check of the
    form's token follows at once."""
    request.upload_handlers = [InMemoryOnly(request)]
    return _add_results(request, pk)


@csrf_protect
@sealed_page
@require_POST
def _add_results(request: HttpRequest, pk: int) -> HttpResponse:
    of = ScreeningRound.objects.get_for(request.user, CLEARED, pk)
    form = ResultsForm(request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, of, 422, form=form)
    try:
        result = import_screening(
            actor=request.user,
            of=of,
            content=form.cleaned_data["file"].read(),  # type: ignore[arg-type]
        )
    except DomainError as error:
        form.add_error("file", str(error.message))
        return _shown(request, of, 422, form=form)
    if result.faults:
        faults = [fault.as_list() for fault in result.faults[:SHOWN_FAULTS]]
        more = len(result.faults) - len(faults)
        return _shown(request, of, 422, form=form, faults=faults, more_faults=more)
    words = _("%(n)s results sealed; %(asked)s ask for a talk.")
    messages.success(
        request,
        words % {"n": result.touched.get("results", 0), "asked": result.touched.get("asked", 0)},
    )
    return redirect("casework:round", pk=of.pk)


@sealed_page
@require_GET
def round_template(request: HttpRequest, pk: int) -> HttpResponse:
    of = ScreeningRound.objects.get_for(request.user, CLEARED, pk)
    content = template_file(of.scale_id, columns_of(of.scale))
    answer = HttpResponse(content, content_type=_XLSX)
    answer["Content-Disposition"] = f'attachment; filename="screening-{of.scale_id}.xlsx"'
    return answer
