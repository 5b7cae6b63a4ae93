"""The page of one student, block by block as far as each right reaches."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.core import reads, scope
from portal.core.access import reasons
from portal.core.addresses import address
from portal.core.asks import asked_panels, panels_there
from students.access import why_asked
from students.models import Student
from students.queries.particulars import particulars
from students.queries.portrait import results_asked, results_by_term, staff_asked, staff_of
from students.queries.rights import PANEL_ACTIONS, PORTRAIT_ACTIONS, rights_on
from students.queries.sheet import facts
from students.queries.whereabouts import places_asked, whereabouts


@login_required
@require_GET
def portrait(request: HttpRequest, student_no: str) -> HttpResponse:
    """Card or full record by right; each look is written to the audit trail."""
    student = Student.objects.get_for(
        request.user, "see_card", student_no=student_no, bring=panels_there("student")
    )
    context = portrait_context(request, student)
    reads.note(request.user, "read_student", student, parts=_parts(context))
    return render(request, "students/portrait.html", context)


def _parts(context: Mapping[str, Any]) -> list[str]:
    """What the page shows beyond the card, for the audit trail."""
    parts = [one["panel"].code for one in context["panels"]]
    parts += ["results"] if context["terms"] is not None else []
    return [*parts, "record"] if context["rights"]["see_record"] else parts


def portrait_context(
    request: HttpRequest, student: Student, opened: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Values of the page; ``opened`` are particulars that were just unmasked."""
    user = request.user
    rights = rights_on(user, student.pk, (*PORTRAIT_ACTIONS, *PANEL_ACTIONS))
    is_full = "see_record" in rights
    why, why_told = why_asked(user, "see_card", student.pk)
    shown, found = asked_panels(
        "student",
        user,
        student,
        {
            "places": places_asked(user, student.pk),
            "results": results_asked(user, student.pk) if "see_results" in rights else None,
            "staff": staff_asked(student.pk),
            "why": why,
        },
        student=student.pk,
        day=scope.today(),
    )
    why_told(found["why"])
    where = whereabouts(found["places"])
    place = where.stand
    return {
        "student": student,
        "place": place,
        "rights": {right: right in rights for right in PORTRAIT_ACTIONS},
        "why": "；".join(reason.text for reason in reasons(user, "see_card", student)),
        "major": where.major,
        "facts": facts(student, place, where.major, is_full=is_full),
        "particulars": particulars(student, rights, opened),
        "places": where.over_time,
        "terms": results_by_term(found["results"]) if "see_results" in rights else None,
        "staff": staff_of(found["staff"]),
        "panels": shown,
        "study_url": address("students:study", student.student_no),
    }
