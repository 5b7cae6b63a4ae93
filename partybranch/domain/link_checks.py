"""What every link of a branch must pass, one or hundreds (rulebook 2.3, systems 21, 22, 80)."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.enums import LinkHolder, UnitKind
from cohorts.enums import LinkTarget as To
from cohorts.models import LinkKind
from partybranch.access import current_branches
from partybranch.enums import BRANCHES
from partybranch.models import Membership, PartyLink, PartyOrganization
from portal.core.errors import DomainError
from students.enums import LEFT_STATUSES

# Kinds of unit that a kind of link may name; a unit of the school at large: anything but dwellings.
UNITS = {
    To.ROOM: (UnitKind.ROOM,),
    To.DOOR: (UnitKind.ROOM,),
    To.CLASS: (UnitKind.CLASS,),
    To.UNIT: (UnitKind.PARTY, UnitKind.OFFICE, UnitKind.COLLEGE, UnitKind.ACADEMY, UnitKind.COHORT,
              UnitKind.CLASS, UnitKind.GROUP, UnitKind.STUDIO),
}  # fmt: skip


def check_branch_open(branch: PartyOrganization) -> None:
    if branch.party_kind not in BRANCHES:
        raise DomainError(_("Links are kept by a branch, not by a committee or general branch."))
    if branch.closed_on is not None and branch.closed_on < timezone.localdate():
        raise DomainError(_("This branch is closed."))


def is_partner(kind: LinkKind) -> bool:
    """Whether links of this kind tie the branch to a partner outside, under an agreement."""
    return bool(kind.holder == LinkHolder.BRANCH and kind.target == To.PLACE)


def check_shape(link: PartyLink) -> None:
    """Holder and target are those that the kind ties together."""
    kind = link.kind
    if kind.holder == LinkHolder.STAFF:
        raise DomainError(_("Members of staff are linked to students on the page of tutors."))
    if (kind.holder == LinkHolder.MEMBER) != (link.member_id is not None):
        raise DomainError(_("Choose the member who is linked."))
    if (kind.holder == LinkHolder.LEADER) != (link.person_id is not None):
        raise DomainError(_("Choose the leader by staff number or name."))
    if (kind.target == To.STUDENT) != (link.student_id is not None):
        raise DomainError(_("Choose the student."))
    if (kind.target == To.PLACE) != bool(link.label):
        raise DomainError(_("Name the place or the partner."))
    if link.contact_name + link.contact_phone and not is_partner(kind):
        raise DomainError(_("Only a partner outside has a contact person."))
    allowed = UNITS.get(To(kind.target), ())
    if bool(allowed) != (link.unit is not None):
        raise DomainError(_("Choose what is linked."))
    if link.unit is not None and link.unit.kind not in allowed:
        raise DomainError(_("%(kind)s does not go to “%(unit)s”.") % {
            "kind": kind.name, "unit": link.unit.name})  # fmt: skip


def check_links(links: Collection[PartyLink]) -> None:
    """All ``links`` are of one kind and branch, not saved yet. Raises DomainError for a member who
    is not in the branch, a target linked already, or a member above the limit."""
    for link in links:
        check_shape(link)
        _check_target(link)
        if link.ends_on is not None and link.ends_on < link.starts_on:
            raise DomainError(_("The last day is before the first day."))
    _check_roll(links)
    _check_held(links)
    _check_limit(links)


def _check_target(link: PartyLink) -> None:
    student = link.student
    if student is not None and student.status in LEFT_STATUSES:
        raise DomainError(_("%(name)s has left the school.") % {"name": student.name})
    if student is not None and link.member is not None and link.member.student_id == student.pk:
        raise DomainError(_("Nobody is linked to oneself."))
    unit = link.unit
    if unit is not None and unit.closed_on is not None and unit.closed_on < link.starts_on:
        raise DomainError(_("“%(unit)s” is closed.") % {"unit": unit.name})


def _check_roll(links: Iterable[PartyLink]) -> None:
    wanted = {one.member_id: one for one in links if one.member_id is not None}
    if not wanted:
        return
    one = next(iter(wanted.values()))
    there = set(
        Membership.objects.filter(
            current_branches(timezone.localdate()), branch=one.branch_id, member__in=wanted
        ).values_list("member_id", flat=True)
    )
    for pk, link in wanted.items():
        if pk not in there and link.member is not None:
            raise DomainError(
                _("%(name)s is not in this branch today. Choose a member of the roll.")
                % {"name": link.member.name}
            )


def held_links(kind: LinkKind, day: dt.date) -> "list[PartyLink]":
    """Links of the kind that stand, of all branches: nothing is linked twice across them."""
    rows = PartyLink.objects.standing(day).filter(kind=kind)
    return list(
        rows.select_related("member__student", "member__person", "branch", "student", "unit")
    )


def _target(link: PartyLink) -> tuple[int | None, int | None, str]:
    return link.student_id, link.unit_id, link.label


def _check_held(links: Collection[PartyLink]) -> None:
    """A single target has one; the same pair stands once."""
    first = next(iter(links))
    seen: set[object] = set()
    held = held_links(first.kind, first.starts_on)
    taken = {_target(one): one for one in held}
    pairs = {(one.branch_id, one.member_id, one.person_id, *_target(one)) for one in held}
    for link in links:
        pair = (link.branch_id, link.member_id, link.person_id, *_target(link))
        if pair in pairs or pair in seen:
            raise DomainError(
                _("%(name)s is already linked with %(target)s.")
                % {"name": link.holder_name, "target": link.target_name}
            )
        if link.kind.is_single and (_target(link) in taken or _target(link) in seen):
            other = taken.get(_target(link), link)
            raise DomainError(
                _("%(target)s is linked with %(name)s of %(branch)s already. End that link first.")
                % {"target": link.target_name, "name": other.holder_name,
                   "branch": other.branch.label}
            )  # fmt: skip
        seen |= {pair, _target(link)}


def loads(kind: LinkKind, day: dt.date) -> Counter[int]:
    """Links of the kind by member, in all branches; one statement."""
    rows = PartyLink.objects.standing(day).filter(kind=kind, member__isnull=False)
    return Counter(rows.values_list("member_id", flat=True))


def _check_limit(links: Collection[PartyLink]) -> None:
    first = next(iter(links))
    limit = first.kind.limit()
    if limit is None or first.member_id is None:
        return
    held, added = loads(first.kind, first.starts_on), Counter(one.member_id for one in links)
    for link in links:
        pk = link.member_id or 0
        if held[pk] + added[pk] > limit:
            raise DomainError(
                ngettext(
                    "%(name)s has %(have)s links of this kind and at most %(limit)s is allowed.",
                    "%(name)s has %(have)s links of this kind and at most %(limit)s are allowed.",
                    limit,
                )
                % {"name": link.holder_name, "have": held[pk], "limit": limit}
            )
