"""The organisation on three pages: tree, college × academy, column and row."""

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cohorts.access import granted_unit_ids
from cohorts.models import Unit
from cohorts.queries.unit_history import chain_on, history_of
from portal.core.access import reaches_any
from portal.web.queries.crossing import BLOCK, LINE, side
from portal.web.queries.matrix import matrix, may_see_matrix
from portal.web.queries.organisation import nodes
from portal.web.views.numbers import number
from students.models import Student
from students.queries.choices import entry_years

_FIRST_DAY = dt.date(1990, 1, 1)


@login_required
@require_GET
def unit_tree(request: HttpRequest) -> HttpResponse:
    """Units the viewer holds ``see_unit`` on, as a tree that opens level by level, on any day."""
    if not granted_unit_ids(request.user, "see_unit"):
        raise PermissionDenied(_("None of your posts lets you see units."))
    day = _day(request)
    at = number(request.GET.get("at"), default=0)
    parent = Unit.objects.get_for(request.user, "see_unit", at) if at else None
    context: dict[str, Any] = {
        "nodes": nodes(request.user, parent=parent, day=day), "day": day, "parent": parent,
        "is_today": day == timezone.localdate(),
    }  # fmt: skip
    if parent is None and len(context["nodes"]) == 1:
        only = Unit.objects.get_for(request.user, "see_unit", context["nodes"][0].pk)
        context |= {"open_pk": only.pk, "children": nodes(request.user, parent=only, day=day)}
    if getattr(request, "htmx", False):
        return render(request, "web/_tree_nodes.html", context)
    if parent is not None:
        context["chain"] = chain_on(parent.pk, day)
        context["history"] = history_of(parent)
    return render(request, "web/tree.html", context)


def _day(request: HttpRequest) -> dt.date:
    """The day asked for; today where it cannot be read or lies ahead."""
    today = timezone.localdate()
    try:
        day = dt.date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today
    return day if _FIRST_DAY <= day <= today else today


@login_required
@require_GET
def unit_matrix(request: HttpRequest) -> HttpResponse:
    """College × academy, for all or for one entry year."""
    if not may_see_matrix(request.user):
        raise PermissionDenied(_("None of your posts lets you see units."))
    year = number(request.GET.get("year"), default=0)
    years = entry_years(request.user)
    context = {"matrix": matrix(request.user, year or None), "year": year, "years": years}
    return render(request, "web/matrix.html", context)


@login_required
@require_GET
def unit_crossing(request: HttpRequest) -> HttpResponse:
    """条块: the same students by college, cohort and class, and by building, floor and room."""
    if not reaches_any(Student, request.user, "see_card"):
        raise PermissionDenied(_("None of your posts lets you see students."))
    chosen = {way.code: number(request.GET.get(way.code), default=0) for way in (LINE, BLOCK)}
    sides = [side(request.user, way, chosen[way.code] or None) for way in (LINE, BLOCK)]
    return render(request, "web/crossing.html", {"sides": sides, **chosen})
