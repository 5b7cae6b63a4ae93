"""Upload, progress, preview, confirm and discard."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.core.domain import import_jobs
from portal.core.errors import DomainError
from portal.core.models import JobState
from portal.web.imports import reach, shown
from portal.web.imports.forms import UploadForm

_RECENT = 20


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Kinds that the person may import, with templates, and the person's last imports."""
    user = request.user
    lines = [shown.job_line(job) for job in reach.jobs_of(user)[:_RECENT]]  # type: ignore[arg-type]
    return render(request, "imports/list.html", {"kinds": reach.kinds_of(user), "lines": lines})  # type: ignore[arg-type]


@login_required
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Choose a file; a file that cannot be a table is refused at once, beside the form."""
    kind = reach.kind_for(request.user, code)  # type: ignore[arg-type]
    form = UploadForm(request.POST or None, request.FILES or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            job = import_jobs.start_import(
                actor=request.user,  # type: ignore[arg-type]
                kind=kind,
                name=data["file"].name,
                content=data["file"].read(),
                since=data.get("since") or timezone.localdate(),
                key=data["client_key"],
            )
            return redirect("imports:job", key=job.key)
        except DomainError as error:
            form.add_error("file", str(error.message))
    status = 422 if form.errors else 200
    return render(request, "imports/start.html", {"kind": kind, "form": form}, status=status)


@login_required
@require_GET
def job_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One import in its present state: progress, preview, faults or result."""
    job = reach.job_for(request.user, key)  # type: ignore[arg-type]
    return render(request, "imports/job.html", shown.page(job))


@login_required
@require_GET
def progress(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The progress bar; when the work is over, the page is loaded again."""
    job = reach.job_for(request.user, key)  # type: ignore[arg-type]
    bar = shown.bar(job)
    response = render(request, "imports/_progress.html", {"bar": bar})
    if not bar["is_working"]:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def confirm(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Write what the preview showed. A second click finds the work under way."""
    job = reach.job_for(request.user, key)  # type: ignore[arg-type]
    try:
        import_jobs.confirm_import(
            actor=request.user,  # type: ignore[arg-type]
            job=job,
            fingerprint=request.POST.get("fingerprint", ""),
        )
    except DomainError as error:
        messages.warning(request, str(error.message))
    return redirect("imports:job", key=key)


@login_required
@require_POST
def discard(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Drop the preview; nothing was written."""
    job = reach.job_for(request.user, key)  # type: ignore[arg-type]
    job = import_jobs.discard_import(actor=request.user, job=job)  # type: ignore[arg-type]
    if job.state == JobState.CANCELLED:
        messages.info(request, _("The file was discarded; nothing was written."))
    return redirect("imports:list")
