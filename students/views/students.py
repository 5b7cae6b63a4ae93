"""The list of students."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cohorts.access import held_units
from portal.core.access import reaches_any
from students.filters import CONDITIONS, StudentFilter
from students.models import Student
from students.queries import choices
from students.queries.listing import DEFAULT_SORT, SORTS, order_of, student_page
from students.views.listing import (
    conditions,
    heads,
    list_parts,
    page_number,
    shown_page,
    sorting,
    without,
)


@login_required
@require_GET
def student_list(request: HttpRequest) -> HttpResponse:
    """Everyone whose card this person may see, narrowed by the address."""
    if not reaches_any(Student, request.user, "see_card"):
        raise PermissionDenied(_("None of your posts lets you see students."))
    if request.GET.get("part") == "filter":
        return _filter_form(request)
    narrow = _narrowed(request)
    key, is_down = sorting(request, SORTS, DEFAULT_SORT)
    found, extra = student_page(
        request.user, narrow.qs if narrow else None, order_of(key, is_down), page_number(request)
    )
    context = {
        "page": shown_page(found),
        "rows": found.rows,
        "heads": _heads(key, is_down, extra),
        "active": conditions(request, narrow.conditions()) if narrow else [],
        "ignored": narrow.form.errors if narrow else None,
        "clear_url": without(request, *CONDITIONS),
        "q": request.GET.get("q", ""),
        "export_url": _export_url(request),
    }
    context["parts"] = list_parts(request, context, keep=narrow is None)
    return render(request, "students/list.html", context)


def _export_url(request: HttpRequest) -> str:
    """Where a file of this list is asked for; nothing without the right."""
    if not held_units(request.user, "export_students"):  # type: ignore[arg-type]
        return ""
    query = without(request, "sort").removeprefix("?")
    return f"{reverse('cohorts:export_new', args=['students'])}?{query}"


def _narrowed(request: HttpRequest) -> StudentFilter | None:
    if not any(request.GET.get(key) for key in CONDITIONS):
        return None
    mine = Student.objects.restrict(request.user, "see_card")
    return StudentFilter(request.GET, mine, request=request)


def _heads(key: str, is_down: bool, extra: list[Any]) -> list[dict[str, Any]]:
    columns = [
        ("name", _("Student"), ""),
        ("", _("Class"), ""),
        ("", _("Academy"), ""),
        ("major", _("Major"), ""),
        ("entry_year", _("Entry year"), ""),
        ("status", _("Status"), ""),
        *(("", column.label, "") for column in extra),
    ]
    return heads(columns, key, is_down)


def _filter_form(request: HttpRequest) -> HttpResponse:
    """Body of the dialog "add condition": fetched when it is opened, so lists stay quick."""
    context = {
        "units": choices.units(request.user),
        "majors": choices.majors(),
        "years": choices.entry_years(request.user),
        "statuses": choices.statuses(),
        "figures": choices.figures(request.user),
        "now": request.GET,
    }
    return render(request, "students/_filter_form.html", context)
