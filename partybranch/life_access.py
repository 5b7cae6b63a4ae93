"""Ways to events of a branch: by a post on the branch that entered it or on one that is named in it,
or as whoever was called to a meeting of a committee."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cohorts.models import Unit
from cohorts.post_reasons import post_reasons
from partybranch.access import COMMITTEE_ACTION, LIFE_ACTIONS, by_branch
from partybranch.enums import ABOVE_BRANCHES
from partybranch.models import Attendance, BranchEvent
from portal.core.access import Reason, Route, reached_keys, register_route
from portal.core.files import FileOwner, register_owner
from portal.core.models import User
from students.access import own_student_id


def _called(user: User, action: str) -> QuerySet[Any] | None:
    """Whoever was called, of the staff or a student, reads the meetings of secretaries that a
    committee held, and the committee meetings of the branch whose committee one sat on."""
    if action != "see_branch_life":
        return None
    who, own = Q(member__person=user), own_student_id(user)
    if own is not None:
        who |= Q(member__student_id=own)
    led = Q(event__branch__party_kind__in=ABOVE_BRANCHES) | Q(event__kinds__called="committee")
    rows: QuerySet[Any] = BranchEvent.objects.filter(
        pk__in=Attendance.objects.filter(who, led).values("event_id")
    ).values("pk")
    return rows


def _called_reasons(user: User, action: str, one: BranchEvent) -> list[Reason]:
    rows = _called(user, action)
    if rows is None or not rows.filter(pk=one.pk).exists():
        return []
    return [Reason("called", _("You were called to this meeting"))]


def _partners(user: User, action: str) -> QuerySet[Any] | None:
    """Who reads the book of a branch reads the events that others entered and in which it is named;
    they are written by whoever keeps the branch that entered them."""
    units = reached_keys(Unit, user, action) if action == "see_branch_life" else None
    if units is None:
        return None
    named = BranchEvent.partners.through.objects.filter(partyorganization_id__in=units)
    rows: QuerySet[Any] = BranchEvent.objects.filter(pk__in=named.values("branchevent_id")).values(
        "pk"
    )
    return rows


def _partner_reasons(user: User, action: str, one: BranchEvent) -> list[Reason]:
    if action != "see_branch_life":
        return []
    return post_reasons(user, action, one.partners.values_list("pk", flat=True))


register_route(BranchEvent, by_branch(BranchEvent, LIFE_ACTIONS | {COMMITTEE_ACTION}))
register_route(BranchEvent, Route("partner", _partners, _partner_reasons))
register_route(BranchEvent, Route("called", _called, _called_reasons))
# Photos and papers of an event are opened by whoever reads the event.
register_owner(FileOwner("event", BranchEvent, "see_branch_life"))
