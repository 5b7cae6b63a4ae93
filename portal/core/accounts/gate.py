"""Asked in every request: has this session run out, and is a new password due?

Only what the session and the account already hold is looked at: not one statement is added. A
stamp is written at most every two minutes.
"""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from portal.core.models import User

from .session_store import SEEN, STARTED

_STAMP_SECONDS = 120
LOCAL = "portal.core.access.backend.AccessBackend"
# Open to somebody who must first choose a password, or whose session has just run out.
_ALWAYS = ("/me/password/", "/login/", "/logout/", "/sso/", "/i18n/", "/healthz", "/readyz")


def check_session(request: HttpRequest) -> HttpResponse | None:
    """An answer that ends the request here, or None to go on (maybe logged out)."""
    user = request.user
    if not user.is_authenticated:
        return None
    reason = _run_out(request.session, user)
    if reason:
        request.log_out_reason = reason  # type: ignore[attr-defined]
        logout(request)
        return None if _is_open(request) else _away(request, "web:login", reason)
    if not _is_open(request) and password_due(user, request.session):
        return _away(request, "web:password")
    return None


def _run_out(session: Any, user: Any) -> str:
    now = int(timezone.now().timestamp())
    started, seen = session.get(STARTED), session.get(SEEN)
    if started is None or seen is None:  # a session that no log-in made
        session[STARTED] = session[SEEN] = now
        return ""
    if now - started >= settings.SESSION_HOURS * 3600:
        return "hours"
    minutes = (
        settings.SESSION_IDLE_MINUTES_ADMIN if user.is_staff else settings.SESSION_IDLE_MINUTES
    )
    if now - seen >= minutes * 60:
        return "idle"
    if now - seen >= _STAMP_SECONDS:
        session[SEEN] = now
    return ""


def password_due(user: User, session: Any) -> str:
    """Why a new password must be chosen now: "first", "age", or "" for not at all.

    Who came by the campus log-in used no password of ours.
    """
    if session.get(BACKEND_SESSION_KEY) != LOCAL:
        return ""
    if user.must_change_password:
        return "first"
    days = settings.PASSWORD_DAYS_ADMIN if user.is_staff else settings.PASSWORD_DAYS
    changed = user.password_changed_at
    if changed is None or user.is_demo:
        return ""
    return "age" if timezone.now() - changed >= dt.timedelta(days=days) else ""


def _is_open(request: HttpRequest) -> bool:
    return request.path_info.startswith(_ALWAYS)


def _away(request: HttpRequest, name: str, reason: str = "") -> HttpResponse:
    """To another page; parts that HTMX asked for take the whole page along."""
    wanted: dict[str, str] = {"why": reason} if reason else {}
    fragment = request.headers.get("HX-Request") == "true"
    if request.method == "GET" and not fragment:
        wanted["next"] = request.get_full_path()
    url = reverse(name) + (f"?{urlencode(wanted)}" if wanted else "")
    if fragment:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
