"""Members of staff on probation: who they are, and the two steps that end it."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cohorts.post_reasons import post_reasons
from partybranch.domain.checks import body_of
from partybranch.domain.facts import Proposal
from partybranch.domain.rights import action_of
from partybranch.domain.staff_steps import record_staff_step
from partybranch.enums import Body
from partybranch.forms_steps import StaffStepForm
from partybranch.models import PartyMember, StaffStep
from partybranch.queries.facts import organ_of
from partybranch.queries.rules import numbers, rule_book
from partybranch.queries.staff_steps import (
    DECISION,
    VOTE,
    file_branches,
    is_on_probation,
    staff_on_probation,
)
from partybranch.views.form_page import form_page
from partybranch.views.steps import committees
from portal.core.access import reaches_one


@login_required
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """All in the branches in reach, the first to end on top; ``only=near`` those at the end."""
    user: Any = request.user
    units = file_branches(user)
    if not units:
        raise PermissionDenied(_("None of your posts shows party files."))
    rows, here = staff_on_probation(user), reverse("party:staff_probation")
    near = [row for row in rows if row.is_near]
    is_near = request.GET.get("only") == "near"
    chips = [
        {"label": _("All"), "url": here, "active": not is_near, "count": len(rows)},
        {"label": _("at the end of probation"), "url": f"{here}?only=near", "active": is_near,
         "count": len(near)},
    ]  # fmt: skip
    context = {
        "rows": near if is_near else rows, "chips": chips,
        "why": "；".join(one.text for one in post_reasons(user, "see_party_file", units)),
    }  # fmt: skip
    return render(request, "party/staff_probation.html", context)


@login_required
def record(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The vote of the branch meeting or the decision of the committee."""
    if number not in (VOTE, DECISION):
        raise Http404
    today, user = timezone.localdate(), request.user
    rule = rule_book().rule(number, today)
    member: PartyMember = PartyMember.objects.get_for(user, action_of(rule), pk)
    now = get_object_or_404(member.branches.select_related("branch"), until=None, is_relation=True)
    if not is_on_probation(member):
        raise Http404
    organ = organ_of(now.branch, today, numbers()["branch.committee_from"])
    body = body_of(rule, Proposal(number, today, today, organ))
    form = StaffStepForm(
        request.POST or None, rule=rule, body=body, committees=committees(now.branch),
        is_below_general=organ.below_general,
        initial={
            "on": today, "client_key": uuid.uuid4(), "body": now.branch.approving_committee_id or "",
            "expected": organ.voters if body == Body.MEETING else None,
            "months": numbers()["party.extend"],
            "kept_at": member.staff_steps.values_list("kept_at", flat=True).last() or "",
        },
    )  # fmt: skip

    def act(data: dict[str, Any]) -> StaffStep:
        return record_staff_step(
            actor=user, member=member, typed=form.typed(), kept_at=data["kept_at"],  # type: ignore[arg-type]
            client_key=data["client_key"],
        )  # fmt: skip

    def done(made: StaffStep) -> tuple[str, str]:
        is_open = reaches_one(PartyMember, user, "see_party_file", pk)
        # Whoever has left is on no roll any more, and the page closes with it.
        back = reverse("party:member" if is_open else "party:branch",
                       args=[pk if is_open else now.branch_id])  # fmt: skip
        if not made.passed:
            return _("Kept: it did not pass, and the step is not taken."), back
        return _("Step %(n)s is recorded.") % {"n": number}, back

    return form_page(
        request, form, act, back=reverse("party:member", args=[pk]), done=done,
        title=_("Step %(n)s · %(name)s: %(who)s") % {
            "n": number, "name": rule.name, "who": member.name},
        submit=_("Record the step"),
        note=_("The file of a member of staff is kept on paper. Enter here what the roll needs of it; "
               "the rules are those of every file."),
    )  # fmt: skip
