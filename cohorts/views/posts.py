"""Posts within reach: list, one post, appoint, deputise, end, renew, vacancies."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cohorts.access import reached_unit_ids
from cohorts.domain.appointments import appoint, end_appointment
from cohorts.domain.leaving import leaving, open_work, totals, work_words
from cohorts.domain.letters import next_number
from cohorts.domain.renewals import preview_renewals, renew_posts
from cohorts.filters import PostFilter
from cohorts.forms.people import suggested_people
from cohorts.forms.posts import AppointForm, DeputyForm, EndForm, RenewForm
from cohorts.models import Appointment, Role, Unit
from cohorts.queries.posts import lines_of, posts_in_reach, state_of
from cohorts.queries.vacancies import left_behind, vacancies
from portal.core.access import reaches_any
from portal.core.errors import DomainError

PAGE_SIZE = 50
GIVES = ("appoint", "grant_roles")
Answer = HttpResponseBase


def tabs(active: str, user: Any) -> list[dict[str, Any]]:
    """The pages about posts; those who appoint see all of them."""
    pages = [("posts", _("Posts")), ("vacancies", _("Vacancies")), ("handovers", _("Hand-overs"))]
    if reaches_any(Appointment, user, "appoint"):
        pages.append(("letters", _("Letters of appointment")))
    return [
        {"label": label, "url": reverse(f"cohorts:{name}"), "active": name == active, "count": None}
        for name, label in pages
    ]


@login_required
@require_GET
def post_list(request: HttpRequest) -> HttpResponse:
    """Posts on the units one reads or appoints to; filters in the address."""
    rows = posts_in_reach(request.user)
    found = PostFilter(request.GET, queryset=rows, request=request)
    order = ("ends_on", "unit__code", "pk") if found.wanted("state") == "ending" else (
        "unit__code", "role__order", "starts_on", "pk",
    )  # fmt: skip
    page = Paginator(found.qs.order_by(*order), PAGE_SIZE).get_page(request.GET.get("page"))
    lines = lines_of(list(page.object_list))
    may_give = reaches_any(Appointment, request.user, "appoint")
    context = {
        "page": page, "lines": lines, "filter": found, "tabs": tabs("posts", request.user),
        "states": found.state_chips(request), "active": found.active(request),
        "may_give": may_give, "clear_url": reverse("cohorts:posts"), "soon": found.soon(),
        "bulk_actions": [
            {"label": _("Renew"), "url": reverse("cohorts:posts_renew"), "icon": "refresh"},
            {"label": _("Issue letters"), "url": reverse("cohorts:letters_issue"), "icon": "file"},
        ] if may_give else [],
    }  # fmt: skip
    return render(request, "cohorts/posts.html", context)


@login_required
@require_GET
def post_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One post: term, letter, deputies, hand-overs, other hats of the person, what may be done."""
    post = Appointment.objects.get_for(request.user, "see_unit", pk)
    may_give = posts_in_reach(request.user, "appoint").filter(pk=pk).exists()
    hats = posts_in_reach(request.user).filter(person=post.person).exclude(pk=pk)
    today = timezone.localdate()
    counts = open_work(leaving(post)) if may_give or post.person_id == request.user.pk else {}
    context = {
        "line": lines_of([post])[0], "post": post, "may_give": may_give,
        "is_own": post.person_id == request.user.pk, "state": state_of(post, today),
        "hats": lines_of(list(hats.in_force(today).order_by("role__order")[:20])),
        "deputies": post.deputies.select_related("person").order_by("-starts_on")[:20],
        "papers": post.handovers.order_by("-proposed_at")[:10],
        "work": work_words(counts), "end_form": EndForm(),
        "tabs": tabs("posts", request.user), "today": today,
    }  # fmt: skip
    return render(request, "cohorts/post.html", context)


@login_required
def post_new(request: HttpRequest) -> Answer:
    """Appoint somebody; roles and units are those the actor may give."""
    units = reached_unit_ids(request.user, GIVES)  # type: ignore[arg-type]
    if not units:
        raise PermissionDenied(_("None of your posts lets you appoint."))
    asked = {key: request.GET[key] for key in ("unit", "role", "person") if request.GET.get(key)}
    form = AppointForm(
        request.POST if request.method == "POST" else None, roles=Role.objects.all(), initial=asked,
        units=Unit.objects.filter(pk__in=units, closed_on=None).order_by("code"),
    )  # fmt: skip

    def save() -> Appointment:
        return appoint(actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]

    near = [int(asked["unit"])] if asked.get("unit", "").isdigit() else units[:1]
    year = timezone.localdate().year
    form.fields["letter_no"].widget.attrs["placeholder"] = f"〔{year}〕{next_number(year)}号"
    return _formed(request, form, save, _("Appoint"), "cohorts/post_form.html", near)


