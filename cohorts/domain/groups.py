"""Rings of standing groups and studios: who belongs, closely or loosely, from when to when."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.domain.changes import check_may_manage
from cohorts.enums import UnitKind
from cohorts.models import GroupMember
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User


@transaction.atomic
def put_member(*, actor: User | None, member: GroupMember) -> GroupMember:
    """Save a new or changed place in a ring. Raises DomainError for a unit that is no group, a
    group out of reach, an end before the start, or a person who is in the group already."""
    check_may_manage(actor, member.group)
    if member.group.kind not in (UnitKind.GROUP, UnitKind.STUDIO):
        raise DomainError(_("Only standing groups and studios have rings."))
    made = member.pk is None
    try:
        member.full_clean()
    except ValidationError as error:
        raise DomainError(" ".join(error.messages)) from error
    member.save()
    audit.record(
        actor=actor, action="add_group_member" if made else "change_group_member", obj=member,
        group=member.group_id, person=member.person_id, ring=member.ring,
    )  # fmt: skip
    return member


@transaction.atomic
def end_member(*, actor: User | None, member: GroupMember, ends_on: dt.date) -> GroupMember:
    """Mark the last day in the group. Raises DomainError when it lies before the first."""
    check_may_manage(actor, member.group)
    if ends_on < member.starts_on:
        raise DomainError(_("The last day is before the first day."))
    member.ends_on = ends_on
    member.save(update_fields=["ends_on"])
    audit.record(
        actor=actor, action="end_group_member", obj=member, on=ends_on.isoformat(),
        group=member.group_id, person=member.person_id,
    )  # fmt: skip
    return member
