"""What happens around a log-in: stamps in the session, the audit row, the limit of sessions."""

from typing import Any

from axes.signals import user_locked_out
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils import timezone

from portal.core import audit
from portal.core.models import AccountSession, User

from .client import client_ip
from .session_store import AGENT, IP, METHOD, SEEN, STARTED

_METHODS = {"CasBackend": "cas", "OidcBackend": "oidc"}


def note_log_in(sender: Any, request: HttpRequest, user: User, **_kwargs: Any) -> None:
    session = request.session
    method = _METHODS.get(str(session.get(BACKEND_SESSION_KEY, "")).rsplit(".", 1)[-1], "local")
    session[STARTED] = session[SEEN] = int(timezone.now().timestamp())
    session[IP], session[METHOD] = client_ip(request.META), method
    session[AGENT] = request.META.get("HTTP_USER_AGENT", "")[:200]
    audit.record(actor=user, action="log_in", obj=user, method=method)
    _end_oldest(user)


def _end_oldest(user: User) -> None:
    """One person has so many sessions at once and not more; the oldest gives way."""
    rows = AccountSession.objects.filter(account=user).order_by("-started_at")
    surplus = list(rows.values_list("pk", flat=True)[settings.SESSIONS_PER_ACCOUNT - 1 :])
    if surplus:
        AccountSession.objects.filter(pk__in=surplus).delete()


def note_log_out(sender: Any, request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    if user is not None and user.pk:
        reason = getattr(request, "log_out_reason", "asked")
        audit.record(actor=user, action="log_out", obj=user, reason=reason)


def note_failure(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_kwargs: Any
) -> None:
    """One row a failure while the account is not locked; what was typed is not written down."""
    if request is None or getattr(request, "is_locked_out", False):
        return
    _record_failure("log_in_failed", str(credentials.get("username", "")))


def note_lock(sender: Any, request: HttpRequest, username: str, **_kwargs: Any) -> None:
    """When the last allowed try failed; not again for each try on a locked account."""
    if not getattr(request, "is_locked_out", False):
        _record_failure("log_in_locked", username)


def _record_failure(action: str, username: str) -> None:
    # Somebody's password, typed into the wrong field, must not stand in the log: only numbers
    # of accounts are written, as the account's id.
    found = User.objects.filter(username=username).values_list("pk", flat=True).first()
    audit.record_many(
        actor=None, action=action, model=User, ids=[found] if found else [], is_known=bool(found)
    )


def connect() -> None:
    user_logged_in.connect(note_log_in, dispatch_uid="portal-log-in")
    user_logged_out.connect(note_log_out, dispatch_uid="portal-log-out")
    user_login_failed.connect(note_failure, dispatch_uid="portal-log-in-failed")
    user_locked_out.connect(note_lock, dispatch_uid="portal-locked")
