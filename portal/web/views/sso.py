"""Log-in with the university's account: CAS and OpenID Connect (rulebook 8.4). Off, they are 404."""

from typing import Any

import jwt
import requests
from django.conf import settings
from django.contrib.auth import authenticate, login
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from mozilla_django_oidc.views import (
    OIDCAuthenticationCallbackView,
    OIDCAuthenticationRequestView,
)

from portal.core.accounts.session_store import TICKET
from portal.core.accounts.sso import cas_client, logged_out_tickets
from portal.core.domain.sessions import end_campus_session, ticket_mark
from portal.web.views.account import own_page
from portal.web.views.session import AccountForm, log_in_context

_BEGAN = "_cas_next"
_REASONS = {
    "unknown": _(
        "The university knows you, but the portal has no account with your number. Ask the "
        "security administrator of your unit to open one."
    ),
    "closed": _("Your account here is closed. Ask the security administrator of your unit."),
    "number": _("The university's log-in sent no staff or student number. Tell the IT office."),
    "away": _("The university's log-in does not answer. Try again, or use a local account."),
    "ticket": _("The university's log-in was not confirmed. Begin again here."),
}


def _refused(request: HttpRequest) -> HttpResponse:
    """The log-in page with the reason; a local account stays the way in."""
    reason = _REASONS[getattr(request, "sso_refusal", "ticket")]
    page = {"form": AccountForm(request), "refusal": reason, **log_in_context()}
    return render(request, "registration/login.html", page, status=403)


@method_decorator(csrf_exempt, name="dispatch")  # the CAS server posts without our cookie
class CasLogIn(View):
    """Sends to the CAS server, takes its ticket, and hears of log-outs elsewhere."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not settings.CAS_ENABLED:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(own_page(request, "/"))
        service = request.build_absolute_uri(reverse("web:cas"))
        ticket = request.GET.get("ticket", "")
        if not ticket:
            request.session[_BEGAN] = own_page(request, "/")
            return HttpResponseRedirect(cas_client(request, service).get_login_url())
        # A ticket counts only in the browser that asked for it: nobody is logged in as somebody
        # else by a link that was sent to him.
        back = request.session.pop(_BEGAN, None)
        if back is None:
            return _refused(request)
        user = authenticate(request, ticket=ticket, service=service)
        if user is None:
            return _refused(request)
        login(request, user)
        request.session[TICKET] = ticket_mark(ticket)
        return HttpResponseRedirect(back)

    def post(self, request: HttpRequest) -> HttpResponse:
        for ticket in logged_out_tickets(request.POST.get("logoutRequest", "")):
            end_campus_session(ticket=ticket)
        return HttpResponse(status=204)


class OidcBegin(OIDCAuthenticationRequestView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            return redirect(own_page(request, "/"))
        return super().dispatch(request, *args, **kwargs)


class OidcCallback(OIDCAuthenticationCallbackView):
    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect("/")
        if "error" in request.GET:
            return _refused(request)
        try:
            answer: HttpResponse = super().get(request)
        except requests.ConnectionError:
            request.sso_refusal = "away"  # type: ignore[attr-defined]
        except (SuspiciousOperation, requests.RequestException, jwt.PyJWTError, ValueError,
                LookupError, TypeError):  # fmt: skip
            pass  # whatever was wrong with it, the answer is the same
        else:
            return answer
        return _refused(request)

    def login_failure(self) -> HttpResponse:
        return _refused(self.request)


def oidc_begin(request: HttpRequest) -> HttpResponse:
    if not settings.OIDC_ENABLED:
        raise Http404
    answer: HttpResponse = OidcBegin.as_view()(request)
    return answer


def oidc_callback(request: HttpRequest) -> HttpResponse:
    if not settings.OIDC_ENABLED:
        raise Http404
    answer: HttpResponse = OidcCallback.as_view()(request)
    return answer
