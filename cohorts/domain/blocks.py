"""Blocks: a person who may not be appointed adviser, tutor or party tutor for a time."""

import datetime as dt
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cohorts.access import grants
from cohorts.domain.reconcile import lock_people
from cohorts.enums import BlockedPost
from cohorts.models import PostBlock
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User


def blocks_of(
    people: Collection[int], code: str, starts_on: dt.date, ends_on: dt.date | None
) -> dict[int, PostBlock]:
    """The first block that stands in the way of ``code`` in that time, for each person."""
    rows = PostBlock.objects.filter(person_id__in=people, covers__contains=[code])
    rows = rows.exclude(ends_on__lt=starts_on).select_related("person").order_by("starts_on")
    if ends_on is not None:
        rows = rows.exclude(starts_on__gt=ends_on)
    found: dict[int, PostBlock] = {}
    for block in rows:
        found.setdefault(block.person_id, block)
    return found


def check_block(person: User, code: str, starts_on: dt.date, ends_on: dt.date | None) -> None:
    """Raises DomainError when a block of ``person`` touches the time.

    ``code``: of a role, or of a kind of link ("tutor"). The reason stays with those who set it.
    """
    if code not in BlockedPost.values:
        return
    block = blocks_of([person.pk], code, starts_on, ends_on).get(person.pk)
    if block is not None:
        raise DomainError(block_words(block, code), code="blocked")


def block_words(block: PostBlock, code: str) -> str:
    """Why the person cannot be named, without the reason."""
    return _("%(name)s may not be named %(post)s: blocked since %(since)s, %(until)s.") % {
        "name": block.person.name,
        "post": BlockedPost(code).label,
        "since": date_format(block.starts_on, "DATE_FORMAT"),
        "until": _("until %(day)s") % {"day": date_format(block.ends_on, "DATE_FORMAT")}
        if block.ends_on
        else _("without an end"),
    }


def _check_may_block(actor: User | None) -> None:
    if actor is not None and not (actor.is_in_force() and grants(actor, "grant_roles").exists()):
        raise DomainError(_("Only a security administrator sets and lifts blocks."), code="denied")


@transaction.atomic
def block_person(*, actor: User | None, block: PostBlock) -> PostBlock:
    """Save a new block. Posts already held stay: they are ended or handed over as usual.

    Raises DomainError without a reason, without a post named, for an end before the start, or
    for somebody blocking himself or lacking the right.
    """
    _check_may_block(actor)
    lock_people([block.person_id])
    if not block.covers or not block.reason.strip():
        raise DomainError(_("Say what the block keeps from, and why."))
    block.set_by = actor
    try:
        block.full_clean(exclude=["set_by"])
    except ValidationError as error:
        raise DomainError(" ".join(error.messages)) from error
    block.save()
    audit.record(
        actor=actor, action="block_person", obj=block, person=block.person_id,
        covers=block.covers, starts_on=str(block.starts_on), ends_on=str(block.ends_on),
    )  # fmt: skip
    return block


@transaction.atomic
def lift_block(
    *, actor: User | None, block: PostBlock, ends_on: dt.date | None = None
) -> PostBlock:
    """End a block: ``ends_on`` is its last day, yesterday when none is given."""
    _check_may_block(actor)
    block = PostBlock.objects.select_for_update().get(pk=block.pk)
    if actor is not None and actor.pk == block.person_id:
        raise DomainError(_("Nobody lifts the own block. Ask another administrator."))
    last = ends_on or timezone.localdate() - dt.timedelta(days=1)
    if block.ends_on is not None and block.ends_on <= last:
        raise DomainError(_("This block has already ended."))
    if last < block.starts_on:
        # Both end days count, so a block that never held keeps its first day only.
        last = block.starts_on
    block.ends_on = last
    block.save(update_fields=["ends_on"])
    audit.record(actor=actor, action="lift_block", obj=block, ends_on=str(last))
    return block
