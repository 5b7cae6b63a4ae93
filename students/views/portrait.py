"""The page of one student, block by block as far as each right reaches."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from portal.core import audit
from portal.core.access import reasons
from portal.core.names import masked_phone
from portal.core.registry import panels
from students.models import Student
from students.queries.portrait import results_by_term, staff_of
from students.queries.rights import PANEL_ACTIONS, PORTRAIT_ACTIONS, rights_on
from students.queries.sheet import facts
from students.queries.whereabouts import whereabouts


@login_required
@require_GET
def portrait(request: HttpRequest, student_no: str) -> HttpResponse:
    """Card or full record by right; each look is written to the audit trail."""
    student = Student.objects.get_for(request.user, "see_card", student_no=student_no)
    audit.record(actor=request.user, action="read_student", obj=student)
    return render(request, "students/portrait.html", _context(request, student))


@login_required
@require_POST
def show_phone(request: HttpRequest, student_no: str) -> HttpResponse:
    """Unmask the telephone: needs its own right and leaves its own line in the audit trail."""
    student = Student.objects.get_for(request.user, "see_contact", student_no=student_no)
    audit.record(actor=request.user, action="unmask_phone", obj=student)
    if request.headers.get("HX-Request"):
        return render(request, "students/_phone.html", {"phone": student.phone, "is_shown": True})
    context = _context(request, student) | {"phone": student.phone, "is_shown": True}
    return render(request, "students/portrait.html", context)


def _context(request: HttpRequest, student: Student) -> dict[str, Any]:
    user = request.user
    rights = rights_on(user, student.pk, (*PORTRAIT_ACTIONS, *PANEL_ACTIONS))
    is_full = "see_record" in rights
    where = whereabouts(user, student.pk)
    place = where.stand
    shown = [
        {"panel": panel, "data": data}
        for panel in panels("student")
        if (data := panel.context(user, student)) is not None
    ]
    return {
        "student": student,
        "place": place,
        "rights": {right: right in rights for right in PORTRAIT_ACTIONS},
        "why": "；".join(reason.text for reason in reasons(user, "see_card", student)),
        "major": where.major,
        "facts": facts(student, place, where.major, is_full=is_full),
        "phone": masked_phone(student.phone) if is_full else "",
        "places": where.over_time,
        "terms": results_by_term(user, student.pk) if "see_results" in rights else None,
        "staff": staff_of(student.pk),
        "panels": shown,
    }
