"""Accounts locked after failed log-ins: until when, and opening them early (rulebook 8.2)."""

import datetime as dt

from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User


def locked_until(username: str, ip: str | None) -> dt.datetime | None:
    """When this account may try again from this address; None when it is not locked."""
    return _until(AccessAttempt.objects.filter(username=username, ip_address=ip))


def locked_accounts(usernames: list[str]) -> set[str]:
    """Which of the accounts are locked from some address just now."""
    rows = AccessAttempt.objects.filter(username__in=usernames, attempt_time__gt=_oldest())
    sums = rows.values("username", "ip_address").annotate(n=Sum("failures_since_start"))
    return {row["username"] for row in sums if row["n"] >= settings.LOGIN_FAILURES}


@transaction.atomic
def unlock_account(*, actor: User | None, user: User) -> None:
    """Forget the failed log-ins of ``user`` from all addresses."""
    count, _models = AccessAttempt.objects.filter(username=user.username).delete()
    if not count:
        raise DomainError(_("This account is not locked."))
    audit.record(actor=actor, action="unlock_account", obj=user)


def _until(rows: "QuerySet[AccessAttempt]") -> dt.datetime | None:
    found = rows.filter(attempt_time__gt=_oldest()).aggregate(
        n=Sum("failures_since_start"), last=Max("attempt_time")
    )
    if (found["n"] or 0) < settings.LOGIN_FAILURES:
        return None
    until: dt.datetime = found["last"] + dt.timedelta(minutes=settings.LOGIN_LOCK_MINUTES)
    return until


def _oldest() -> dt.datetime:
    return timezone.now() - dt.timedelta(minutes=settings.LOGIN_LOCK_MINUTES)
