"""One's own account: password and sessions (rulebook 8.2)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.core.accounts.agents import agent_words
from portal.core.accounts.gate import password_due
from portal.core.domain.passwords import change_password
from portal.core.domain.sessions import (
    end_other_sessions,
    end_session,
    open_sessions,
    session_mark,
)
from portal.core.errors import DomainError

_METHODS = {
    "local": gettext_lazy("local password"),
    "cas": gettext_lazy("university account"),
    "oidc": gettext_lazy("university account"),
}


def own_page(request: HttpRequest, fallback: str) -> str:
    """The address to come back to, if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, hosts, require_https=request.is_secure())
    return wanted if safe else fallback


class PasswordForm(forms.Form):
    present = forms.CharField(
        label=gettext_lazy("Present password"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    new = forms.CharField(
        label=gettext_lazy("New password"), strip=False, max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label=gettext_lazy("New password again"), strip=False, max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        present = data.get("present")
        if present and not self.user.check_password(present):
            self.add_error("present", _("This is not your present password."))
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", _("The two new passwords differ."))
        return data


@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Choose a new password; the other sessions of the account end with the old one."""
    user: Any = request.user
    due = password_due(user, request.session)
    form = PasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_password(
                actor=user, password=form.cleaned_data["new"],
                keep_session=request.session.session_key,
            )  # fmt: skip
        except DomainError as error:
            form.add_error("new", str(error))
        else:
            update_session_auth_hash(request, changed)
            messages.success(request, _("The new password holds. Other sessions have ended."))
            return redirect(own_page(request, "/me/"))
    page = {
        "form": form, "due": due, "rules": password_validators_help_texts(),
        "next": own_page(request, ""), "has_password": user.has_usable_password(),
        "layout": "layout/bare.html" if due else "base.html",
    }  # fmt: skip
    return render(request, "account/password.html", page, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the account is logged in, with a button to end each, and one for all others."""
    user: Any = request.user
    own = request.session.session_key
    if request.method == "POST":
        try:
            if request.POST.get("mark"):
                end_session(actor=user, mark=request.POST["mark"])
            else:
                end_other_sessions(actor=user, keep=own)
        except DomainError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("Ended."))
        return redirect("web:sessions")
    rows = [
        {
            "mark": session_mark(row.session_key),
            "is_own": row.session_key == own,
            "agent": agent_words(row.agent),
            "ip": row.ip,
            "started_at": row.started_at,
            "seen_at": row.seen_at,
            "method": _METHODS.get(row.method, ""),
        }
        for row in open_sessions(user)
    ]
    rows.sort(key=lambda row: not row["is_own"])
    return render(request, "account/sessions.html", {"rows": rows, "has_others": len(rows) > 1})
