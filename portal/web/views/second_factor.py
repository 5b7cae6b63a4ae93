"""Setting up the second factor, and confirming by it (rulebook 8.2)."""

from typing import Any
from urllib.parse import urlencode

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.core.accounts.client import client_ip
from portal.core.domain import second_factor as factor
from portal.core.domain.lockout import locked_until
from portal.core.errors import DomainError
from portal.web.queries.frame import school_name
from portal.web.views.account import own_page


def qr_code(text: str) -> SafeString:
    """A picture without inline style, which the content policy would refuse."""
    drawn = segno.make(text, error="m").svg_inline(
        scale=5, border=2, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    # The picture is drawn from a matrix: no word of ``text`` is in it.
    return format_html('<div role="img" aria-label="{}">{}</div>', _("QR code"), mark_safe(drawn))


@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Enrol with an authenticator program; afterwards: recovery codes, made anew on demand."""
    user: Any = request.user
    back, refusal = own_page(request, ""), ""
    if request.method == "POST":
        try:
            if factor.is_enrolled(user):
                if not factor.is_fresh(request):
                    return redirect(factor.confirm_url(request))
                codes = factor.renew_recovery_codes(actor=user)
            else:
                codes = factor.confirm_enrolment(actor=user, code=request.POST.get("code", ""))
                factor.mark_confirmed(request)
            return render(request, "account/recovery_codes.html", {"codes": codes, "next": back})
        except DomainError as error:
            refusal = str(error)
    if factor.is_enrolled(user):
        page = {"left": factor.codes_left(user), "next": back, "is_fresh": factor.is_fresh(request)}
        return render(request, "account/second_factor.html", page)
    made = factor.begin_enrolment(user=user)
    secret = factor.secret_of(made)
    page = {
        "qr": qr_code(factor.provisioning_uri(made, school_name() or _("Dual-college portal"))),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "refusal": refusal, "next": back, "is_required": settings.SECOND_FACTOR_REQUIRED,
    }  # fmt: skip
    return render(request, "account/enrol.html", page, status=422 if refusal else 200)


@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The second step before an act that needs it: a code, or the password where nobody has one."""
    user: Any = request.user
    enrolled, refusal = factor.is_enrolled(user), ""
    if not enrolled and settings.SECOND_FACTOR_REQUIRED:
        messages.info(request, _("Set up a second factor first."))
        return redirect(f"/me/second-factor/?{_next_query(own_page(request, '/'))}")
    if request.method == "POST":
        refusal = _refusal(request, user, enrolled)
        if not refusal:
            factor.mark_confirmed(request)
            return redirect(own_page(request, "/"))
    page = {"enrolled": enrolled, "refusal": refusal, "next": own_page(request, "/")}
    return render(request, "account/confirm.html", page, status=422 if refusal else 200)


def _refusal(request: HttpRequest, user: Any, enrolled: bool) -> str:
    if enrolled:
        try:
            factor.confirm(actor=user, code=request.POST.get("code", ""))
        except DomainError as error:
            return str(error)
        return ""
    # Counted and locked like a log-in, so that the password cannot be guessed here either.
    words = request.POST.get("password", "")
    found = authenticate(request, username=user.username, password=words)
    if found is not None and found.pk == user.pk:
        return ""
    if locked_until(user.username, client_ip(request.META)):
        return _("Too many failed tries. Wait a quarter of an hour, then try again.")
    return _("This is not your present password.")


def _next_query(back: str) -> str:
    return urlencode({"next": back})
