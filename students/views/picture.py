"""The picture of a student (精准画像): one page to read before a talk, strengths first."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.core import reads, scope
from portal.core.access import reasons
from portal.core.asks import asked_panels, panels_there
from students.access import why_asked
from students.models import Student
from students.queries.picture_blocks import SIDE
from students.queries.rights import PANEL_ACTIONS, PORTRAIT_ACTIONS, rights_on
from students.queries.whereabouts import places_asked, whereabouts


@login_required
@require_GET
def picture(request: HttpRequest, student_no: str) -> HttpResponse:
    """Blocks as far as each right reaches; each look stands in the audit trail like the portrait."""
    student = Student.objects.get_for(
        request.user, "see_record", student_no=student_no, bring=panels_there("picture")
    )
    context = _context(request, student)
    reads.note(request.user, "read_student", student, parts=["picture", *context["codes"]])
    return render(request, "students/picture.html", context)


def _context(request: HttpRequest, student: Student) -> dict[str, Any]:
    user = request.user
    rights = rights_on(user, student.pk, (*PORTRAIT_ACTIONS, *PANEL_ACTIONS), known="see_record")
    why, why_told = why_asked(user, "see_record", student.pk)
    asks = {"places": places_asked(user, student.pk), "why": why}
    shown, found = asked_panels(
        "picture", user, student, asks, student=student.pk, day=scope.today()
    )
    why_told(found["why"])
    where = whereabouts(found["places"])
    blocks = [one for one in shown if one["data"].get("title", True)]
    return {
        "student": student,
        "place": where.stand,
        "major": where.major,
        "rights": {right: right in rights for right in PORTRAIT_ACTIONS},
        "why": "；".join(reason.text for reason in reasons(user, "see_record", student)),
        "strengths": [line for one in shown for line in one["data"].get("strengths", [])],
        "left": [one for one in blocks if one["panel"].order < SIDE],
        "right": [one for one in blocks if one["panel"].order >= SIDE],
        "codes": [one["panel"].code for one in shown],
    }
