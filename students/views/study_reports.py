"""Reports of the study analysis: asking for one, its progress, its versions as Word and workbook."""

import uuid
from typing import Any
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from portal.core.models import JobState
from portal.core.sheets.writer import XLSX
from students.domain.study_reports import hand_report, start_report
from students.exporters.study_report import WORD, title_of, workbook
from students.queries.analysis_page import page_context
from students.queries.study_reports import bar, lines_of, report_for, reports_of
from students.views.analysis import choices_of, door

_RECENT = 30


@login_required
@require_http_methods(["GET", "POST"])
def report_list(request: HttpRequest) -> HttpResponse:
    """One's own reports; sent, a new version of the chosen unit and term is begun."""
    user: Any = request.user
    scope, term = door(request)
    if request.method == "POST":
        if term is None:
            raise Http404
        try:
            key = uuid.UUID(request.POST.get("key", ""))
        except ValueError:
            key = None
        job = start_report(actor=user, unit=scope.unit, term=term, key=key)
        return redirect("students:study_report", job.key)
    context = choices_of(request, scope, term) | {
        "lines": lines_of(list(reports_of(user)[:_RECENT])), "key": uuid.uuid4(),
    }  # fmt: skip
    return render(request, "students/study_reports.html", context)


@login_required
@require_GET
def report(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One version: how far it is, then its figures, ready for the printer."""
    job = report_for(request.user, key)  # type: ignore[arg-type]
    (line,) = lines_of([job])
    context: dict[str, Any] = {"job": job, "line": line, "bar": bar(job)}
    if job.state == JobState.DONE:
        # The figures as they were: without links, which would open what is so today.
        context |= page_context(job.result["sheet"], "", show_all=True)
        context["title"] = title_of(job)
    context["failure"] = job.result.get("message", "") if job.state == JobState.FAILED else ""
    return render(request, "students/study_report.html", context)


@login_required
@require_GET
def progress(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The progress bar; when the work is over, the page is loaded again."""
    now = bar(report_for(request.user, key))  # type: ignore[arg-type]
    response = render(request, "imports/_progress.html", {"bar": now})
    if not now["is_working"]:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_GET
def report_file(request: HttpRequest, key: uuid.UUID, form: str) -> HttpResponse:
    """The version as Word (``docx``) or as a workbook (``xlsx``) of the same figures."""
    job = report_for(request.user, key)  # type: ignore[arg-type]
    if form not in ("docx", "xlsx") or job.state != JobState.DONE:
        raise Http404
    hand_report(actor=request.user, job=job, form=form)  # type: ignore[arg-type]
    content, kind = (bytes(job.report or b""), WORD) if form == "docx" else (workbook(job), XLSX)
    response = HttpResponse(content, content_type=kind)
    name = quote(f"{title_of(job)}.{form}")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