@login_required
def post_deputy(request: HttpRequest, pk: int) -> Answer:
    """Name who stands in for the holder; role and unit are the post's."""
    post = Appointment.objects.get_for(request.user, "appoint", pk)
    form = DeputyForm(
        request.POST if request.method == "POST" else None,
        initial={"starts_on": timezone.localdate()},
    )

    def save() -> Appointment:
        return appoint(
            actor=request.user, role=post.role, unit=post.unit, stands_in_for=post,  # type: ignore[arg-type]
            **form.cleaned_data,
        )  # fmt: skip

    title = _("Deputy for %(name)s") % {"name": post.person.name}
    return _formed(request, form, save, title, "cohorts/post_form.html", [post.unit_id])


def _formed(
    request: HttpRequest, form: Any, save: Any, title: str, template: str, near: list[int]
) -> Answer:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                post = save()
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request,
                    _("Appointed: %(name)s, %(role)s of %(unit)s.")
                    % {"name": post.person.name, "role": post.role.name, "unit": post.unit.name},
                )
                return redirect("cohorts:post", post.pk)
    context = {
        "form": form, "title": title, "back": reverse("cohorts:posts"),
        "people": suggested_people(request.user, near),
    }  # fmt: skip
    return render(request, template, context, status=status)


@login_required
@require_POST
def post_end(request: HttpRequest, pk: int) -> Answer:
    """End a post; open work leads to the hand-over instead."""
    post = Appointment.objects.get_for(request.user, "appoint", pk)
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That is no date. Nothing was changed."))
        return redirect("cohorts:post", pk)
    try:
        end_appointment(actor=request.user, post=post, ends_on=form.cleaned_data["ends_on"])  # type: ignore[arg-type]
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("cohorts:handover" if error.code == "open_work" else "cohorts:post", pk)
    messages.success(request, _("The post has been ended."))
    return redirect("cohorts:post", pk)


@login_required
@require_POST
def posts_renew(request: HttpRequest) -> Answer:
    """Renew the chosen posts: first a preview with every refusal, then all or none."""
    chosen = [int(pk) for pk in request.POST.getlist("selected") if pk.isascii() and pk.isdigit()]
    rows = posts_in_reach(request.user, "appoint").filter(pk__in=chosen[:200])
    posts = list(rows.order_by("unit__code", "pk"))
    form = RenewForm(request.POST if "ends_on" in request.POST else None)
    form.fields["ends_on"].initial = _next_end(posts)
    lines, status = [], 200
    if form.is_bound and form.is_valid():
        ends_on = form.cleaned_data["ends_on"]
        if "confirmed" in request.POST:
            try:
                made = renew_posts(actor=request.user, posts=posts, ends_on=ends_on)  # type: ignore[arg-type]
            except DomainError as error:
                form.add_error(None, str(error))
                status = 422
            else:
                messages.success(request, _("%(n)s posts renewed.") % {"n": len(made)})
                return redirect("cohorts:posts")
        lines = preview_renewals(request.user, posts, ends_on)  # type: ignore[arg-type]
    elif form.is_bound:
        status = 422
    context = {
        "form": form, "posts": posts, "lines": lines, "back": reverse("cohorts:posts"),
        "can_all": bool(lines) and not any(line.refusal for line in lines),
    }  # fmt: skip
    return render(request, "cohorts/renew.html", context, status=status)


def _next_end(posts: list[Appointment]) -> dt.date | None:
    """A year after the latest end, as terms usually run."""
    ends = [post.ends_on for post in posts if post.ends_on]
    if not ends:
        return None
    last = max(ends)
    return last.replace(
        year=last.year + 1, day=28 if (last.month, last.day) == (2, 29) else last.day
    )


@login_required
@require_GET
def vacancy_page(request: HttpRequest) -> HttpResponse:
    """Required posts that nobody holds, and work left behind by people who have gone."""
    shown = Paginator(vacancies(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": shown, "left": left_behind(request.user, totals),
        "may_give": reaches_any(Appointment, request.user, "appoint"),
        "tabs": tabs("vacancies", request.user),
    }  # fmt: skip
    return render(request, "cohorts/vacancies.html", context)
