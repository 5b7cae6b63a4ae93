"""Study analysis: the figures of a unit after a term, a course by itself, the people of a cell."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cohorts.access import held_units
from cohorts.models import Term
from portal.core.access import reaches_any
from portal.core.listing import PAGE_SIZE
from portal.core.registry import columns, list_acts
from portal.core.ui.marks import DASH, figure_markup
from students.models import Course, Student
from students.queries.analysis import Scope, kept, scope_of, terms_with_results, units_of
from students.queries.analysis_course import course_sheet
from students.queries.analysis_page import course_context, page_context
from students.queries.analysis_people import ALSO, Cell, Person, cell_of, people, words_of
from students.queries.analysis_sheet import sheet
from students.queries.analysis_sql import most_credits
from students.queries.figures import FIGURES
from students.views.listing import page_number, without


def door(request: HttpRequest) -> tuple[Scope, Term | None]:
    """Whom the address asks about, and the term; the newest one with results without a word.

    Raises PermissionDenied without any right to results or counts, Http404 for a unit or a term
    that there is not for this reader.
    """
    user: Any = request.user
    text = request.GET.get("unit", "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 12):
        raise Http404
    if not reaches_any(Student, user, "see_results") and not held_units(user, "see_counts"):
        raise PermissionDenied(_("None of your posts shows the results of students."))
    scope = scope_of(user, int(text) if text else None)
    if scope is None:
        raise Http404
    terms = terms_with_results()
    wanted = request.GET.get("term", "")
    term = next((one for one in terms if one.pk == wanted), None) if wanted else None
    if wanted and term is None:
        raise Http404
    return scope, term or (terms[0] if terms else None)


def _base(scope: Scope, term: Term | None) -> dict[str, str]:
    found = {"unit": str(scope.unit.pk)} if scope.unit else {}
    return found | ({"term": term.pk} if term else {})


def choices_of(request: HttpRequest, scope: Scope, term: Term | None) -> dict[str, Any]:
    """Units and terms to choose from, and what is chosen."""
    base = without(request, "term")
    return {
        "scope": scope, "term": term, "units": units_of(request.user),
        "unit_pk": str(scope.unit.pk) if scope.unit else "",
        "terms": [
            {"label": one.pk, "count": None, "active": term is not None and one.pk == term.pk,
             "url": f"{base}&term={one.pk}"}
            for one in terms_with_results()
        ],
    }  # fmt: skip


@login_required
@require_GET
def analysis(request: HttpRequest) -> HttpResponse:
    """By level, major, class and course, against the term before; each number opens its people."""
    scope, term = door(request)
    context = choices_of(request, scope, term)
    if term is not None:
        base = urlencode(_base(scope, term))
        context["body"] = _body(scope, term, base, show_all=request.GET.get("courses") == "all")
        context["report_url"] = f"{reverse('students:study_reports')}?{base}"
    return render(request, "students/analysis.html", context)


def _body(scope: Scope, term: Term, base: str, *, show_all: bool) -> SafeString:
    """Tiles, bars and tables as they are sent: text of the figures alone, kept as long as they."""

    def make() -> str:
        context = page_context(sheet(scope, term), base, show_all=show_all)
        context["all_url"] = f"?{base}&courses=all#courses"
        return str(render_to_string("students/_analysis_body.html", context))

    name = f"body:{term.pk}:{most_credits()}:{get_language()}:{show_all}:{scope.by_name}"
    return mark_safe(kept(scope, name, make))  # rendered, and escaped, by the engine


@login_required
@require_GET
def course(request: HttpRequest, pk: int) -> HttpResponse:
    """One course: its line over the terms, the marks of the term, majors and classes beside it."""
    scope, term = door(request)
    one = get_object_or_404(Course, pk=pk)
    if term is None:
        raise Http404
    found = course_sheet(scope, term, one)
    if not found["terms"]:
        raise Http404
    base = urlencode(_base(scope, term))
    context = choices_of(request, scope, term) | course_context(found, base, one.pk)
    back = f"{reverse('students:analysis')}?{base}"
    return render(request, "students/analysis_course.html", context | {"course": one, "back": back})


@login_required
@require_GET
def analysis_people(request: HttpRequest) -> HttpResponse:
    """The students behind one number, narrowed if wanted to those whom no ledger holds yet."""
    scope, term = door(request)
    cell = cell_of(request.GET)
    if term is None or cell is None:
        raise Http404
    if not scope.by_name:
        raise PermissionDenied(_("Your posts show numbers of this unit, and no names."))
    found = people(scope, term, cell, request.user, page_number(request))
    page = Page(found.rows, found.number, Paginator(range(found.total), PAGE_SIZE))
    base = _base(scope, term)
    context = {
        "scope": scope, "term": term, "cell": cell, "page": page, "total": found.total, **_rows(request, found.rows, cell),
        "words": words_of(cell, found.rows), "narrow": _narrow(request, base, cell),
        "acts": list_acts("study", request.user),
        "back": f"{reverse('students:analysis')}?{urlencode(base)}",
    }  # fmt: skip
    return render(request, "students/analysis_people.html", context)


def _rows(request: HttpRequest, found: list[Person], cell: Cell) -> dict[str, Any]:
    """Rows as the table fills them in; the level where the reader may know it."""
    ids = [one.pk for one in found]
    column = next((one for one in columns("students") if one.code == "level"), None)
    levels = column.cells(request.user, ids) if column is not None and ids else {}
    late = format_html(' <span class="p-text-late">{}</span>', _("may graduate late"))
    rows = [
        {
            "box": _box(one), "number": one.number, "name": one.name, "class_name": one.class_name,
            "grade": format_html('<td class="p-num">{}</td>', one.grade)
            if cell.course is not None else "",
            "mean": DASH if one.mean is None else f"{one.mean:.1f}", "courses": one.courses or DASH,
            "short": figure_markup(f"{one.short:g}" if one.short else 0),
            "risk": late if one.risk else "",
            "level": format_html('<td class="p-nowrap">{}</td>', levels[one.pk] or DASH)
            if levels else "",
        }
        for one in found
    ]  # fmt: skip
    return {"rows": rows, "has_levels": bool(levels)}


def _box(one: Person) -> Any:
    return format_html(
        '<td class="p-c-select"><input type="checkbox" name="selected" value="{}" data-owner="{}"'
        ' aria-label="{}"></td>', one.pk, one.class_name, one.name,
    )  # fmt: skip


def _narrow(request: HttpRequest, base: dict[str, str], cell: Cell) -> list[dict[str, Any]]:
    """Everybody, and those whom a figure of another app leaves over."""
    offered = [
        (code, FIGURES[code].label) for code in ALSO
        if code in FIGURES and reaches_any(Student, request.user, FIGURES[code].action)
    ]  # fmt: skip
    if not offered:
        return []
    return [
        {"label": label, "count": None, "active": code == cell.also,
         "url": f"?{urlencode(base | replace(cell, also=code).query)}"}
        for code, label in [("", _("all")), *offered]
    ]  # fmt: skip
