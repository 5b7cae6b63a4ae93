"""Opening a file, received here or from another organisation, and handing one over."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.domain.development import Typed, open_development
from partybranch.domain.former import FormerFile, take_over_development
from partybranch.domain.transfers import hand_over
from partybranch.enums import RELATION_HOLDING
from partybranch.forms import ApplicationForm, FormerForm, HandOverForm
from partybranch.models import Development, PartyMember, PartyOrganization
from partybranch.queries.rules import rule_book
from partybranch.views.form_page import form_page
from portal.core.access import reaches_one
from students.models import Student
from students.queries.rights import reaches_anyone


def _reach(request: HttpRequest) -> dict[str, Any]:
    """Students whose file this person may write, and branches that can own one."""
    if not reaches_anyone(request.user, "write_party_file"):
        raise PermissionDenied(_("None of your posts writes files of development."))
    students = Student.objects.restrict(request.user, "write_party_file")
    branches = PartyOrganization.objects.filter(party_kind__in=RELATION_HOLDING, closed_on=None)
    return {"students": students, "branches": branches.order_by("code")}


def _opened(made: Development) -> tuple[str, str]:
    return _("The file is open."), reverse("party:file", args=[made.pk])


@login_required
def new_application(request: HttpRequest) -> HttpResponse:
    """Step 1 of a new file."""
    reach = _reach(request)
    form = ApplicationForm(
        request.POST or None, **reach,
        initial={"on": timezone.localdate(), "client_key": uuid.uuid4(),
                 "student": request.GET.get("student", "")},
    )  # fmt: skip

    def act(data: dict[str, Any]) -> Development:
        papers = rule_book().rule(1, data["on"]).papers if data["has_paper"] else ()
        typed = Typed(
            step=1, on=data["on"], detail={"is_citizen": data["is_citizen"]}, papers=papers,
            entry_reason=data["entry_reason"],
        )  # fmt: skip
        return open_development(
            actor=request.user, student=data["student"], branch=data["branch"], typed=typed,  # type: ignore[arg-type]
            leaves_on=data["leaves_on"], client_key=data["client_key"],
        )  # fmt: skip

    note = _("The day on which the signed application was received is the legal start.")
    return form_page(request, form, act, title=_("Receive an application"),
                     back=reverse("party:board"), done=_opened, submit=_("Open the file"),
                     note=note)  # fmt: skip


@login_required
def former_file(request: HttpRequest) -> HttpResponse:
    """An activist who moved here: the time in the former organisation counts on (P7)."""
    note = _("Enter the days as the former file proves them; each is shown as taken from it.")
    return _former(request, 5, 3, _("Take over a former file"), note)


@login_required
def former_probation(request: HttpRequest) -> HttpResponse:
    """A member on probation who moved here: the vote at its end is held in the new branch (P18)."""
    note = _("All steps up to the approval as the former file proves them; the probation runs on from "
             "the vote. If the branch needs time to know the person, record afterwards the decision "
             "to postpone the discussion.")  # fmt: skip
    return _former(request, 20, 17, _("Take over a member on probation"), note)


def _former(request: HttpRequest, last: int, needed: int, title: str, note: str) -> HttpResponse:
    book, today = rule_book(), timezone.localdate()
    names = {number: book.rule(number, today).name for number in range(1, last + 1)}
    form = FormerForm(
        request.POST or None, **_reach(request), steps=names, needed=needed,
        initial={name: request.GET.get(name, "") for name in ("student", "branch", "organisation")},
    )  # fmt: skip

    def act(data: dict[str, Any]) -> Development:
        file = FormerFile(
            organisation=data["organisation"], steps=form.days(), since=data["on_3"],
            until=data["until"], is_accepted=data["is_accepted"], resumed_on=data["resumed_on"],
            reason=data["reason"],
        )  # fmt: skip
        return take_over_development(
            actor=request.user,
            student=data["student"],
            branch=data["branch"],
            file=file,  # type: ignore[arg-type]
        )

    return form_page(request, form, act, title=title, back=reverse("party:board"), done=_opened,
                     submit=_("Open the file"), note=note)  # fmt: skip


@login_required
def move_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a file over; that of a member moves with the membership relation."""
    development: Development = Development.objects.get_for(request.user, "write_party_file", pk)
    member = PartyMember.objects.filter(student=development.student_id, left_on=None).first()
    if member is not None:
        return redirect("party:move_member", member.pk)
    branches = PartyOrganization.objects.filter(party_kind__in=RELATION_HOLDING, closed_on=None)
    form = HandOverForm(
        request.POST or None,
        branches=branches.exclude(pk=development.branch_id).order_by("code"),
    )

    def act(data: dict[str, Any]) -> Development:
        return hand_over(actor=request.user, development=development, **data)  # type: ignore[arg-type]

    def done(made: Development) -> tuple[str, str]:
        is_seen = reaches_one(Development, request.user, "see_party_file", made.pk)
        back = reverse("party:file", args=[pk]) if is_seen else reverse("party:board")
        return _("The file is handed over."), back

    note = _("In another branch of the school the time of cultivation goes on. Outside, the file ends "
             "here as moved and stays readable.")  # fmt: skip
    return form_page(
        request, form, act, title=_("Hand over the file: %(name)s") % {
            "name": development.student.name}, back=reverse("party:file", args=[pk]), done=done,
        submit=_("Hand over"), note=note,
    )  # fmt: skip
