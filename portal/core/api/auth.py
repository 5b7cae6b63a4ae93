"""Who asks: a token with fewer rights than its account, or a browser's session."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from portal.core.domain.tokens import find_token


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer dcp_…``. A wrong, ended, revoked or orphaned token: 401."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        token = find_token(words[1].decode("latin-1")) if len(words) == 2 else None
        if token is None:
            raise AuthenticationFailed(
                _("This token is not valid: it is wrong, has ended or was revoked.")
            )
        user = token.user
        user.only_actions = frozenset(token.scopes)
        return user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class PerCaller(SimpleRateThrottle):
    """A limit for each token, or for each account in a browser."""

    scope = "caller"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        if request.auth is not None:
            return f"api-rate:t{request.auth.pk}"
        return f"api-rate:u{request.user.pk}" if request.user.pk else None
