"""Flags on members (双带头人, 领雁计划): who has one with the hours of training, set and ended."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from partybranch.access import COMMITTEE_ACTION
from partybranch.domain.links import end_party_link, make_link
from partybranch.enums import FLAG
from partybranch.forms_links import EndLinkForm, FlagForm
from partybranch.models import PartyLink, PartyMember
from partybranch.queries.flags import flag_kinds, flagged
from partybranch.queries.training import training_branches
from partybranch.views.figures import why_life, year_chips, year_of
from partybranch.views.form_page import form_page


@login_required
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Members with a flag in the branches in reach, by kind, with their class hours of the year."""
    user: Any = request.user
    branches = training_branches(user)
    if not branches:
        raise PermissionDenied(_("None of your posts shows the life of branches."))
    year, rows = year_of(request), flagged(user, year_of(request))
    kinds, asked, here = flag_kinds(), request.GET.get("kind", ""), reverse("party:flags")
    kind = asked if asked in {one.code for one in kinds} else ""
    chips = [{"label": _("All"), "url": f"{here}?year={year}", "active": not kind,
              "count": len(rows)}]  # fmt: skip
    chips += [
        {"label": one.name, "url": f"{here}?year={year}&kind={one.code}",
         "active": one.code == kind,
         "count": sum(row.link.kind_id == one.pk for row in rows)}
        for one in kinds
    ]  # fmt: skip
    rows = [row for row in rows if not kind or row.link.kind.code == kind]
    kept = PartyMember.objects.restrict(user, COMMITTEE_ACTION)
    context = {
        "rows": rows, "year": year, "chips": chips,
        "years": year_chips(here, year, f"&kind={kind}" if kind else ""),
        "met": sum(row.row.is_met for row in rows),
        "mine": set(kept.filter(pk__in=[row.row.member.pk for row in rows])
                    .values_list("pk", flat=True)),
        "why": why_life(user, [one.pk for one in branches]),
    }  # fmt: skip
    return render(request, "party/flags.html", context)


@login_required
def new_flag(request: HttpRequest, pk: int) -> HttpResponse:
    """A flag on one member, from a day on, with the decision it rests on."""
    member: PartyMember = PartyMember.objects.get_for(request.user, COMMITTEE_ACTION, pk)
    now = get_object_or_404(member.branches.select_related("branch"), until=None, is_relation=True)
    form = FlagForm(request.POST or None, initial={"starts_on": timezone.localdate()})

    def act(data: dict[str, Any]) -> PartyLink:
        return make_link(actor=request.user, branch=now.branch, member=member, **data)  # type: ignore[arg-type]

    return form_page(
        request, form, act, title=_("Flag as leader or cadre: %(name)s") % {"name": member.name},
        back=reverse("party:member", args=[pk]), done=_("The flag is set."), submit=_("Set the flag"),
        note=_("It counts in the figures of party building while it runs. It opens no right."),
    )  # fmt: skip


@login_required
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The last day of a flag, with what came of it."""
    link = get_object_or_404(
        PartyLink.objects.select_related("kind", "member"), pk=pk, kind__code__startswith=FLAG
    )
    member = PartyMember.objects.get_for(request.user, COMMITTEE_ACTION, link.member_id)
    form = EndLinkForm(request.POST or None, initial={"ends_on": timezone.localdate()})

    def act(data: dict[str, Any]) -> PartyLink:
        return end_party_link(actor=request.user, link=link, **data)  # type: ignore[arg-type]

    return form_page(
        request, form, act,
        title=_("End: %(name)s – %(target)s") % {"name": member.name, "target": link.kind.name},
        back=reverse("party:flags"), done=_("The flag ends with that day."),
        submit=pgettext("link", "End"),
        note=_("Nothing is deleted: it stays on record with its days."),
    )  # fmt: skip
