"""Ending sessions: one's own, those of a closed account, those the campus logged out."""

import hashlib
from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import AccountSession, User


def open_sessions(user: User) -> "QuerySet[AccountSession]":
    """Sessions of ``user`` that have not ended, the latest in use first."""
    rows = AccountSession.objects.filter(account=user, expire_date__gt=timezone.now())
    return rows.order_by("-seen_at", "-started_at")


def session_mark(session_key: str) -> str:
    """A name for a session that is safe to show: the key itself opens the account."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:24]


def ticket_mark(ticket: str) -> str:
    """What is kept of a campus log-in's ticket."""
    return hashlib.sha256(ticket.encode()).hexdigest()


def drop_sessions(user: User, keep: str | None = None) -> int:
    """Delete the sessions of ``user`` but the one with the key ``keep``; returns how many."""
    rows = AccountSession.objects.filter(account=user)
    count, _models = (rows.exclude(pk=keep) if keep else rows).delete()
    return count


def drop_sessions_of(user_ids: Collection[int]) -> int:
    """Delete every session of these accounts: they were closed."""
    count, _models = AccountSession.objects.filter(account_id__in=user_ids).delete()
    return count


@transaction.atomic
def end_session(*, actor: User, mark: str) -> None:
    """End one session of ``actor``. Raises DomainError when there is none of that name."""
    for row in AccountSession.objects.filter(account=actor):
        if session_mark(row.session_key) == mark:
            row.delete()
            audit.record(actor=actor, action="end_session", obj=actor, ip_of_session=row.ip)
            return
    raise DomainError(_("That session has already ended."))


@transaction.atomic
def end_other_sessions(*, actor: User, keep: str | None) -> int:
    """End all sessions of ``actor`` but the one with the key ``keep``."""
    count = drop_sessions(actor, keep=keep)
    audit.record(actor=actor, action="end_other_sessions", obj=actor, count=count)
    return count


@transaction.atomic
def end_campus_session(*, ticket: str) -> int:
    """The campus logged a person out: the session that its ticket opened ends, and no other."""
    rows = AccountSession.objects.filter(ticket=ticket_mark(ticket)).exclude(ticket="")
    count = 0
    for row in rows.select_related("account"):
        row.delete()
        count += 1
        if row.account is not None:
            audit.record(actor=row.account, action="log_out", obj=row.account, reason="campus")
    return count


def forget_ended() -> int:
    """Rows of sessions that ran out; nightly."""
    count, _models = AccountSession.objects.filter(expire_date__lte=timezone.now()).delete()
    return count
