"""Logging in and out with a local account."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.web.queries.frame import school_name


class AccountForm(AuthenticationForm):
    """Says how to go on; never whether the number or the password was the wrong one."""

    error_messages = {
        "invalid_login": _("Number or password is wrong. Check both, then try again."),
        "inactive": _("This account is closed. Ask the security administrator of your unit."),
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = _("Staff number or account")

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if not user.is_in_force():
            raise self.get_invalid_login_error()


class LogIn(LoginView):
    template_name = "registration/login.html"
    authentication_form = AccountForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"school_name": school_name()}


class LogOut(LogoutView):
    """By POST only, as Django demands."""
