"""Who has seen a student's record: for heads by right, and for the student."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.core import reads
from portal.core.access import reasons
from students.models import Student
from students.queries.seen import MOST, readings, readings_of_own


@login_required
@require_GET
def seen(request: HttpRequest, student_no: str) -> HttpResponse:
    """Readings of the record and of what else of this student the viewer may know of."""
    student = Student.objects.get_for(request.user, "see_readers", student_no=student_no)
    reads.note(request.user, "read_readers", student)
    page = {
        "student": student,
        "rows": readings(request.user, student),
        "most": MOST,
        "why": "；".join(one.text for one in reasons(request.user, "see_readers", student)),  # type: ignore[arg-type]
    }
    return render(request, "students/seen.html", page)


@login_required
@require_GET
def my_seen(request: HttpRequest) -> HttpResponse:
    """Who has seen me."""
    student = Student.objects.restrict(request.user, "see_own").first()
    if student is None:
        raise Http404
    page = {"student": student, "rows": readings_of_own(student), "most": MOST, "is_own": True}
    return render(request, "students/seen.html", page)
