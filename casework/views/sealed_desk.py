"""The desk of the psychology staff: today, the clock of talks, finding a student to open a file."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from casework.domain.sealed_files import look_for_student, open_file
from casework.models import FileSource, Way
from casework.queries.sealed_desk import counts_by_way, desk
from casework.sealed_access import CLEARED
from casework.sealed_forms import FindForm, OpenForm
from casework.views.sealed_page import centre_page, sealed_page
from portal.core import reads
from students.models import Student


@centre_page
@require_GET
def desk_page(request: HttpRequest) -> HttpResponse:
    reads.note(request.user, "read_sealed_desk", request.user)  # type: ignore[arg-type]
    page = desk(request.user) | {"find": FindForm(), "sources": FileSource.choices}
    return render(request, "sealed/desk.html", page)


@require_POST
@centre_page
def find(request: HttpRequest) -> HttpResponse:
    """Whole number or whole name only; by post, so that no address keeps it."""
    form = FindForm(request.POST)
    found = []
    if form.is_valid():
        found = look_for_student(actor=request.user, words=form.cleaned_data["words"])  # type: ignore[arg-type]
    page = {"find": form, "found": found, "sources": FileSource.choices}
    return render(request, "sealed/found.html", page, status=200 if form.is_valid() else 422)


@sealed_page
@require_POST
def open_new(request: HttpRequest) -> HttpResponse:
    """Open the file of a student who was found; an open one is simply shown."""
    form = OpenForm(request.POST)
    pk = form.cleaned_data["student"] if form.is_valid() else 0
    student = Student.objects.restrict(request.user, CLEARED).filter(pk=pk).first()
    if student is None:
        raise Http404
    open_file(
        actor=request.user,  # type: ignore[arg-type]
        student=student,
        source=FileSource(form.cleaned_data["source"]),
    )
    return redirect("casework:sealed_file", student_no=student.student_no)


@centre_page
@require_GET
def counts(request: HttpRequest) -> HttpResponse:
    """Hours by month and way: numbers only, small cells hidden."""
    page = {"rows": counts_by_way(), "ways": [label for _code, label in Way.choices]}
    return render(request, "sealed/counts.html", page)
