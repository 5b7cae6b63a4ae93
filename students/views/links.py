"""Tutors, advisers and counsellors: who has nobody, sharing out by rule, taking it back."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.models import LinkKind, Unit
from portal.core.access import reaches_any
from portal.core.errors import DomainError
from portal.core.models import User
from students.domain.link_runs import assign_links, changed_since, undo_run
from students.domain.links import end_link
from students.forms.links import ShareForm, kind_of, unit_of
from students.models import LinkRun, Student, StudentLink
from students.queries.link_pages import (
    asked_years,
    offered_units,
    overview,
    person_rows,
    preview,
    run_links,
    students_of,
)
from students.queries.links import Load, Relation, link_loads, relations, unassigned
from students.views.listing import page_of


def check_door(request: HttpRequest) -> None:
    """The pages are for those who appoint over students."""
    if not reaches_any(Student, request.user, "appoint"):
        raise PermissionDenied(_("None of your posts lets you link people to students."))


def _kind(request: HttpRequest) -> LinkKind:
    kind = kind_of(request.GET.get("kind", "") or request.POST.get("kind", ""))
    if kind is None:
        raise Http404
    return kind


@login_required
@require_GET
def link_home(request: HttpRequest) -> HttpResponse:
    """Students without tutor, adviser or counsellor, and everybody's load beside them."""
    check_door(request)
    known = relations()
    asked = request.GET.get("kind", "")
    chosen = next((one for one in known if one.code == asked), known[0])
    units = offered_units(request.user)
    unit = unit_of(request.GET.get("unit"), units)
    page = overview(request.user, chosen, known, unit)
    students = unassigned(request.user, chosen, unit).order_by("entry_year", "student_no")
    rows = page_of(request, students, count=page["missing"])
    context = page | {
        "relation": chosen,
        "unit": unit,
        "units": units.order_by("kind", "code"),
        "tabs": _tabs(known, chosen, unit, page["counts"]),
        "page": rows,
        "rows": person_rows(list(rows.object_list)),
        "query": _query(chosen, unit),
    }
    return render(request, "students/links.html", context)


def _query(chosen: Relation, unit: Unit | None) -> str:
    return f"?kind={chosen.code}" + (f"&unit={unit.pk}" if unit else "")


def _tabs(
    known: list[Relation], chosen: Relation, unit: Unit | None, counts: dict[str, int]
) -> list[dict[str, Any]]:
    home = reverse("students:links")
    return [
        {"label": one.label, "url": home + _query(one, unit), "count": counts[one.code],
         "active": one == chosen}
        for one in known
    ]  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def share(request: HttpRequest) -> HttpResponse:
    """The preview of a bulk assignment, and applying exactly what was looked at."""
    check_door(request)
    kind = _kind(request)
    data = request.POST if request.method == "POST" else request.GET
    unit = unit_of(data.get("unit"), offered_units(request.user))
    if data.get("unit") and unit is None:
        raise Http404  # never wider than asked for
    students = _asked_students(request, kind, unit, data.get("student", ""))
    typed = data if "rule" in data else {**ShareForm.defaults(), "extra": ""}
    form = ShareForm(typed)
    people = link_loads(request.user, kind, unit, asked_years(students), form.numbers())
    form.fields["people"].choices = [(str(one.pk), one.name) for one in people]
    chosen = _chosen(people, data, is_open=not kind.roles.exists())
    shown = preview(request.user, kind, students, chosen, _rule(form))
    if request.method == "POST" and form.is_valid():
        done = _apply(request, kind, form, shown)
        if done is not None:
            return done
    return render(
        request,
        "students/link_share.html",
        shown
        | {
            "kind": kind,
            "unit": unit,
            "student": data.get("student", ""),
            "form": form,
            "pool": people,
            "chosen": {one.pk for one in chosen},
            "limit": kind.limit(),
        },
        status=422 if request.method == "POST" else 200,
    )


def _rule(form: ShareForm) -> str:
    return form.cleaned_data.get("rule", "major") if form.is_valid() else "major"


def _asked_students(
    request: HttpRequest, kind: LinkKind, unit: Unit | None, number: str
) -> QuerySet[Student]:
    relation = Relation(kind.code, kind.name, kind=kind)
    students = unassigned(request.user, relation, unit)
    return students.filter(student_no=number) if number else students


def _chosen(people: list[Load], data: Any, is_open: bool) -> list[Load]:
    """Those ticked; on the first look everybody with a free place."""
    if "rule" not in data:
        open_to = [one for one in people if not one.blocked and one.free != 0]
        # Without roles of the kind's own, those who serve already are offered first.
        return [one for one in open_to if one.total] or open_to if is_open else open_to
    ticked = set(data.getlist("people"))
    typed = set(ShareForm(data).numbers())
    return [one for one in people if str(one.pk) in ticked or one.number in typed]


def _apply(
    request: HttpRequest, kind: LinkKind, form: ShareForm, shown: dict[str, Any]
) -> HttpResponse | None:
    """The run's page, or None when the preview must be looked at again (the reason is said)."""
    try:
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        key = uuid.uuid4()
    known = LinkRun.objects.filter(key=key, actor=request.user.pk).first()
    if known is None and request.POST.get("digest") != shown["digest"]:
        messages.warning(
            request, _("The lists have changed since this preview. Look at the new one below.")
        )
        return None
    try:
        run = known or assign_links(
            actor=request.user, key=key, kind=kind, pairs=shown["pairs"],  # type: ignore[arg-type]
            starts_on=form.cleaned_data["starts_on"], ends_on=form.cleaned_data["ends_on"],
            rule=form.cleaned_data["rule"],
        )  # fmt: skip
    except DomainError as error:
        messages.warning(request, str(error))
        return None
    messages.success(request, _("%(n)s students have been assigned.") % {"n": run.links_made})
    return redirect("students:link_run", run.key)


@login_required
@require_GET
def run_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One bulk assignment: who got whom, and whether it can still be taken back."""
    run = LinkRun.objects.get_for(request.user, "appoint", key=key)
    page = page_of(request, run_links(request.user, run))
    places = {row["pk"]: row for row in person_rows([link.student for link in page.object_list])}
    rows = [(places[link.student_id], link) for link in page.object_list]
    context = {"run": run, "page": page, "rows": rows, "changed": changed_since(run)}
    return render(request, "students/link_run.html", context)


@login_required
@require_POST
def undo(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take a whole run back."""
    run = LinkRun.objects.get_for(request.user, "appoint", key=key)
    try:
        undo_run(actor=request.user, run=run)  # type: ignore[arg-type]
    except DomainError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The assignment has been taken back."))
    return redirect("students:link_run", run.key)


@login_required
@require_GET
def person_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Students of one person within reach, each link to be ended."""
    check_door(request)
    kind = _kind(request)
    person = get_object_or_404(User, pk=pk)
    links = students_of(request.user, person, kind)
    if not links:
        raise Http404
    places = {row["pk"]: row for row in person_rows([link.student for link in links])}
    rows = [(places[link.student_id], link) for link in links]
    context = {"person": person, "kind": kind, "rows": rows}
    return render(request, "students/link_person.html", context)


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one link at this moment."""
    link = StudentLink.objects.get_for(request.user, "appoint", pk)
    try:
        end_link(actor=request.user, link=link)  # type: ignore[arg-type]
    except DomainError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The link has been ended."))
    return redirect(f"{reverse('students:links')}?kind={link.kind.code}")
