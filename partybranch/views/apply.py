"""Opening a file: an application received here, or one that came from another organisation."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.domain.development import Typed, open_development
from partybranch.domain.former import FormerFile, take_over_development
from partybranch.enums import RELATION_HOLDING
from partybranch.forms import ApplicationForm, FormerForm
from partybranch.models import Development, PartyOrganization
from partybranch.queries.rules import rule_book
from partybranch.views.form_page import form_page
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
    form = FormerForm(request.POST or None, **_reach(request))

    def act(data: dict[str, Any]) -> Development:
        steps = {number: data[f"on_{number}"] for number in range(1, 6) if data[f"on_{number}"]}
        file = FormerFile(
            organisation=data["organisation"], steps=steps, since=data["on_3"],
            until=data["until"], is_accepted=data["is_accepted"], resumed_on=data["resumed_on"],
            reason=data["reason"],
        )  # fmt: skip
        return take_over_development(
            actor=request.user,
            student=data["student"],
            branch=data["branch"],
            file=file,  # type: ignore[arg-type]
        )

    note = _("Enter the days as the former file proves them; each is shown as taken from it.")
    return form_page(request, form, act, title=_("Take over a former file"),
                     back=reverse("party:board"), done=_opened, submit=_("Open the file"),
                     note=note)  # fmt: skip
