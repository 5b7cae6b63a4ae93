"""Staffing ratios, the people behind them, and what a planned appointment would change."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cohorts.access import granted_unit_ids
from cohorts.models import Role, Unit
from portal.core.access import reaches_any
from portal.core.models import User
from students.models import Student
from students.queries.link_pages import units_below
from students.queries.ratios import holders, lines, planned, ratios, seen_ratios


@login_required
@require_GET
def ratio_page(request: HttpRequest) -> HttpResponse:
    """One ratio for every unit within reach, with a plan beside it."""
    if not granted_unit_ids(request.user, "see_unit"):  # type: ignore[arg-type]
        raise PermissionDenied(_("None of your posts shows the figures of a unit."))
    known = seen_ratios(request.user) or ratios()
    if not known:
        raise Http404
    code = request.GET.get("ratio", "")
    chosen = next((one for one in known if one.code == code), known[0])
    rows = lines(request.user, chosen)
    context = {
        "ratio": chosen,
        "rows": rows,
        "short": sum(row.figure.is_short for row in rows),
        "tabs": [
            {"label": one.name, "url": f"?ratio={one.code}", "count": None, "active": one == chosen}
            for one in known
        ],
        # A number opens its list only where the list is as long as the number.
        "open_units": set(granted_unit_ids(request.user, "see_card")),  # type: ignore[arg-type]
    }
    return render(request, "students/ratios.html", context | _plan(request, chosen))


def _plan(request: HttpRequest, ratio: Any) -> dict[str, Any]:
    """The form of a planned post and its effect; offered to those who appoint."""
    if not reaches_any(Student, request.user, "appoint"):
        return {"may_plan": False}
    roles = list(
        Role.objects.filter(pk__in={one.role_id for one in ratio.roles.all()}).order_by("order")
    )
    asked = {key: request.GET.get(key, "") for key in ("plan_role", "plan_unit", "plan_person")}
    role = next((one for one in roles if one.code == asked["plan_role"]), None)
    page: dict[str, Any] = {"may_plan": True, "roles": roles, "asked": asked}
    kinds = sorted({kind for one in roles for kind in one.unit_kinds})
    units = units_below(request.user, kinds)
    page["units"] = list(units[:500])
    unit_id = asked["plan_unit"]
    unit = next((one for one in page["units"] if str(one.pk) == unit_id), None)
    if role is None or unit is None:
        return page
    if unit.kind not in role.unit_kinds:
        return page | {
            "problem": _("%(role)s cannot be held on a unit of this kind (%(kind)s).")
            % {"role": role.name, "kind": unit.get_kind_display()}
        }
    person = None
    if asked["plan_person"]:
        person = User.objects.filter(username=asked["plan_person"], student=None).first()
        if person is None:
            return page | {"problem": _("No member of staff has this number.")}
    effects = planned(request.user, role.pk, unit, person.pk if person else None)
    return page | {"effects": effects, "plan_unit": unit, "plan_role": role}


@login_required
@require_GET
def holder_page(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """The people behind a denominator."""
    unit = Unit.objects.get_for(request.user, "see_unit", pk)
    ratio = next((one for one in ratios() if one.code == code), None)
    if ratio is None:
        raise Http404
    posts = holders(unit, ratio)
    people = len({post.person_id for post in posts})
    context = {"unit": unit, "ratio": ratio, "posts": posts, "people": people}
    return render(request, "students/ratio_people.html", context)
