"""The list of students."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.core.access import count_reached, reaches_any
from students.filters import CONDITIONS, StudentFilter
from students.models import Student
from students.queries import choices
from students.queries.listing import DEFAULT_SORT, SORTS, VALUES, student_rows
from students.views.listing import conditions, heads, page_of, sorting, without


@login_required
@require_GET
def student_list(request: HttpRequest) -> HttpResponse:
    """Everyone whose card this person may see, narrowed by the address."""
    if not reaches_any(Student, request.user, "see_card"):
        raise PermissionDenied(_("None of your posts lets you see students."))
    mine = Student.objects.restrict(request.user, "see_card")
    if request.GET.get("part") == "filter":
        return _filter_form(request)
    narrow = StudentFilter(request.GET, mine, request=request) if _is_narrowed(request) else None
    order, key, is_down = sorting(request, SORTS, DEFAULT_SORT)
    found = (narrow.qs if narrow else mine).order_by(*order).values_list(*VALUES)
    everyone = None if narrow else count_reached(Student, request.user, "see_card")
    page = page_of(request, found, count=everyone)
    rows, extra = student_rows(request.user, page.object_list)
    context = {
        "page": page,
        "rows": rows,
        "heads": _heads(key, is_down, extra),
        "active": conditions(request, narrow.conditions()) if narrow else [],
        "ignored": narrow.form.errors if narrow else None,
        "clear_url": without(request, *CONDITIONS),
        "q": request.GET.get("q", ""),
    }
    return render(request, "students/list.html", context)


def _is_narrowed(request: HttpRequest) -> bool:
    return any(request.GET.get(key) for key in CONDITIONS)


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
