"""Branch life: the board of lights, one branch, one event, its record as Word."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cohorts.post_reasons import post_reasons
from partybranch.access import book_action
from partybranch.domain.quotas import Light
from partybranch.enums import ABOVE_BRANCHES, BRANCHES, CERTIFIED, GRADED, Grade, Presence
from partybranch.exporters.minutes import minutes
from partybranch.models import BranchEvent, PartyOrganization
from partybranch.queries.events import attendance_of, kind_names, motions_of
from partybranch.queries.joint import Side, branches_held, readable, sides_of
from partybranch.queries.life import (
    events_of,
    healths,
    held_by_kind,
    kinds_for,
    members_life,
    secretaries_below,
)
from partybranch.queries.life_board import HISTORIES, BoardRow, life_board
from partybranch.queries.resolutions import lines_of
from portal.core import audit, reads
from portal.core.access import reaches_one, reasons
from portal.core.files import files_of
from portal.core.papers import WORD
from portal.core.unchanged import kept_in_state
from students.views.listing import page_of

SEE = "see_branch_life"
_FILTERS: dict[str, Callable[[BoardRow], bool]] = {
    "missing": lambda row: bool(row.late),
    "late": lambda row: row.light == Light.LATE,
    "due": lambda row: row.light == Light.DUE,
}


def branch_of(request: HttpRequest, pk: int, action: str) -> PartyOrganization:
    """The branch, if it may be seen; PermissionDenied without ``action`` on it."""
    branch: PartyOrganization = PartyOrganization.objects.get_for(request.user, action, pk)
    if branch.party_kind not in BRANCHES:
        raise Http404
    return branch


def book_of(request: HttpRequest, pk: int, action: str = "") -> PartyOrganization:
    """The organisation whose book is opened, a committee's too; for writing by default."""
    if not action:
        one = PartyOrganization.objects.get_for(request.user, "see_unit", pk)
        action = book_action(one)
    branch: PartyOrganization = PartyOrganization.objects.get_for(request.user, action, pk)
    return branch


