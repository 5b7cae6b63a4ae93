"""The student's own page: own record and results; nothing about focus labels."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.core.asks import asked_panels
from students.models import Student
from students.queries.particulars import own_particulars
from students.queries.portrait import results_asked, results_by_term, staff_asked, staff_of
from students.queries.sheet import facts
from students.queries.standing import Stand, stands


@login_required
@require_GET
def my_page(request: HttpRequest) -> HttpResponse:
    student = Student.objects.restrict(request.user, "see_own").select_related("major").first()
    if student is None:
        raise Http404
    shown, found = asked_panels(
        "my",
        request.user,
        student,
        {
            "results": results_asked(request.user, student.pk, "see_own"),
            "staff": staff_asked(student.pk),
        },
        student=student.pk,
        day=timezone.localdate(),
    )
    place = stands([student.pk], ("class", "academy", "room")).get(student.pk, Stand())
    context = {
        "student": student,
        "place": place,
        "facts": facts(student, place, student.major.name if student.major else "", is_full=True)
        + own_particulars(student),
        "terms": results_by_term(found["results"]),
        "staff": staff_of(found["staff"]),
        "panels": shown,
        "study_url": reverse("students:my_study"),
    }
    return render(request, "students/my.html", context)
