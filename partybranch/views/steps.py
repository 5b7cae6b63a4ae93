"""Entering things into a file: a step, an entry of the book, a notice, a decision, papers."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.domain.book import STEPS
from partybranch.domain.checks import body_of
from partybranch.domain.cultivation import add_entry, publish_notice
from partybranch.domain.decisions import decide
from partybranch.domain.development import Recorded, hand_in_papers, record_step
from partybranch.domain.facts import Proposal
from partybranch.domain.rights import action_of
from partybranch.domain.standing import missing_papers
from partybranch.enums import BRANCHES, Body, Look
from partybranch.forms import DecisionForm, EntryForm, NoticeForm, PaperForm
from partybranch.forms_steps import StepForm
from partybranch.models import Development, PartyOrganization
from partybranch.queries.facts import candidates, organ_of
from partybranch.queries.rules import numbers, rule_book
from partybranch.views.form_page import form_page


def _back(pk: int) -> str:
    return reverse("party:file", args=[pk])


def committees(branch: PartyOrganization) -> list[PartyOrganization]:
    """The approving committee first, then what stands above the branch in the party tree."""
    above = PartyOrganization.objects.filter(
        Q(pk=branch.approving_committee_id) | Q(below__descendant_id=branch.pk, below__depth__gt=0)
    )
    rows = list(above.distinct())
    rows.sort(key=lambda one: (one.pk != branch.approving_committee_id, one.code))
    return rows


@login_required
def record(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The form of one step; committee steps take the right to record its decisions."""
    if number not in STEPS:
        raise Http404
    today = timezone.localdate()
    rule = rule_book().rule(number, today)
    action = action_of(rule)
    development: Development = Development.objects.get_for(request.user, action, pk)
    branch = development.branch
    organ = organ_of(branch, today, numbers()["branch.committee_from"])
    body = body_of(rule, Proposal(number, today, today, organ))
    form = StepForm(
        request.POST or None, rule=rule, body=body,
        candidates=candidates(branch, today, development),
        committees=committees(branch), is_below_general=organ.below_general,
        initial={
            "on": today, "client_key": uuid.uuid4(), "version": development.version,
            "body": branch.approving_committee_id or "",
            "expected": organ.voters if body == Body.MEETING else None,
            "months": numbers()["party.extend"],
        },
    )  # fmt: skip

    def act(data: dict[str, Any]) -> Recorded:
        return record_step(
            actor=request.user, development=development, typed=form.typed(),  # type: ignore[arg-type]
            client_key=data["client_key"], version=data["version"],
        )  # fmt: skip

    def done(made: Recorded) -> tuple[str, str]:
        if made.record is None:
            return _("Kept: it did not pass, and the step is not taken."), _back(pk)
        return _("Step %(n)s is recorded.") % {"n": number}, _back(pk)

    title = _("Step %(n)s · %(name)s: %(who)s") % {
        "n": number, "name": rule.name, "who": development.student.name,
    }  # fmt: skip
    note = _("Enter the day on which it happened. The entry time is kept beside it; nothing is "
             "dated back.")  # fmt: skip
    return form_page(request, form, act, title=title, back=_back(pk), done=done,
                     submit=_("Record the step"), note=note)  # fmt: skip


@login_required
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    development = Development.objects.get_for(request.user, "write_party_file", pk)
    branches = PartyOrganization.objects.filter(party_kind__in=BRANCHES, closed_on=None)
    form = EntryForm(request.POST or None, branches=branches, initial={"client_key": uuid.uuid4()})

    def act(data: dict[str, Any]) -> Any:
        data["kind"] = Look(data["kind"])
        return add_entry(actor=request.user, development=development, **data)  # type: ignore[arg-type]

    return form_page(
        request, form, act, title=_("Cultivation book: %(name)s") % {"name": development.student.name},
        back=_back(pk), done=_("The entry is in the book."), submit=_("Enter"),
    )  # fmt: skip


@login_required
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    development = Development.objects.get_for(request.user, "write_party_file", pk)
    first = 23 if development.reached >= 15 else 7
    form = NoticeForm(request.POST or None, initial={"step": first})

    def act(data: dict[str, Any]) -> Any:
        return publish_notice(actor=request.user, development=development, **data)  # type: ignore[arg-type]

    note = _("The last day is computed by the holiday table; without a table for the year it is "
             "marked provisional. The notice shows name, class and matter only.")  # fmt: skip
    return form_page(
        request, form, act, title=_("Public notice: %(name)s") % {"name": development.student.name},
        back=_back(pk), done=_("The notice is entered."), submit=_("Enter"), note=note,
    )  # fmt: skip


@login_required
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    development = Development.objects.get_for(request.user, "write_party_file", pk)
    book = rule_book()
    taken = development.records.filter(withdrawn_by=None, step__gt=1).order_by("step")
    steps = [(one.step, f"{one.step} {book.rule(one.step, one.on).name}") for one in taken]
    form = DecisionForm(request.POST or None, steps=steps, initial={"version": development.version})

    def act(data: dict[str, Any]) -> Any:
        return decide(actor=request.user, development=development, **data)  # type: ignore[arg-type]

    note = _("Nothing is deleted: what is taken back stays in the file with this decision.")
    return form_page(
        request, form, act, title=_("Decision about %(name)s") % {"name": development.student.name},
        back=_back(pk), done=_("The decision is recorded."), submit=_("Record the decision"),
        note=note,
    )  # fmt: skip


@login_required
def papers(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Papers of a recorded step that came later."""
    development = Development.objects.get_for(request.user, "write_party_file", pk)
    taken = development.records.filter(step=number, withdrawn_by=None).first()
    if taken is None:
        raise Http404
    rule = rule_book().rule(number, taken.on)
    missing = missing_papers(rule, taken.papers.values_list("name", flat=True))
    form = PaperForm(request.POST or None, papers=missing)

    def act(data: dict[str, Any]) -> Any:
        return hand_in_papers(actor=request.user, record=taken, **data)  # type: ignore[arg-type]

    return form_page(
        request, form, act,
        title=_("Papers of step %(n)s: %(name)s") % {"n": number, "name": development.student.name},
        back=_back(pk), done=_("The papers are in the file."), submit=_("Save"),
    )  # fmt: skip
