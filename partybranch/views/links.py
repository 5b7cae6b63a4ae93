"""Links of branches: the board, one branch, a single link and its end."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from cohorts.enums import LinkHolder, LinkTarget, UnitKind
from cohorts.forms.people import suggested_people
from cohorts.models import LinkKind, Unit
from cohorts.post_reasons import post_reasons
from partybranch.domain.link_checks import is_partner
from partybranch.domain.links import end_party_link, make_link, set_contact
from partybranch.forms_links import ContactForm, EndLinkForm, LinkForm
from partybranch.models import PartyLink, PartyMember, PartyOrganization
from partybranch.queries.life import roll_on
from partybranch.queries.link_book import ending_agreements, links_to, with_visits
from partybranch.queries.links import (
    coverage,
    link_board,
    link_kinds,
    links_in,
    member_links,
    of_branch,
    open_wishes,
    rounds_of,
    signs,
    slot_kinds,
    unit_names,
)
from partybranch.queries.territory import around
from partybranch.views.form_page import form_page
from partybranch.views.life import branch_of
from portal.core import reads
from portal.core.access import reaches_one
from students.models import Student


@login_required
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Every branch in reach: places filled and empty, what is linked around it, who waits, and the
    agreements that end; ``only=ending`` those that end within a month."""
    user: Any = request.user
    rows = link_board(user)
    if not rows:
        raise PermissionDenied(_("None of your posts shows the links of branches."))
    units = [row.branch.pk for row in rows]
    sums = {
        "places": sum(row.places for row in rows), "filled": sum(row.filled for row in rows),
        "wishes": sum(row.wishes for row in rows),
    }  # fmt: skip
    why = "；".join(one.text for one in post_reasons(user, "see_branch_life", units))
    is_soon, here = request.GET.get("only") == "ending", reverse("party:link_board")
    ending = ending_agreements(units)
    soon = [one for one in ending if one.is_soon]  # type: ignore[attr-defined]
    chips = [
        {"label": _("within 60 days, or ended and not renewed"), "url": f"{here}#ending",
         "active": not is_soon, "count": len(ending)},
        {"label": _("within 30 days"), "url": f"{here}?only=ending#ending", "active": is_soon,
         "count": len(soon)},
    ]  # fmt: skip
    context = {"rows": rows, "sums": sums, "why": why, "ending": soon if is_soon else ending,
               "chips": chips}  # fmt: skip
    return render(request, "party/link_board.html", context)


@login_required
@require_GET
def branch_links(request: HttpRequest, pk: int) -> HttpResponse:
    """One branch: each member with filled and empty places, the branch's own links, posts, wishes,
    rounds; ``show`` lists the rooms or classes without a link."""
    user: Any = request.user
    branch = branch_of(request, pk, "see_branch_life")
    links = with_visits(list(links_in([pk])))
    rows = member_links(branch, links)
    cover = coverage([pk], timezone.localdate())[pk]
    wishes = list(open_wishes(user, [pk]))
    only, here = request.GET.get("only", ""), reverse("party:links", args=[pk])
    without = {"rooms": cover.rooms.without, "classes": cover.classes.without}
    chips = [
        {"label": _("All members"), "url": here, "active": only != "empty", "count": len(rows)},
        {"label": _("with empty places"), "url": f"{here}?only=empty", "active": only == "empty",
         "count": sum(bool(row.empty) for row in rows)},
    ]  # fmt: skip
    reads.note(user, "read_links", branch)
    return render(request, "party/links.html", {
        "branch": branch, "chips": chips, "kinds": slot_kinds(), "cover": cover, "wishes": wishes,
        "rows": [row for row in rows if row.empty] if only == "empty" else rows,
        "all_members": rows,
        "empty": sum(row.empty for row in rows),
        "own": of_branch(links), "partners": links_to(branch), "signs": signs(links), "rounds": rounds_of(user, branch),
        "without": unit_names(without.get(request.GET.get("show", ""), ())),
        "show": request.GET.get("show", ""),
        "new_kinds": link_kinds(), "here": here,
        "may_write": reaches_one(PartyOrganization, user, "write_branch_life", pk),
        "why": "；".join(one.text for one in post_reasons(user, "see_branch_life", {pk})),
    })  # fmt: skip


