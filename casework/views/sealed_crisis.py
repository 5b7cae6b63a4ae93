"""Whom the counselling centre calls in a crisis: telephone and family, while a red case is open."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from casework.views.sealed_page import sealed_page
from portal.core import reads
from portal.core.errors import DomainError
from portal.core.typed import whole
from students.domain.particulars import open_record, unmask
from students.domain.records import KINDS
from students.models import Student
from students.queries.records import contact_of, crisis_lines
from students.views.particulars import ReasonForm


@sealed_page
@require_http_methods(["GET", "POST"])
def crisis(request: HttpRequest, student_no: str) -> HttpResponse:
    """Numbers masked; POST with ``line`` and a reason opens one, for this answer only."""
    student = Student.objects.restrict(request.user, "see_contact").filter(student_no=student_no)
    found = student.first()
    if found is None:
        raise Http404
    reads.note(request.user, "read_sealed", found)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    opened: dict[str, str] = {}
    line = request.POST.get("line", "")
    if request.method == "POST" and form.is_valid():
        try:
            opened[line] = _value(request, found, line, form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error("reason", str(error))
    page = {"student": found, "lines": crisis_lines(found, opened), "form": form}
    status = 422 if form.errors else 200
    return render(request, "sealed/crisis.html", page, status=status)


def _value(request: HttpRequest, student: Student, line: str, reason: str) -> str:
    """The student's own number, or that of one contact."""
    if line == "own":
        return unmask(actor=request.user, student=student, field="phone", reason=reason)  # type: ignore[arg-type]
    row = contact_of(student, whole(line))
    if row is None:
        raise Http404
    return open_record(actor=request.user, kind=KINDS["family"], row=row, reason=reason)  # type: ignore[arg-type]
