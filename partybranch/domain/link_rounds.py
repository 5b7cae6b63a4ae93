"""A proposal applied at once, and taken back as a whole."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.enums import LinkTarget
from cohorts.models import LinkKind, Unit
from partybranch.domain.link_checks import check_branch_open, check_links
from partybranch.domain.links import WRITE
from partybranch.domain.rights import check_still
from partybranch.models import (
    LinkRound,
    LinkVisit,
    LinkWish,
    PartyLink,
    PartyMember,
    PartyOrganization,
)
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from students.domain.links import lock_kind
from students.models import Student


@dataclass(frozen=True, order=True)
class Pair:
    """One proposed link: the code of its kind, the target and the member by key."""

    kind: str
    target: int
    member: int


def digest(pairs: Sequence[Pair]) -> str:
    """Short name of a preview: what is applied must be what was looked at."""
    words = ";".join(f"{one.kind}-{one.target}-{one.member}" for one in sorted(pairs))
    return hashlib.sha256(words.encode()).hexdigest()[:32]


@transaction.atomic
def apply_round(
    *,
    actor: User | None,
    key: uuid.UUID,
    branch: PartyOrganization,
    pairs: Sequence[Pair],
    starts_on: dt.date,
    ends_on: dt.date | None = None,
) -> LinkRound:
    """Make all ``pairs`` or none; the same ``key`` again changes nothing.

    Everything is checked anew under the lock of each kind. Raises DomainError when somebody left
    the branch, a target was linked meanwhile, or a limit is passed.
    """
    codes = sorted({one.kind for one in pairs})
    found = LinkKind.objects.filter(code__in=codes).order_by("pk")
    kinds = {kind.code: lock_kind(kind) for kind in found}
    known: LinkRound | None = LinkRound.objects.filter(key=key).first()
    if known is not None:
        if known.branch_id != branch.pk or (actor is not None and known.made_by_id != actor.pk):
            raise DomainError(_("This number belongs to another round. Open the page again."))
        return known
    check_branch_open(branch)
    if not pairs:
        raise DomainError(_("The proposal is empty: there is nobody or nothing left to link."))
    made: LinkRound = LinkRound.objects.create(
        key=key, branch=branch, made_by=actor, starts_on=starts_on, ends_on=ends_on,
        links_made=len(pairs),
    )  # fmt: skip
    links = _links(actor, made, kinds, pairs)
    for code in codes:
        check_links([one for one in links if one.kind.code == code])
    PartyLink.objects.bulk_create(links)
    check_still(actor, branch, WRITE)
    audit.record(
        actor=actor, action="apply_link_round", obj=made, branch=branch.pk, links=len(pairs),
        kinds=codes, starts_on=starts_on,
    )  # fmt: skip
    return made


def _links(
    actor: User | None, made: LinkRound, kinds: dict[str, LinkKind], pairs: Sequence[Pair]
) -> list[PartyLink]:
    members = PartyMember.objects.select_related("student", "person").in_bulk(
        {one.member for one in pairs}
    )
    students = Student.objects.in_bulk({one.target for one in pairs if _is_student(kinds, one)})
    units = Unit.objects.in_bulk({one.target for one in pairs if not _is_student(kinds, one)})
    goals = _goals(made.branch_id, list(students))
    links = []
    for one in pairs:
        student = students.get(one.target) if _is_student(kinds, one) else None
        unit = None if _is_student(kinds, one) else units.get(one.target)
        member = members.get(one.member)
        if member is None or (student is None and unit is None):
            raise DomainError(_("The lists have changed since this preview. Look at the new one."))
        links.append(PartyLink(
            kind=kinds[one.kind], branch=made.branch, member=member, student=student, unit=unit,
            starts_on=made.starts_on, ends_on=made.ends_on, round=made, entered_by=actor,
            goal=goals.get((one.kind, one.target), "") if student else "",
        ))  # fmt: skip
    return links


def _is_student(kinds: dict[str, LinkKind], one: Pair) -> bool:
    return kinds[one.kind].target == LinkTarget.STUDENT


def _goals(branch: int, students: list[int]) -> dict[tuple[str, int], str]:
    """What was asked for with the wish goes along with the link."""
    rows = LinkWish.objects.filter(branch=branch, student__in=students, withdrawn_on=None)
    return {
        (code, pk): goal for code, pk, goal in rows.values_list("kind__code", "student_id", "goal")
    }


def changed_since(made: LinkRound) -> int:
    """Links of the round that were ended, or by which somebody has been visited."""
    links = PartyLink.objects.filter(round=made)
    same_end = Q(ends_on__isnull=True) if made.ends_on is None else Q(ends_on=made.ends_on)
    visited = LinkVisit.objects.filter(link=OuterRef("pk"))
    untouched = links.filter(~Exists(visited), same_end, revoked_at=None)
    return made.links_made - int(untouched.count())


@transaction.atomic
def undo_round(*, actor: User | None, made: LinkRound) -> LinkRound:
    """Take the whole round back at this moment; refused once any of its links was ended or used.

    The links stay on record as cut off.
    """
    kept: LinkRound = LinkRound.objects.select_for_update(of=("self",)).get(pk=made.pk)
    if kept.undone_at is not None:
        raise DomainError(_("This round has already been taken back."))
    list(PartyLink.objects.select_for_update(of=("self",)).filter(round=kept).values_list("pk"))
    changed = changed_since(kept)
    if changed:
        raise DomainError(
            _("%(n)s of these links were ended or used since. End the others one by one; the whole "
              "round cannot be taken back any more.") % {"n": changed}
        )  # fmt: skip
    now = timezone.now()
    PartyLink.objects.filter(round=kept).update(
        revoked_at=now, ends_on=Greatest(F("starts_on"), timezone.localdate())
    )
    kept.undone_at = now
    kept.save(update_fields=["undone_at"])
    check_still(actor, kept, WRITE)
    audit.record(actor=actor, action="undo_link_round", obj=kept, links=kept.links_made)
    return kept
