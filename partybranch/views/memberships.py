"""A further branch beside the one that holds the relation, and the suspension of a member."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cohorts.access import granted_unit_ids
from partybranch.domain.membership import join_branch, leave_branch, suspend_member
from partybranch.forms import SuspendForm
from partybranch.forms_links import JoinForm, LeaveForm
from partybranch.models import Membership, PartyMember
from partybranch.queries.links_own import fellow_branches
from partybranch.views.form_page import form_page


def _home(member: PartyMember) -> str:
    """Back to the roll of the branch that holds the relation, else of any branch."""
    place = member.branches.filter(until=None).order_by("-is_relation", "pk").first()
    return reverse("party:branch", args=[place.branch_id]) if place else reverse("party:branches")


@login_required
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Join a functional or temporary branch, or advise a joint one; the relation stays."""
    member: PartyMember = PartyMember.objects.get_for(request.user, "write_party_file", pk)
    user: Any = request.user
    branches = fellow_branches(user, member, granted_unit_ids(user, "write_party_file"))
    form = JoinForm(
        request.POST or None, branches=branches, initial={"since": timezone.localdate()}
    )

    def act(data: dict[str, Any]) -> Membership:
        return join_branch(actor=user, member=member, **data)

    note = _("A member of staff joins a branch whose roll you keep; a student any open branch.")
    return form_page(
        request, form, act, title=_("Join a further branch: %(name)s") % {"name": member.name},
        back=_home(member), done=_("%(name)s stands in this branch too.") % {"name": member.name},
        submit=_("Join"), note=note,
    )  # fmt: skip


@login_required
def leave(request: HttpRequest, pk: int, branch: int) -> HttpResponse:
    """The last day in a further branch; links kept there end with it."""
    member: PartyMember = PartyMember.objects.get_for(request.user, "write_party_file", pk)
    row = member.branches.filter(branch=branch, until=None).select_related("branch").first()
    if row is None:
        raise Http404
    form = LeaveForm(request.POST or None, initial={"until": timezone.localdate()})

    def act(data: dict[str, Any]) -> Membership:
        return leave_branch(actor=request.user, membership=row, **data)  # type: ignore[arg-type]

    title = _("Leave %(branch)s: %(name)s") % {"branch": row.branch.label, "name": member.name}
    return form_page(
        request, form, act, title=title, back=_home(member),
        done=_("The place in this branch ends with that day."),
        submit=pgettext("branch", "Leave"),
        note=_("The membership relation stays where it is. Links kept in this branch end too."),
    )  # fmt: skip


@login_required
def suspend(request: HttpRequest, pk: int) -> HttpResponse:
    """Suspension (留党察看), or its last day when the rights are restored."""
    member: PartyMember = PartyMember.objects.get_for(request.user, "write_party_file", pk)
    form = SuspendForm(
        request.POST or None,
        initial={"since": member.suspended_from or timezone.localdate(),
                 "until": member.suspended_until},
    )  # fmt: skip

    def act(data: dict[str, Any]) -> PartyMember:
        return suspend_member(actor=request.user, member=member, **data)  # type: ignore[arg-type]

    return form_page(
        request, form, act, title=_("Suspension: %(name)s") % {"name": member.name},
        back=reverse("party:member", args=[pk]), done=_("The suspension is on the roll."),
        submit=_("Save"),
        note=_("While suspended a member neither votes nor elects, and vouches for nobody."),
    )  # fmt: skip
