"""Workbooks of imports: the template to fill in and the file of cells to correct."""

import uuid
from typing import Any
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.core.models import Job
from portal.core.sheets.template import template_file
from portal.core.sheets.writer import XLSX
from portal.web.imports import reach


@login_required
@require_GET
def template(request: HttpRequest, code: str) -> HttpResponse:
    """The empty sheet of one kind, with instructions and drop-downs of what this person reaches."""
    user: Any = request.user
    kind = reach.kind_for(user, code)
    columns = [one.offered_to(user) for one in kind.columns]
    title = str(kind.title)
    name = _("%(kind)s template.xlsx") % {"kind": title}
    return _workbook(template_file(title, columns), name)


@login_required
@require_GET
def errors(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Row, column, value and reason of each cell to correct in one's own file."""
    job = reach.job_for(request.user, key)  # type: ignore[arg-type]
    report = Job.objects.values_list("report", flat=True).get(pk=job.pk)
    if not report:
        raise Http404
    return _workbook(bytes(report), _("Cells to correct.xlsx"))


def _workbook(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "no-store"
    return response
