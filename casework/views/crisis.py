"""One crisis: what is known, who is called, every step; handing back and reviewing."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.crisis_enums import Hop
from casework.domain.crises import add_step
from casework.domain.crisis_end import hand_back, review_crisis
from casework.forms_crisis import HandBackForm, LessonsForm, StepForm
from casework.models import Case, Crisis
from casework.queries.call_list import call_list
from casework.queries.crises import live, may_find, whereabouts
from casework.views.case_acts import _act
from portal.core import audit, reads
from portal.core.access import reaches_one, reasons
from portal.core.errors import DomainError
from portal.core.typed import whole
from students.domain.particulars import open_record
from students.domain.records import KINDS
from students.queries.records import contact_of

# The big buttons, in the order of the night: what, and in whose words.
BUTTONS = (
    Hop.TAKEN,
    Hop.REACHED,
    Hop.ARRIVED,
    Hop.STAYS,
    Hop.FAMILY,
    Hop.HOSPITAL,
    Hop.SAFE,
    Hop.LEFT,
)
# htmx: this answer is the last one; the page asks no more.
STOP_POLLING = 286


@login_required
def crisis_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of the night. POST: one step, by one tap or in words."""
    crisis = Crisis.objects.get_for(request.user, "see_crisis", pk)
    reads.note(request.user, "read_crisis", crisis)
    form: StepForm | None = None
    if request.method == "POST":
        form = StepForm(request.POST, people=_people(crisis))
        if form.is_valid():
            data = form.cleaned_data
            try:
                add_step(
                    actor=request.user, crisis=crisis, kind=data["act"], part=data["part"],  # type: ignore[arg-type]
                    person=data["person"], who=data["who"], words=data["words"], at=data["at"],
                    client_key=data["client_key"],
                )  # fmt: skip
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                return redirect("casework:crisis", pk=crisis.pk)
        crisis.refresh_from_db()
    context = _page(request, crisis, form)
    return render(request, "casework/crisis.html", context, status=422 if form else 200)


def _page(request: HttpRequest, crisis: Crisis, form: StepForm | None) -> dict[str, Any]:
    user = request.user
    words = _button_words()
    sees_case = bool(crisis.case_id) and Case.objects.restrict(user, "see_case").filter(
        pk=crisis.case_id
    ).exists()  # fmt: skip
    return live(user, crisis) | {
        "crisis": crisis,
        "student": crisis.student,
        "place": whereabouts(crisis),
        "may_find": may_find(user, crisis),
        "may_close": reaches_one(Crisis, user, "close_crisis", crisis.pk),
        "sees_case": sees_case,
        "sees_card": reaches_one(type(crisis.student), user, "see_card", crisis.student_id),
        "why": "；".join(reason.text for reason in reasons(user, "see_crisis", crisis)),  # type: ignore[arg-type]
        "buttons": [(hop.value, words[hop], uuid.uuid4()) for hop in BUTTONS],
        "form": form or StepForm(people=[], initial={"act": Hop.NOTE}),
        "client_key": (form.data.get("client_key") if form else "") or uuid.uuid4(),
    }


def _button_words() -> dict[Hop, str]:
    """What the button says; the step itself is told in the words of ``Hop``."""
    return {
        Hop.TAKEN: _("I act on it"), Hop.REACHED: _("Reached by phone"),
        Hop.ARRIVED: _("I have arrived"), Hop.STAYS: _("I stay with the student"),
        Hop.FAMILY: _("Family told"), Hop.HOSPITAL: _("In hospital"),
        Hop.SAFE: _("Student is safe"), Hop.LEFT: _("I leave the student"),
    }  # fmt: skip


def _people(crisis: Crisis) -> list[int]:
    """Members of staff whom a step may be about: the call list and whoever acted."""
    named = {one.person_id for one in call_list(crisis.student, crisis.case)}
    return sorted(pk for pk in {*named, *crisis.hops.values_list("by_id", flat=True)} if pk)


@login_required
@require_GET
def crisis_live(request: HttpRequest, pk: int) -> HttpResponse:
    """Clock, company, call list and steps as they are now; asked again and again by the page."""
    crisis = Crisis.objects.get_for(request.user, "see_crisis", pk)
    status = 200 if crisis.is_open else STOP_POLLING
    return render(
        request,
        "casework/_crisis_live.html",
        live(request.user, crisis) | {"crisis": crisis, "is_answer": True},
        status=status,
    )


@login_required
@require_POST
def crisis_phone(request: HttpRequest, pk: int) -> HttpResponse:
    """A number while it runs: the student's, for those who are called to find the student; with
    ``contact`` that of the family, for those who may open it anyway (rulebook 8.3)."""
    crisis = Crisis.objects.get_for(request.user, "see_crisis", pk)
    if crisis.is_open and "contact" in request.POST:
        return _family_number(request, crisis)
    if not crisis.is_open or not may_find(request.user, crisis):
        raise PermissionDenied(_("The number is shown to the call list while the crisis runs."))
    audit.record(
        actor=request.user, action="unmask", obj=crisis.student, field="phone",  # type: ignore[arg-type]
        reason=f"crisis {crisis.pk}",
    )  # fmt: skip
    return render(request, "casework/_crisis_phone.html", {"phone": crisis.student.phone})


def _family_number(request: HttpRequest, crisis: Crisis) -> HttpResponse:
    key = request.POST["contact"]
    contact = contact_of(crisis.student, whole(key))
    if contact is None:
        raise Http404
    phone = open_record(
        actor=request.user, kind=KINDS["family"], row=contact, reason=f"crisis {crisis.pk}"  # type: ignore[arg-type]
    )  # fmt: skip
    return render(request, "casework/_crisis_phone.html", {"phone": phone})


@login_required
def crisis_hand_back(request: HttpRequest, pk: int) -> HttpResponse:
    """To whom, how the student is, with what advice, and when it is looked at again."""
    crisis = Crisis.objects.get_for(request.user, "close_crisis", pk)
    form = HandBackForm(request.POST or None, people=_receivers(request, crisis))

    def save() -> str:
        data = form.cleaned_data
        hand_back(
            actor=request.user, crisis=crisis, to=form.receiver(), ended_as=data["ended_as"],  # type: ignore[arg-type]
            advice=data["advice"], review_on=data["review_on"],
        )  # fmt: skip
        return _("Handed back. The level stays red until both sides lower it.")

    return _act(request, form, save, _("Hand back"), _page_of(crisis))


@login_required
def crisis_review(request: HttpRequest, pk: int) -> HttpResponse:
    """What went well and what did not."""
    crisis = Crisis.objects.get_for(request.user, "close_crisis", pk)
    form = LessonsForm(request.POST or None)

    def save() -> str:
        review_crisis(actor=request.user, crisis=crisis, **form.cleaned_data)  # type: ignore[arg-type]
        return _("Reviewed.")

    return _act(request, form, save, _("Review"), _page_of(crisis))


def _page_of(crisis: Crisis) -> str:
    return reverse("casework:crisis", args=[crisis.pk])


def _receivers(request: HttpRequest, crisis: Crisis) -> list[tuple[int, str]]:
    """(pk, name · part) of the call list, the responsible person and the reader."""
    found = {
        one.person_id: f"{one.name} · {one.part_label}"
        for one in call_list(crisis.student, crisis.case) if one.person_id is not None
    }  # fmt: skip
    owner = crisis.case.owner if crisis.case is not None else None
    for person in (owner, request.user):
        if person is not None:
            found.setdefault(person.pk, str(person.name))  # type: ignore[union-attr]
    return list(found.items())
