"""Party organisations: the tree, one branch with its roll, members who come and go."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from cohorts.access import granted_unit_ids
from cohorts.forms.people import suggested_people
from partybranch.access import COMMITTEE_ACTION
from partybranch.domain.membership import enter_member, move_member
from partybranch.domain.rights import action_of
from partybranch.enums import BESIDE_KINDS, BRANCHES, RELATION_HOLDING
from partybranch.forms import MemberForm, MoveForm
from partybranch.models import Development, PartyMember, PartyOrganization
from partybranch.queries.branch_page import Member, branch_view, checks
from partybranch.queries.branches import branch_tree, closed_branches, flags
from partybranch.queries.changes import committees_of
from partybranch.queries.flags import flags_of
from partybranch.queries.staff_steps import (
    file_branches,
    is_on_probation,
    probation_now,
    steps_told,
)
from partybranch.views.form_page import form_page
from portal.core import reads
from portal.core.access import reaches_one, reasons
from portal.core.ui.dates import format_day
from portal.core.ui.marks import tag_markup
from students.models import Student


@login_required
@require_GET
def branch_list(request: HttpRequest) -> HttpResponse:
    """The tree of the party organisations that this person may open."""
    nodes = branch_tree(request.user)
    if not nodes:
        raise PermissionDenied(_("None of your posts shows party organisations."))
    context = {
        "nodes": nodes,
        "closed": closed_branches(request.user),
        "sees_changes": bool(committees_of(request.user)),
        "sees_files": bool(file_branches(request.user)),
    }
    return render(request, "party/branches.html", context)


@login_required
@require_GET
def branch_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Kind and powers, committee, checks; the roll for whoever may read the file of the branch."""
    branch: PartyOrganization = PartyOrganization.objects.get_for(request.user, "see_unit", pk)
    user: Any = request.user
    sees_roll = pk in granted_unit_ids(user, "see_party_file")
    is_branch, holds = branch.party_kind in BRANCHES, branch.party_kind in RELATION_HOLDING
    view = branch_view(user, branch, sees_roll)
    may_keep = branch.closed_on is None and pk in granted_unit_ids(user, "write_party_file")
    may_write = holds and may_keep
    context = {
        "branch": branch,
        "view": view,
        "why": "；".join(one.text for one in reasons(user, "see_unit", branch)),
        "flags": flags(branch),
        "roll": [_line(one, pk, may_keep) for one in view.roll],
        "sees_roll": sees_roll and is_branch,
        "is_branch": is_branch,
        "holds": holds,
        "sees_dues": holds and reaches_one(PartyOrganization, user, "see_dues", pk),
        "sees_life": reaches_one(PartyOrganization, user, "see_branch_life", pk),
        "full": sum(one.is_full for one in view.roll),
        "checks": checks(branch, view) if sees_roll else [],
        "may_write": may_write,
        "may_keep": may_keep,
        "may_close": may_keep and branch.party_kind in BESIDE_KINDS,
    }
    if sees_roll:
        reads.note(user, "read_roll", branch)
    return render(request, "party/branch.html", context)


def _line(one: Member, branch: int, may_keep: bool) -> dict[str, Any]:
    """Values for party/_roll.html."""
    standing: Any = _("full member")
    if one.is_suspended:
        standing = tag_markup(_("suspended"), "late")
    elif not one.is_full:
        standing = tag_markup(_("on probation"), "neutral")
    acts: Any = ""
    if may_keep and one.is_relation:
        acts = format_html(
            # On a phone the page of the member has both as buttons.
            '<span class="p-not-phone"><a class="p-link" href="/party-members/{pk}/move/">{}</a>'
            ' <a class="p-link" href="{}">{}</a></span>',
            pgettext("membership relation", "Move"),
            reverse("party:join_branch", args=[one.pk]), pgettext("branch", "Join another"),
            pk=one.pk,
        )  # fmt: skip
    elif may_keep:
        acts = format_html(
            '<a class="p-link" href="{}">{}</a>',
            reverse("party:leave_branch", args=[one.pk, branch]), pgettext("branch", "Leave"),
        )  # fmt: skip
    return {
        "pk": one.pk, "name": one.name, "place": _("staff") if one.is_staff else one.class_name or "—",
        "standing": standing, "joined": format_day(one.joined_on, "full"),
        "full": format_day(one.full_on, "full"),
        "relation": _("here") if one.is_relation else _("elsewhere"), "acts": acts,
    }  # fmt: skip


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

    def done(made: PartyMember) -> tuple[str, str]:
        if made.student is None or made.full_on is not None or made.student.developments.filter(
            ended_on=None).exists():  # fmt: skip
            return _("The member is on the roll."), reverse("party:branch", args=[pk])
        place = made.branches.get(until=None, is_relation=True)
        query = urlencode({"student": made.student.student_no, "branch": pk,
                           "organisation": place.origin})  # fmt: skip
        said = _("The member is on the roll. Now take over the file: without it the vote at the end "
                 "of the probation cannot be recorded.")  # fmt: skip
        return said, f"{reverse('party:former_probation')}?{query}"

    return form_page(
        request, form, act, title=_("Enter a member: %(branch)s") % {"branch": branch.label},
        back=reverse("party:branch", args=[pk]), done=done,
        submit=_("Enter"), people=suggested_people(request.user, [pk]),
    )  # fmt: skip


@login_required
@require_GET
def member_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One member: the branches over time, each with its first and last day and where it went."""
    user: Any = request.user
    member: PartyMember = PartyMember.objects.get_for(user, "see_party_file", pk)
    reads.note(user, "read_member", member)
    rows = list(member.branches.select_related("branch").order_by("-since", "-pk"))
    units = PartyOrganization.objects.restrict(user, "see_unit")
    day = timezone.localdate()
    is_full = member.is_full_on(day)
    probation = probation_now(member) if is_on_probation(member) else None
    context = {
        "member": member, "rows": rows,
        "open_units": set(units.filter(pk__in=[one.branch_id for one in rows])
                          .values_list("pk", flat=True)),
        "standing": (_("full member") if is_full else _("on probation")) if member.is_on(day)
        else _("left"),
        "where": _("staff") if member.person_id else _("student"),
        "now": next((one for one in rows if one.until is None and one.is_relation), None),
        "may_write": reaches_one(PartyMember, user, "write_party_file", pk),
        "may_flag": reaches_one(PartyMember, user, COMMITTEE_ACTION, pk),
        "flags": flags_of(member), "probation": probation,
        "may_end": probation is not None
        and reaches_one(PartyMember, user, action_of(probation.rule), pk),
        "steps": steps_told(member) if member.person_id else [],
        "file": Development.objects.restrict(user, "see_party_file")
        .filter(student_id=member.student_id).order_by("-pk").first() if member.student_id else None,
        "why": "；".join(one.text for one in reasons(user, "see_party_file", member)),
    }  # fmt: skip
    return render(request, "party/member.html", context)


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
        submit=pgettext("membership relation", "Move"), note=note,
    )  # fmt: skip
