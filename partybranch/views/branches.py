"""Party organisations: the tree, one branch with its roll, members who come and go."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cohorts.access import granted_unit_ids
from cohorts.forms.people import suggested_people
from partybranch.domain.membership import enter_member, move_member
from partybranch.enums import BRANCHES, RELATION_HOLDING
from partybranch.forms import MemberForm, MoveForm
from partybranch.models import PartyMember, PartyOrganization
from partybranch.queries.board import plan_words
from partybranch.queries.branches import (
    below,
    branch_tree,
    checks,
    flags,
    history,
    officers,
    other_posts,
    roll,
)
from partybranch.views.form_page import form_page
from portal.core import reads
from portal.core.access import reaches_one, reasons
from students.models import Student


@login_required
@require_GET
def branch_list(request: HttpRequest) -> HttpResponse:
    """The tree of the party organisations that this person may open."""
    nodes = branch_tree(request.user)
    if not nodes:
        raise PermissionDenied(_("None of your posts shows party organisations."))
    return render(request, "party/branches.html", {"nodes": nodes})


@login_required
@require_GET
def branch_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Kind and powers, committee, checks; the roll for whoever may read the file of the branch."""
    branch: PartyOrganization = PartyOrganization.objects.get_for(request.user, "see_unit", pk)
    user: Any = request.user
    sees_roll = pk in granted_unit_ids(user, "see_party_file")
    is_branch = branch.party_kind in BRANCHES
    posts = officers(branch)
    rows = roll(branch) if sees_roll else []
    context = {
        "branch": branch,
        "why": "；".join(one.text for one in reasons(user, "see_unit", branch)),
        "flags": flags(branch),
        "officers": posts,
        "others": other_posts(branch),
        "roll": rows,
        "sees_roll": sees_roll and is_branch,
        "is_branch": is_branch,
        "sees_dues": branch.party_kind in RELATION_HOLDING
        and reaches_one(PartyOrganization, user, "see_dues", pk),
        "sees_life": is_branch and reaches_one(PartyOrganization, user, "see_branch_life", pk),
        "full": sum(row.is_full for row in rows),
        "checks": checks(branch, rows, len(posts)) if sees_roll and is_branch else [],
        "history": history(branch) if sees_roll else [],
        "plan": plan_words([pk], timezone.localdate().year),
        "may_keep": pk in granted_unit_ids(user, "write_party_file"),
        "may_write": pk in granted_unit_ids(user, "write_party_file")
        and branch.party_kind in RELATION_HOLDING,
        "children": below(user, branch),
    }
    if sees_roll:
        reads.note(user, "read_roll", branch)
    return render(request, "party/branch.html", context)


@login_required
def new_member(request: HttpRequest, pk: int) -> HttpResponse:
    """A member whose relation comes from another organisation."""
    branch: PartyOrganization = PartyOrganization.objects.get_for(request.user, "see_unit", pk)
    if pk not in granted_unit_ids(request.user, "write_party_file"):  # type: ignore[arg-type]
        raise PermissionDenied(_("None of your posts keeps the roll of this branch."))
    form = MemberForm(
        request.POST or None, students=Student.objects.restrict(request.user, "see_card"),
        initial={"since": timezone.localdate()},
    )  # fmt: skip

    def act(data: dict[str, Any]) -> PartyMember:
        return enter_member(
            actor=request.user,
            branch=branch,
            student=data.pop("student_no"),
            **data,  # type: ignore[arg-type]
        )

    return form_page(
        request, form, act, title=_("Enter a member: %(branch)s") % {"branch": branch.label},
        back=reverse("party:branch", args=[pk]), done=_("The member is on the roll."),
        submit=_("Enter"), people=suggested_people(request.user, [pk]),
    )  # fmt: skip


@login_required
def member_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move the membership relation of one member."""
    member: PartyMember = PartyMember.objects.get_for(request.user, "write_party_file", pk)
    now = get_object_or_404(member.branches.select_related("branch"), until=None, is_relation=True)
    branches = PartyOrganization.objects.filter(party_kind__in=RELATION_HOLDING, closed_on=None)
    form = MoveForm(
        request.POST or None, branches=branches.exclude(pk=now.branch_id).order_by("code"),
        initial={"on": timezone.localdate()},
    )  # fmt: skip

    def act(data: dict[str, Any]) -> PartyMember:
        return move_member(actor=request.user, member=member, **data)  # type: ignore[arg-type]

    note = _("The row of %(branch)s stays with its last day; the file goes along.") % {
        "branch": now.branch.label
    }
    return form_page(
        request, form, act, title=_("Move the membership relation: %(name)s") % {"name": member.name},
        back=reverse("party:branch", args=[now.branch_id]), done=_("The relation has moved."),
        submit=_("Move"), note=note,
    )  # fmt: skip
