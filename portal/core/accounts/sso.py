"""Campus log-in: who the university says it is, matched with an account of ours by number.

Nobody is created here. A person without an account, or with a closed one, is told so; the reason
stands on the request as ``sso_refusal`` for the view that answers.
"""

from typing import Any

import requests
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django_cas_ng.backends import CASBackend
from django_cas_ng.utils import get_cas_client
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from portal.core.models import User

_SECONDS = 10
_LOGOUT_BYTES = 20_000
_SAML = "{urn:oasis:names:tc:SAML:2.0:protocol}SessionIndex"


class PatientSession(requests.Session):
    """Waits ten seconds for the campus server, not for ever."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        kwargs.setdefault("timeout", _SECONDS)
        return super().request(*args, **kwargs)


def cas_client(request: HttpRequest, service: str | None = None) -> Any:
    client = get_cas_client(service_url=service, request=request)
    client.session = PatientSession()
    return client


def find_account(request: HttpRequest, number: str) -> User | None:
    """The open account of that staff or student number, else None with the reason noted."""
    user = User.objects.filter(username=number).first()
    if user is None or not user.is_in_force():
        refuse(request, "unknown" if user is None else "closed")
        return None
    return user


def refuse(request: HttpRequest, reason: str) -> None:
    request.sso_refusal = reason  # type: ignore[attr-defined]


class SaysWhoOnly:
    """A backend that says who somebody is and gives no right: those come from posts."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    get_user_permissions = get_group_permissions = get_all_permissions

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return False


class CasBackend(SaysWhoOnly, CASBackend):
    def authenticate(self, request: Any, ticket: str, service: str) -> User | None:  # type: ignore[override]
        """Ask the CAS server whose ticket this is: good once, for this service, for a moment."""
        try:
            name, attributes, _pgt = cas_client(request, service).verify_ticket(ticket)
        except requests.RequestException:
            refuse(request, "away")
            return None
        except (ValueError, IndexError, AttributeError, SyntaxError):
            refuse(request, "away")  # no answer of a CAS server
            return None
        if not name:
            refuse(request, "ticket")
            return None
        wanted = settings.CAS_USERNAME_ATTRIBUTE
        number = name if wanted == "cas:user" else (attributes or {}).get(wanted)
        if not isinstance(number, str) or not number.strip():
            refuse(request, "number")
            return None
        return find_account(request, number.strip())


def logged_out_tickets(words: str) -> list[str]:
    """Tickets that a single log-out names; empty for anything else. External entities and
    bombs are refused."""
    if len(words) > _LOGOUT_BYTES:
        return []
    try:
        root = ElementTree.fromstring(words)
    except (ElementTree.ParseError, DefusedXmlException, ValueError):
        return []
    return [text for one in root.iter(_SAML) if (text := (one.text or "").strip())]


class OidcBackend(SaysWhoOnly, OIDCAuthenticationBackend):
    """The library checks signature, time and nonce; issuer, audience and subject are ours."""

    def authenticate(self, request: Any, nonce: str, code_verifier: str | None) -> User | None:  # type: ignore[override]
        # Named arguments without defaults: a log-in by password never comes here, whatever it
        # carries in its address, and no token without the nonce of this session is looked at.
        if not nonce:
            return None
        found: User | None = super().authenticate(request, nonce=nonce, code_verifier=code_verifier)
        return found

    def verify_token(self, token: Any, **kwargs: Any) -> Any:
        payload = super().verify_token(token, **kwargs)
        audience = payload.get("aud")
        heard = [audience] if isinstance(audience, str) else list(audience or [])
        if payload.get("iss") != settings.OIDC_ISSUER:
            raise SuspiciousOperation("The token is of another issuer.")
        if settings.OIDC_RP_CLIENT_ID not in heard or (
            len(heard) > 1 and payload.get("azp") != settings.OIDC_RP_CLIENT_ID
        ):
            raise SuspiciousOperation("The token is for another audience.")
        if "exp" not in payload or not payload.get("sub"):
            raise SuspiciousOperation("The token says neither its end nor its subject.")
        return payload

    def get_or_create_user(self, access_token: str, id_token: str, payload: Any) -> User | None:
        info = self.get_userinfo(access_token, id_token, payload)
        if info.get("sub") != payload["sub"]:
            raise SuspiciousOperation("The particulars are of another person.")
        claim = settings.OIDC_NUMBER_CLAIM
        number = info.get(claim) or payload.get(claim)
        if not isinstance(number, str) or not number.strip():
            refuse(self.request, "number")
            return None
        return find_account(self.request, number.strip())
