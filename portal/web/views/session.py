"""Logging in and out with a local account; the campus log-in is in sso.py."""

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.signals import user_login_failed
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.accounts.client import client_ip
from portal.core.accounts.session_store import METHOD
from portal.core.accounts.sso import cas_client
from portal.core.domain.lockout import locked_until
from portal.web.queries.frame import school_name

# Why somebody who was logged in meets the log-in page.
_WHY = {
    "idle": gettext_lazy("You were away for a while, so you were logged out. Log in again."),
    "hours": gettext_lazy("This log-in has reached its longest time. Log in again."),
}


class AccountForm(AuthenticationForm):
    """Says how to go on; never whether the number or the password was the wrong one."""

    error_messages = {
        "invalid_login": gettext_lazy("Number or password is wrong. Check both, then try again."),
        "inactive": gettext_lazy("Number or password is wrong. Check both, then try again."),
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = gettext_lazy("Staff number or account")

    def confirm_login_allowed(self, user: Any) -> None:
        """An ended account is answered and counted like a wrong password."""
        if not user.is_in_force():
            credentials = {"username": user.get_username()}
            user_login_failed.send(__name__, credentials=credentials, request=self.request)
            raise self.get_invalid_login_error()

    def get_invalid_login_error(self) -> ValidationError:
        until = locked_until(self.cleaned_data["username"], client_ip(self.request.META))
        if until is None:
            return super().get_invalid_login_error()
        return ValidationError(
            _("Too many failed log-ins. Try again after %(time)s, or ask the security "
              "administrator to unlock the account."),
            params={"time": timezone.localtime(until).strftime("%H:%M")}, code="locked",
        )  # fmt: skip


class LogIn(LoginView):
    template_name = "registration/login.html"
    authentication_form = AccountForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = super().get_context_data(**kwargs)
        return page | log_in_context() | {"why": _WHY.get(self.request.GET.get("why", ""))}


def log_in_context() -> dict[str, Any]:
    """What the log-in page needs whoever shows it."""
    return {
        "school_name": school_name(),
        "has_cas": settings.CAS_ENABLED,
        "has_oidc": settings.OIDC_ENABLED,
    }


class LogOut(LogoutView):
    """By POST only, as Django demands. Who came by CAS is logged out there as well: on a shared
    computer the next person would come in with one click else."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        by_cas = settings.CAS_ENABLED and request.session.get(METHOD) == "cas"
        answer = super().post(request, *args, **kwargs)
        if not by_cas:
            return answer
        back = request.build_absolute_uri(reverse("web:login"))
        return HttpResponseRedirect(cas_client(request).get_logout_url(back))
