"""Standing in during leave, and counsellors by building, floor, cohort or class."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cohorts.domain.appoint_units import appoint_on_units
from cohorts.enums import UnitKind
from cohorts.models import Parameter
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.typed import whole
from students.domain.leave_cover import cover_leave
from students.domain.links import cover_links, end_cover
from students.forms.links import CoverForm, UnitPostsForm, kind_of, unit_of
from students.queries.link_pages import offered_units, post_units, students_under, units_below
from students.queries.links import POST_RELATIONS
from students.views.links import check_door

# Where each relation can be held, the smallest last.
_KINDS = {
    "counsellor": (UnitKind.COHORT, UnitKind.BUILDING, UnitKind.FLOOR, UnitKind.CLASS),
    "adviser": (UnitKind.CLASS,),
}


@login_required
@require_http_methods(["GET", "POST"])
def cover(request: HttpRequest) -> HttpResponse:
    """Somebody is away: another person gets the same sight until a last day."""
    check_door(request)
    kind = kind_of(request.GET.get("kind", "tutor"))
    if kind is None:
        raise Http404
    person = User.objects.filter(username=request.GET.get("person", "")).first()
    start = {"starts_on": timezone.localdate(), "person": person.username if person else ""}
    form = CoverForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        asked = dict(form.cleaned_data)
        try:
            if asked.pop("with_posts"):
                n, posts = cover_leave(actor=request.user, kind=kind, **asked)  # type: ignore[arg-type]
            else:
                n, posts = cover_links(actor=request.user, kind=kind, **asked), 0  # type: ignore[arg-type]
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("%(name)s stands in for %(n)s students and in %(posts)s posts.")
                % {"name": asked["stand_in"].name, "n": n, "posts": posts},
            )
            return redirect(f"{reverse('students:links')}?kind={kind.code}")
    status = 422 if request.method == "POST" else 200
    return render(request, "students/link_cover.html", {"form": form, "kind": kind}, status=status)


@login_required
@require_POST
def cover_end(request: HttpRequest) -> HttpResponse:
    """The person is back: the stand-in's sight ends now."""
    check_door(request)
    people = {}
    for name in ("person", "stand_in"):
        people[name] = get_object_or_404(User, pk=whole(request.POST.get(name)))
    try:
        end_cover(actor=request.user, **people)  # type: ignore[arg-type]
    except DomainError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The stand-in has ended."))
    return redirect("students:links")


@login_required
@require_http_methods(["GET", "POST"])
def unit_posts(request: HttpRequest) -> HttpResponse:
    """One person on several units; the students this makes are shown before it is saved."""
    check_door(request)
    code = request.GET.get("kind", "counsellor")
    if code not in _KINDS:
        raise Http404
    kinds, roles = _KINDS[code], POST_RELATIONS[code]
    below = unit_of(request.GET.get("unit"), offered_units(request.user))
    open_units = units_below(request.user, kinds)
    if below is not None:
        open_units = open_units.filter(above__ancestor=below)
    data: Any = request.POST if request.method == "POST" else request.GET
    start = {"starts_on": timezone.localdate(), "role": roles[0]}
    form = UnitPostsForm(data if "person" in data else None, units=open_units, initial=start)
    form.fields["role"].queryset = form.fields["role"].queryset.filter(code__in=roles)  # type: ignore[attr-defined]
    effect = None
    if form.is_bound and form.is_valid():
        chosen = list(form.cleaned_data["units"])
        if request.method == "POST" and _appoint(request, form, chosen):
            return redirect(f"{reverse('students:links')}?kind={code}")
        effect = _effect(form.cleaned_data["person"], chosen, roles)
    ids = {unit.pk for unit in open_units}
    context = {
        "form": form,
        "code": code,
        "below": below,
        "units": offered_units(request.user),
        "rows": [one for one in post_units(request.user, roles, kinds) if one["unit"].pk in ids],
        "chosen": set(data.getlist("units")),
        "effect": effect,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "students/link_posts.html", context, status=status)


def _appoint(request: HttpRequest, form: UnitPostsForm, units: list[Any]) -> bool:
    asked = {key: form.cleaned_data[key] for key in ("person", "role", "starts_on", "ends_on")}
    try:
        made = appoint_on_units(
            actor=request.user, units=units, letter_no=form.cleaned_data["letter_no"], **asked  # type: ignore[arg-type]
        )  # fmt: skip
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    messages.success(
        request,
        _("%(name)s has been appointed on %(n)s units.")
        % {"name": form.cleaned_data["person"].name, "n": len(made)},
    )
    return True


def _effect(person: User, units: list[Any], roles: tuple[str, ...]) -> dict[str, Any]:
    before, after = students_under([unit.pk for unit in units], person, roles)
    limit = Parameter.objects.filter(key="staff.counsellor").values_list("value", flat=True).first()
    bound = int(limit) if limit is not None and "counsellor" in roles else None
    return {
        "name": person.name,
        "before": before,
        "after": after,
        "limit": bound,
        "is_over": bound is not None and after > bound,
    }
