"""API tokens: made by their account, revoked by it or by the security administrator."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import ApiToken, User

# What a program may read, and the two things it may write: a talk, and that a task is done.
# Sealed files, task-force notes and protected requests cannot be opened by any token.
SCOPES = (
    "see_unit", "see_card", "see_record", "see_masked", "see_case", "see_closed", "see_talks",
    "see_task", "see_request", "handle_request", "sort_requests", "log_talk", "do_task",
)  # fmt: skip
LONGEST_DAYS = 366
MOST = 10
_PREFIX = "dcp_"
# The stamp of the last use is a help, not a record: it is not written at every request.
_STAMP_EVERY = dt.timedelta(minutes=10)


def open_tokens(user: User) -> "QuerySet[ApiToken]":
    """Tokens of ``user`` that still work."""
    return ApiToken.objects.filter(
        user=user, revoked_at=None, ends_on__gte=timezone.localdate()
    ).order_by("-made_at")


@transaction.atomic
def make_token(
    *, actor: User, name: str, scopes: Iterable[str], ends_on: dt.date
) -> tuple[ApiToken, str]:
    """A token of one's own account and its secret, which exists nowhere afterwards.

    Raises DomainError for an action that a token cannot carry, a last day that has passed or lies
    more than a year ahead, or too many tokens.
    """
    wanted = sorted(set(scopes))
    today = timezone.localdate()
    if not wanted or not set(wanted) <= set(SCOPES):
        raise DomainError(_("Choose what the token may do."))
    if not today <= ends_on <= today + dt.timedelta(days=LONGEST_DAYS):
        raise DomainError(_("The last day lies between today and a year from now."))
    User.objects.select_for_update().get(pk=actor.pk)
    if open_tokens(actor).count() >= MOST:
        raise DomainError(_("You have %(n)s tokens: revoke one that is not used.") % {"n": MOST})
    secret = _PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user_id=actor.pk, name=name.strip()[:60], digest=digest_of(secret), tail=secret[-4:],
        scopes=wanted, ends_on=ends_on,
    )  # fmt: skip
    audit.record(actor=actor, action="make_token", obj=token, scopes=wanted, ends_on=ends_on)
    return token, secret


@transaction.atomic
def revoke_token(*, actor: User, token: ApiToken) -> None:
    """The token opens nothing from this moment on; revoking twice is no fault."""
    changed = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    if changed:
        audit.record(actor=actor, action="revoke_token", obj=token, account=token.user_id)


def find_token(secret: str) -> ApiToken | None:
    """The token in force behind a secret, with its account in force; None for anything else."""
    token = (
        ApiToken.objects.select_related("user")
        .filter(digest=digest_of(secret), revoked_at=None, ends_on__gte=timezone.localdate())
        .first()
    )
    if token is None or not token.user.is_in_force():
        return None
    now = timezone.now()
    if token.used_at is None or token.used_at < now - _STAMP_EVERY:
        ApiToken.objects.filter(
            Q(used_at=None) | Q(used_at__lt=now - _STAMP_EVERY), pk=token.pk
        ).update(used_at=now)
    return token


def digest_of(secret: str) -> str:
    """Plain SHA-256: the secret has 256 random bits, so nothing can be guessed or looked up."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
