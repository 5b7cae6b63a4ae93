"""The secret address of one's own calendar: made, shown once, renewed, revoked."""

import datetime as dt
import secrets

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.core import audit
from portal.core.domain.tokens import digest_of
from portal.core.models import CalendarAddress, User

# The stamp of the last use is a help, not a record.
_STAMP_EVERY = dt.timedelta(hours=1)


def open_address(user: User) -> CalendarAddress | None:
    """The address in force of this person, without its secret."""
    return CalendarAddress.objects.filter(user_id=user.pk, revoked_at=None).first()


@transaction.atomic
def make_address(*, actor: User) -> tuple[CalendarAddress, str]:
    """A new address and its secret, which exists nowhere afterwards; an older one ends with it."""
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    CalendarAddress.objects.filter(user_id=actor.pk, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    secret = secrets.token_urlsafe(32)
    made = CalendarAddress.objects.create(user_id=actor.pk, digest=digest_of(secret))
    audit.record(actor=actor, action="make_calendar_address", obj=made)
    return made, secret


@transaction.atomic
def revoke_address(*, actor: User, address: CalendarAddress) -> None:
    """It shows nothing from this moment on; revoking twice is no fault."""
    rows = CalendarAddress.objects.filter(pk=address.pk, user_id=actor.pk, revoked_at=None)
    if rows.update(revoked_at=timezone.now()):
        audit.record(actor=actor, action="revoke_calendar_address", obj=address)


def find_address(secret: str) -> CalendarAddress | None:
    """The address in force behind a secret, of an account in force; None for anything else."""
    rows = CalendarAddress.objects.select_related("user")
    found = rows.filter(digest=digest_of(secret), revoked_at=None).first()
    if found is None or not found.user.is_in_force():
        return None
    now = timezone.now()
    if found.used_at is None or found.used_at < now - _STAMP_EVERY:
        old = Q(used_at=None) | Q(used_at__lt=now - _STAMP_EVERY)
        CalendarAddress.objects.filter(old, pk=found.pk).update(used_at=now)
    return found
