"""How the studies of one student stand, for those who see results and for the student."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.core.access import reasons
from portal.core.asks import answers
from students.models import AcademicWarning, Student
from students.queries.own_study import help_lines
from students.queries.portrait import results_asked, results_by_term
from students.queries.study_file import StudyFile, study_file
from students.queries.warning_file import owed_courses
from students.warning_rules import read_rules
from students.warning_words import explain


@login_required
@require_GET
def study_page(request: HttpRequest, student_no: str) -> HttpResponse:
    """Averages, rank, study line, credits against the plan, and the confirmed warnings."""
    student = Student.objects.get_for(request.user, "see_results", student_no=student_no)
    rows = AcademicWarning.objects.restrict(request.user, "see_results")
    lines = warning_lines(rows.filter(student=student), "students:warning")
    context = _context(student, lines) | {
        "back": reverse("students:portrait", args=[student.student_no]),
        "back_label": student.name, "title": _("Studies of %(name)s") % {"name": student.name},
        "why": "；".join(one.text for one in reasons(request.user, "see_results", student)),
    }  # fmt: skip
    return render(request, "students/study.html", context)


@login_required
@require_GET
def my_study(request: HttpRequest) -> HttpResponse:
    """The student's own view: notices and what follows them, courses owed, plan, results."""
    student = Student.objects.restrict(request.user, "see_own").select_related("major").first()
    if student is None:
        raise Http404
    rows = AcademicWarning.objects.restrict(request.user, "see_own")
    lines = warning_lines(rows.filter(student=student), "students:my_notice")
    helped = help_lines([line["warning"].pk for line in lines])
    for line in lines:
        line["steps"] = helped.get(line["warning"].pk, [])
    asked = {"results": results_asked(request.user, student.pk, "see_own")}
    found = answers(asked, student=student.pk)
    context = _context(student, lines) | {
        "back": reverse("students:my"), "back_label": _("My record"), "title": _("My studies"),
        "is_own": True, "owed": owed_courses(student.pk),
        "terms": results_by_term(found["results"]), "study_url": "",
    }  # fmt: skip
    return render(request, "students/my_study.html", context)


def warning_lines(rows: Any, name: str) -> list[dict[str, Any]]:
    """Warnings in words, the newest first; ``name`` of the address that each leads to."""
    found = []
    for one in rows.select_related("rules").order_by("-period", "rank"):
        words = explain(read_rules(one.rules.body), one.rule, one.facts)
        found.append({"warning": one, "url": reverse(name, args=[one.pk]), "why": "；".join(words)})
    return found


def _context(student: Student, lines: list[dict[str, Any]]) -> dict[str, Any]:
    file: StudyFile = study_file(student)
    standing = file.standing
    tiles = [
        {"label": _("Weighted average"), "value": _figure(standing.average, 1), "denominator": "",
         "delta_note": _("score × credit ÷ credits")},
        {"label": _("Grade point average"), "value": _figure(standing.gpa, 2), "denominator": "",
         "delta_note": file.scale},
        {"label": _("Rank in major and entry year"), "value": standing.rank,
         "denominator": standing.of, "rate": standing.rank_percent},
        {"label": _("Credits earned"), "value": f"{standing.earned.normalize():f}",
         "denominator": f"{file.wanted.normalize():f}" if file.wanted else "",
         "delta_note": _("of the plan") if file.wanted else _("no plan entered")},
    ]  # fmt: skip
    rows = [[term, _figure(one.average, 1), _figure(one.gpa, 2), f"{one.earned.normalize():f}"]
            for term, one in file.line]  # fmt: skip
    columns = [{"label": _("until term")}, {"label": _("weighted average"), "num": True},
               {"label": _("grade point average"), "num": True},
               {"label": _("credits earned"), "num": True}]  # fmt: skip
    return {"student": student, "file": file, "tiles": tiles, "lines": lines, "rows": rows,
            "columns": columns}  # fmt: skip


def _figure(value: Any, digits: int) -> str | None:
    return None if value is None else f"{value:.{digits}f}"
