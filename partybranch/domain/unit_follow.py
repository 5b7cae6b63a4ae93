"""Members and open files go along when a branch is merged into another one or split."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.domain.followers import Follower, register_follower
from cohorts.models import Unit
from partybranch.domain.months import DAY
from partybranch.domain.organs import powers
from partybranch.enums import Entry
from partybranch.models import Development, LinkWish, Membership, PartyLink, PartyOrganization
from portal.core.errors import DomainError
from portal.core.models import User


def _standing(unit_id: int, on: dt.date) -> Q:
    return Q(branch_id=unit_id) & (Q(until=None) | Q(until__gte=on))


def _left(unit_id: int, on: dt.date) -> int:
    members = Membership.objects.filter(_standing(unit_id, on)).count()
    return int(members + Development.objects.filter(branch_id=unit_id, ended_on=None).count())


def _move(actor: User | None, old: Unit, new: Unit, on: dt.date, keys: Sequence[str] | None) -> int:
    """Relations in ``old`` go on in ``new`` from ``on``, with the old rows kept; open files are
    owned by ``new``; links go along with their member, those of the branch itself with a merger.
    ``keys`` narrows to students of these numbers and staff of these accounts. A branch that holds
    relations is merged only into one that holds them too, and on a day on which nobody came or went
    later: each member stands in one branch on every day."""
    rows = Membership.objects.filter(_standing(old.pk, on)).select_related("member")
    files = Development.objects.filter(branch_id=old.pk, ended_on=None)
    if keys is not None:
        by_account = Q(member__person__username__in=keys)
        rows = rows.filter(Q(member__student__student_no__in=keys) | by_account)
        files = files.filter(student__student_no__in=keys)
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    target = PartyOrganization.objects.filter(pk=new.pk).first()
    if not found and not files.exists():
        return 0
    if target is None or (not powers(target.party_kind).holds_relation):
        raise DomainError(
            _("“%(unit)s” holds no membership relation: members and files need a regular or joint "
              "branch.") % {"unit": new}
        )  # fmt: skip
    _check_since(found, old, on)
    there = set(
        Membership.objects.filter(branch_id=new.pk, until=None).values_list("member_id", flat=True)
    )
    going = [row for row in found if row.member_id not in there or row.is_relation]
    for row in found:
        row.until, row.gone_to = on - DAY, new.name[:80]
    Membership.objects.bulk_update(found, ["until", "gone_to"])
    Membership.objects.bulk_create(
        Membership(
            member_id=row.member_id, branch_id=new.pk, is_relation=row.is_relation, since=on,
            how=Entry.TRANSFER, origin=old.name[:80],
        )
        for row in going
    )  # fmt: skip
    links = PartyLink.objects.standing(on).filter(branch_id=old.pk)
    own = Q(member=None) if keys is None else Q(pk__in=())
    if keys is None:
        LinkWish.objects.filter(branch_id=old.pk, withdrawn_on=None).update(branch_id=new.pk)
    links.filter(Q(member__in=[row.member_id for row in going]) | own).update(branch_id=new.pk)
    return len(found) + int(files.update(branch_id=new.pk))


def _check_since(rows: Sequence[Membership], old: Unit, on: dt.date) -> None:
    late = [row.member.name for row in rows if row.since >= on or row.until is not None]
    if late:
        raise DomainError(
            _(
                "Came to “%(unit)s”, or left it, on that day or later: %(names)s. Choose a later day."
            )
            % {"unit": old, "names": "、".join(late[:10])}
        )


register_follower(Follower("party members", gettext_lazy("party members and files"), _move, _left))