@login_required
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Every branch in reach with its light, what it lacks first; ``only`` narrows to one light."""
    user: Any = request.user
    found = life_board(user)
    rows = found.rows
    if not rows:
        raise PermissionDenied(_("None of your posts shows the life of branches."))
    only = request.GET.get("only", "")
    only = only if only in _FILTERS else ""
    here = reverse("party:life_board")
    words = {"": _("All branches"), "missing": _("something missing now"), "late": _("behind"),
             "due": _("to be watched")}  # fmt: skip
    chips = [
        {"label": word, "url": f"{here}?only={key}" if key else here, "active": key == only,
         "count": sum(map(_FILTERS[key], rows)) if key else len(rows)}
        for key, word in words.items()
    ]  # fmt: skip
    shown = kept_in_state(
        f"{found.name}:{get_language()}", found.state, HISTORIES,
        lambda: [render_to_string("party/_life_row.html", {"r": row}) for row in rows],
    )  # fmt: skip
    chosen = [markup for row, markup in zip(rows, shown, strict=True)
              if not only or _FILTERS[only](row)]  # fmt: skip
    why = "；".join(
        one.text for one in post_reasons(user, "see_branch_life", [row.pk for row in rows])
    )
    context = {"rows": mark_safe("".join(chosen)), "chips": chips, "why": why}
    return render(request, "party/life_board.html", context)


@login_required
@require_GET
def branch_life(request: HttpRequest, pk: int) -> HttpResponse:
    """The lights of one branch, its events, and the attendance of its members."""
    user: Any = request.user
    branch = book_of(request, pk, "see_branch_life")
    kinds, is_above = kinds_for(branch), branch.party_kind in ABOVE_BRANCHES
    asked = next((one for one in kinds if one.code == request.GET.get("kind")), None)
    rows = events_of(user, branch, asked)
    here = reverse("party:life", args=[pk])
    held = held_by_kind(user, branch)
    chips: list[dict[str, Any]] = [
        {"label": _("All kinds"), "url": here, "count": None, "active": asked is None}
    ]
    # Kinds of the calendar always; others once they were held.
    chips += [{"label": one.name, "url": f"{here}?kind={one.code}", "count": held.get(one.pk, 0),
               "active": one == asked}
              for one in kinds if one.every_months or one.pk in held or one == asked]  # fmt: skip
    reads.note(user, "read_branch_life", branch)
    context = {
        "branch": branch,
        "health": healths([branch])[branch.pk],
        "page": page_of(request, rows),
        "chips": chips,
        "members": members_life(branch),
        "may_write": reaches_one(PartyOrganization, user, book_action(branch), pk)
        and branch.closed_on is None,
        "is_above": is_above,
        "secretaries": secretaries_below(branch, timezone.localdate()) if is_above else (),
        "sees_dues": not is_above and reaches_one(PartyOrganization, user, "see_dues", pk),
        "today": timezone.localdate(),
        "why": "；".join(one.text for one in post_reasons(user, "see_branch_life", {pk})),
    }
    return render(request, "party/life.html", context)


def _book(user: Any, event: BranchEvent, sides: Sequence[Side]) -> PartyOrganization | None:
    """The book from which the reader comes, his own where the event was held together; None for
    whoever was called and reads this meeting alone."""
    return next(iter(branches_held(user, SEE, event, sides)), None)


def _own_sides(user: Any, event: BranchEvent, sides: Sequence[Side]) -> list[PartyOrganization]:
    """Branches named in the event whose attendance the reader enters."""
    if event.withdrawn_at or not sides:
        return []
    held = branches_held(user, "write_branch_life", event, sides)
    return [one for one in held if one != event.branch]


@login_required
@require_GET
def event_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One event: facts, who came, what was studied, resolved and voted on."""
    user: Any = request.user
    event: BranchEvent = BranchEvent.objects.get_for(user, "see_branch_life", pk)
    came = attendance_of(event)
    sides = sides_of(event, came)
    came = readable(user, event, came, sides)
    groups = [
        {"label": presence.label, "rows": [one for one in came if one.presence == presence]}
        for presence in Presence
    ]
    reads.note(user, "read_branch_event", event)
    own_sides = _own_sides(user, event, sides)
    may_write = event.withdrawn_at is None and reaches_one(
        BranchEvent, user, book_action(event.branch), pk
    )
    context = {
        "event": event, "sides": sides, "own_sides": own_sides,
        "is_certified": any(kind.code in CERTIFIED for kind in event.kinds.all()),
        "certified": [one for one in came if one.certificate_no], "kinds": kind_names(event), "groups": groups, "called": len(came),
        "present": len(groups[0]["rows"]), "motions": motions_of(event),
        "is_appraisal": any(kind.code == GRADED for kind in event.kinds.all()),
        "grades": [
            {"label": grade.label, "rows": [one for one in came if one.grade == grade]}
            for grade in Grade
        ],
        "files": files_of("event", [pk]).get(pk, []),
        "decisions": lines_of(event),
        "may_write": may_write, "may_certify": bool(may_write or own_sides),
        "agenda": [one for one in event.agenda.splitlines() if one.strip()],
        "is_above": event.branch.party_kind in ABOVE_BRANCHES,
        "book": _book(user, event, sides),
        "why": "；".join(one.text for one in reasons(user, "see_branch_life", event)),
    }  # fmt: skip
    return render(request, "party/event.html", context)


@login_required
@require_GET
def event_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The record of an event as a Word file; each printing leaves a line in the trail."""
    user: Any = request.user
    event: BranchEvent = BranchEvent.objects.get_for(user, "see_branch_life", pk)
    kinds = kind_names(event)
    came = attendance_of(event)
    sides = sides_of(event, came)
    made = minutes(event, readable(user, event, came, sides), motions_of(event), kinds, sides)
    audit.record(actor=user, action="print_minutes", obj=event, branch=event.branch_id)
    answer = HttpResponse(made, content_type=WORD)
    name = f"{event.branch.label}{'、'.join(kinds)}记录（{event.on:%Y-%m-%d}）.docx"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer
