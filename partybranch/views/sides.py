"""A branch enters who of its members came to an event that another one entered."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partybranch.domain.life import Came
from partybranch.domain.sides import record_side
from partybranch.enums import Presence
from partybranch.forms_life import SideForm, first_marks
from partybranch.models import BranchEvent, PartyOrganization
from partybranch.queries.events import state_of
from partybranch.queries.life import officer_members, roll_on
from partybranch.views.form_page import show_refusal
from portal.core.errors import DomainError


@login_required
def side(request: HttpRequest, pk: int, branch: int) -> HttpResponse:
    """Attendance of one's own members at a joint event, by tapping."""
    user: Any = request.user
    event: BranchEvent = BranchEvent.objects.get_for(user, "see_branch_life", pk)
    own: PartyOrganization = PartyOrganization.objects.get_for(user, "write_branch_life", branch)
    if not event.partners.filter(pk=branch).exists():
        raise Http404
    roll, back = roll_on(own, event.on), reverse("party:event", args=[pk])
    rows = list(event.attendance.filter(member__in=roll))
    came = {one.member_id: Came(Presence(one.presence), one.reason) for one in rows}
    kind = event.kinds.order_by("order", "pk").first()
    first = first_marks(roll, kind.called if kind else "", officer_members([branch]))
    form = SideForm(
        request.POST or None, roll=roll, came=came or first, initial={"seen": state_of(rows)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            record_side(
                actor=user, event=event, branch=own, came=form.came(),
                entry_reason=form.cleaned_data["entry_reason"], seen=form.cleaned_data["seen"],
            )  # fmt: skip
        except DomainError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("The event counts for %(branch)s.") % {"branch": own.label})
            return redirect(back)
    context = {
        "form": form, "branch": own, "back": back, "draft": f"-{event.pk}",
        "title": _("Attendance of %(branch)s: %(topic)s") % {
            "branch": own.label, "topic": event.topic},
    }  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "party/event_form.html", context, status=status)
