"""The page of one development: the line of 25, what comes next, records, people, the book."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from partybranch.domain.cultivation import keep_files
from partybranch.domain.rights import action_of
from partybranch.exporters.step_form import step_form
from partybranch.forms_links import FilesForm
from partybranch.models import Development, PoliticalReview
from partybranch.queries.file import (
    FileView,
    file_view,
    line_of_25,
    next_card,
    record_rows,
    side_facts,
)
from partybranch.queries.file_parts import file_parts
from partybranch.views.form_page import form_page
from portal.core import audit, reads
from portal.core.access import actions_on, reasons, rows_within
from portal.core.exports import stamp_of
from portal.core.papers import WORD
from portal.core.typed import whole


@login_required
@require_GET
def development_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever may see the file reads it; each look is written to the audit trail."""
    development = Development.objects.get_for(request.user, "see_party_file", pk)
    user: Any = request.user
    held = actions_on(Development, user, pk, ("write_party_file", "approve_party_file"))
    reviews = rows_within(
        PoliticalReview, user, "see_political_review", "r",
        development__student_id=development.student_id,
    )  # fmt: skip
    parts = file_parts(user, development, reviews)
    view = file_view(parts)
    shown = whole(request.GET.get("step"), 2) or development.next_step
    context = {
        "development": development,
        "student": parts.student,
        "class_name": parts.class_name,
        "why": "；".join(one.text for one in reasons(user, "see_party_file", development)),
        "phases": line_of_25(view),
        "next": next_card(view, shown),
        "choices": _choices(view, shown),
        "records": record_rows(view),
        "failed": [vote for vote in parts.votes if vote.record is None],
        "facts": side_facts(view),
        "files": parts.files,
        "may_write": view.is_open and "write_party_file" in held,
        "may_take": view.is_open and _may_take(view, shown, held),
        "may_print": bool(held),
        "has_review": parts.has_review,
        **parts.lists,
    }
    reads.note(user, "read_party_file", parts.student)
    return render(request, "party/file.html", context)


def _choices(view: FileView, shown: int) -> list[dict[str, Any]]:
    """The open steps as chips."""
    if len(view.steps) < 2:
        return []
    return [
        {"label": f"{one.rule.number} {one.rule.short.replace(' | ', '')}", "count": None,
         "url": f"?step={one.rule.number}", "active": one.rule.number == shown}
        for one in view.steps
    ]  # fmt: skip


def _may_take(view: FileView, number: int, held: Any) -> bool:
    opened = next((one.rule for one in view.steps if one.rule.number == number), None)
    if opened is None:
        return False
    return action_of(opened) in held


@login_required
@require_GET
def review_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The text of political reviews, for the committee and the organiser; each look is logged."""
    development = Development.objects.get_for(request.user, "see_party_file", pk)
    rows = PoliticalReview.objects.restrict(request.user, "see_political_review")
    found = list(rows.filter(development=development).select_related("entered_by"))
    if not found:
        # Whether there is one is told with the step; the text has readers of its own.
        PoliticalReview.objects.get_for(request.user, "see_political_review", development=pk)
    reads.note(request.user, "read_political_review", development.student)
    context = {
        "development": development,
        "title": _("Political review of %(name)s") % {"name": development.student.name},
        "back": reverse("party:file", args=[pk]),
        "reviews": [{"row": one, "text": one.conclusion()} for one in found],
    }
    return render(request, "party/review.html", context)


@login_required
@require_GET
def step_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The record of the 25 steps as a Word file, for whoever keeps the file or decides about it;
    contacts read the page. Each printing leaves a line in the trail."""
    user: Any = request.user
    held = actions_on(Development, user, pk, ("write_party_file", "approve_party_file"))
    action = "write_party_file" if "write_party_file" in held else "approve_party_file"
    development = Development.objects.get_for(user, action, pk)
    view = file_view(file_parts(user, development, None))
    audit.record(actor=user, action="print_step_form", obj=development,
                 student_id=development.student_id)  # fmt: skip
    answer = HttpResponse(step_form(view, stamp_of(user, "")), content_type=WORD)
    name = f"发展党员工作全程记录表（{view.parts.student.name}）.docx"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


@login_required
def add_files(request: HttpRequest, pk: int) -> HttpResponse:
    """Papers of the file as pictures or documents, checked by their bytes."""
    development: Development = Development.objects.get_for(request.user, "write_party_file", pk)
    form = FilesForm(request.POST or None, request.FILES or None)

    def act(data: dict[str, Any]) -> Any:
        return keep_files(actor=request.user, development=development, files=data["files"])  # type: ignore[arg-type]

    return form_page(
        request, form, act, title=_("Add files: %(name)s") % {"name": development.student.name},
        back=reverse("party:file", args=[pk]), done=_("The files are in the party file."),
        submit=_("Add"), is_multipart=True,
        note=_("Whoever reads the party file opens them. Papers of the political review stay with "
               "the committee and are not put here."),
    )  # fmt: skip
