"""Rule sets of warnings: read as sentences, written as a draft, tried, switched on and off."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cohorts.access import grants
from cohorts.models import Unit
from portal.core.access import reaches_any
from portal.core.errors import DomainError
from students.domain.warning_preview import Preview, preview_set
from students.domain.warning_sets import (
    ACTION,
    last_results_term,
    may_edit,
    new_draft,
    save_draft,
    switch_off,
    switch_on,
)
from students.forms.warning_rules import SetForm, body_of, shown
from students.models import Student, WarningSet
from students.queries.standing import stands
from students.warning_rules import faults_of, read_rules
from students.warning_words import explain, rule_words

_SHOWN = 50


def _check_door(request: HttpRequest) -> None:
    """Rules are read by those who see results, and by those who write them."""
    writes = grants(request.user, ACTION).exists()  # type: ignore[arg-type]
    if not writes and not reaches_any(Student, request.user, "see_results"):
        raise PermissionDenied(_("None of your posts lets you see the warning rules."))


def _fetch(request: HttpRequest, pk: int) -> WarningSet:
    _check_door(request)
    return get_object_or_404(WarningSet.objects.select_related("unit", "on_by", "made_by"), pk=pk)


@login_required
@require_GET
def set_list(request: HttpRequest) -> HttpResponse:
    """Every set in its newest version and the one that is on."""
    _check_door(request)
    rows = list(WarningSet.objects.select_related("unit").order_by("family", "-version"))
    newest = {one.family: one for one in reversed(rows)}
    listed = [one for one in rows if one.is_on or one is newest[one.family]]
    listed.sort(key=lambda one: (not one.is_on, not one.is_draft, one.name))
    items = [
        {"one": one, "rules": len(one.body.get("rules", [])),
         "levels": "、".join(level["name"] for level in one.body.get("levels", []))}
        for one in listed
    ]  # fmt: skip
    return render(request, "students/warning_sets.html", {"items": items})


@login_required
@require_GET
def set_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One version as sentences; with ``preview=1`` whom it would hit after the last term."""
    one = _fetch(request, pk)
    writes = may_edit(request.user, one.unit_id)  # type: ignore[arg-type]
    rules = read_rules(one.body)
    context = {
        "one": one, "writes": writes, "faults": faults_of(rules),
        "sentences": [rule_words(rule, rules) for rule in rules.rules],
        "levels": rules.levels, "versions": WarningSet.objects.filter(family=one.family),
        "copy_units": _own_units(request) if not writes else [],
    }  # fmt: skip
    if request.GET.get("preview") and not context["faults"] and (writes or context["copy_units"]):
        context |= _preview(request, one)
    return render(request, "students/warning_set.html", context)


def _own_units(request: HttpRequest) -> list[Unit]:
    held = grants(request.user, ACTION).values("content_object_id")  # type: ignore[arg-type]
    return list(Unit.objects.filter(pk__in=held, closed_on=None).order_by("kind", "code"))


def _preview(request: HttpRequest, one: WarningSet) -> dict[str, Any]:
    """Counts for the whole reach of the set; names as far as this person sees results."""
    term = last_results_term()
    if term is None:
        return {"preview_words": _("There are no results yet, so there is nobody to try it on.")}
    found: Preview = preview_set(one, term)
    hits = {hit.student_id: hit for hit in found.hits}
    mine = Student.objects.restrict(request.user, "see_results").filter(pk__in=list(hits))
    people = list(mine.order_by("pinyin", "pk")[:_SHOWN])
    places = stands([student.pk for student in people], ("class",)) if people else {}
    rules = read_rules(one.body)
    counts: dict[tuple[int, str, str], int] = {}
    for hit in found.hits:
        key = (hit.rank, hit.level, hit.colour)
        counts[key] = counts.get(key, 0) + 1
    return {
        "term": term, "preview": found, "total": len(hits),
        "counts": [{"level": level, "colour": colour, "n": n}
                   for (_rank, level, colour), n in sorted(counts.items())],
        "people": [
            {"student": student, "hit": hits[student.pk],
             "class_name": places[student.pk].class_name if student.pk in places else "—",
             "why": "；".join(explain(rules, hits[student.pk].rule, hits[student.pk].facts))}
            for student in people
        ],
    }  # fmt: skip


@login_required
@require_POST
def set_act(request: HttpRequest, pk: int) -> HttpResponse:
    """``act``: draft, copy (for ``unit``), on (``sure`` after a large preview), off."""
    one = _fetch(request, pk)
    act, actor = request.POST.get("act", ""), request.user
    text = request.POST.get("edition", "")
    edition = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    try:
        if act == "draft":
            made = new_draft(actor=actor, base=one, unit=one.unit)  # type: ignore[arg-type]
            return redirect("students:warning_set_edit", pk=made.pk)
        if act == "copy":
            number = request.POST.get("unit", "")
            found = [u for u in _own_units(request) if str(u.pk) == number]
            if not found:
                raise PermissionDenied(
                    _("None of your posts lets you edit the warning rules here.")
                )
            made = new_draft(actor=actor, base=one, unit=found[0], copy=True)  # type: ignore[arg-type]
            return redirect("students:warning_set_edit", pk=made.pk)
        if act == "on":
            is_sure = request.POST.get("sure") == "1"
            switch_on(actor=actor, draft=one, edition=edition, is_sure=is_sure)  # type: ignore[arg-type]
            messages.success(request, _("Switched on. It counts from the next evaluation on."))
        elif act == "off":
            switch_off(actor=actor, one=one)  # type: ignore[arg-type]
            messages.success(request, _("Switched off."))
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(f"{request.path.removesuffix('act/')}?preview=1")
    return redirect("students:warning_set", pk=pk)


@login_required
def set_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a draft. What cannot be saved stays in the form, with what is wrong."""
    one = _fetch(request, pk)
    if not may_edit(request.user, one.unit_id):  # type: ignore[arg-type]
        raise PermissionDenied(_("None of your posts lets you edit the warning rules here."))
    if not one.is_draft:
        messages.info(
            request, _("This version was switched on and stays as it is. Begin a new version.")
        )
        return redirect("students:warning_set", pk=pk)
    body, status = one.body, 200
    form = SetForm(request.POST or None, initial={
        name: getattr(one, name) for name in ("name", "source", "entry_from", "entry_to", "valid_from")
    })  # fmt: skip
    if request.method == "POST":
        status, body = 422, body_of(request.POST, dict(request.POST.lists()))  # type: ignore[arg-type]
        text = request.POST.get("edition", "")
        if form.is_valid():
            try:
                save_draft(
                    actor=request.user, draft=one, values=form.cleaned_data, body=body,  # type: ignore[arg-type]
                    edition=int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0,
                )  # fmt: skip
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("The draft is saved. Look whom it would hit."))
                if request.POST.get("next") == "more":
                    return redirect("students:warning_set_edit", pk=pk)
                return redirect(f"{_url(pk)}?preview=1")
    context = {"one": one, "form": form, "editor": shown(body), "rule_codes": _codes(body)}
    return render(request, "students/warning_edit.html", context, status=status)


def _codes(body: dict[str, Any]) -> list[str]:
    return [str(rule["code"]) for rule in body.get("rules", []) if rule.get("code")]


def _url(pk: int) -> str:
    return reverse("students:warning_set", args=[pk])