def _units(kind: LinkKind, branch: PartyOrganization) -> Any:
    """What a link of this kind may be tied to: rooms and classes around the branch, classes of its
    college for the branch itself, other units of the school for building together."""
    today = timezone.localdate()
    rows = Unit.objects.filter(Q(closed_on=None) | Q(closed_on__gte=today)).order_by("code")
    if kind.target == LinkTarget.UNIT:
        kinds = (UnitKind.PARTY, UnitKind.OFFICE, UnitKind.GROUP, UnitKind.STUDIO)
        return rows.filter(kind__in=kinds).exclude(pk=branch.pk)
    if kind.target == LinkTarget.CLASS and kind.holder == LinkHolder.BRANCH:
        classes = rows.filter(kind=UnitKind.CLASS)
        if branch.college_side_id is not None:
            classes = classes.filter(above__ancestor=branch.college_side_id)
        return classes
    place = around([branch.pk], today)[branch.pk]
    return rows.filter(pk__in=place.rooms if kind.target == LinkTarget.ROOM else place.classes)


def _students(user: Any, branch: PartyOrganization) -> Any:
    """Those whose card the user sees, and those for whom the branch was asked."""
    asked = open_wishes(user, [branch.pk]).values("student")
    seen = Student.objects.restrict(user, "see_card").order_by().values("pk")
    return Student.objects.filter(Q(pk__in=seen) | Q(pk__in=asked))


@login_required
def new_link(request: HttpRequest, pk: int) -> HttpResponse:
    """One link by hand; ``kind`` says which fields are asked for."""
    user: Any = request.user
    branch = branch_of(request, pk, "write_branch_life")
    asked = request.GET.get("kind", "")
    kind = next((one for one in link_kinds() if one.code == asked), None)
    if kind is None:
        raise Http404
    roll = [one.pk for one in roll_on(branch, timezone.localdate())]
    members = PartyMember.objects.filter(pk__in=roll).select_related("student", "person")
    form = LinkForm(
        request.POST or None, kind=kind, members=members, students=_students(user, branch),
        units=_units(kind, branch),
        initial={"member": request.GET.get("member"), "student": request.GET.get("student")},
    )  # fmt: skip

    def act(data: dict[str, Any]) -> PartyLink:
        return make_link(actor=user, kind=kind, branch=branch, **data)

    is_leader = kind.holder == LinkHolder.LEADER
    return form_page(
        request, form, act, title=f"{kind.name}：{branch.label}",
        back=reverse("party:links", args=[pk]), done=_("The link is made."), submit=_("Link"),
        note=_("A link shows a name. It opens no record of a student."),
        people=suggested_people(user, [pk]) if is_leader else (),
    )  # fmt: skip


@login_required
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom to talk to at a partner outside."""
    link: PartyLink = PartyLink.objects.get_for(request.user, "write_branch_life", pk)
    if not is_partner(link.kind):
        raise Http404
    form = ContactForm(request.POST or None, initial={
        "contact_name": link.contact_name, "contact_phone": link.contact_phone})  # fmt: skip

    def act(data: dict[str, Any]) -> PartyLink:
        return set_contact(actor=request.user, link=link, **data)  # type: ignore[arg-type]

    return form_page(
        request, form, act, title=_("Contact person: %(name)s") % {"name": link.target_name},
        back=reverse("party:links", args=[link.branch_id]), done=_("The contact person is entered."),
        submit=_("Save"),
    )  # fmt: skip


@login_required
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The last day of a link with its result."""
    link: PartyLink = PartyLink.objects.get_for(request.user, "write_branch_life", pk)
    form = EndLinkForm(request.POST or None, initial={"ends_on": timezone.localdate()})

    def act(data: dict[str, Any]) -> PartyLink:
        return end_party_link(actor=request.user, link=link, **data)  # type: ignore[arg-type]

    return form_page(
        request, form, act,
        title=_("End: %(name)s – %(target)s") % {
            "name": link.holder_name, "target": link.target_name},
        back=reverse("party:links", args=[link.branch_id]), done=_("The link ends with that day."),
        submit=pgettext("link", "End"), note=_("Nothing is deleted: it stays on record with its days."),
    )  # fmt: skip
