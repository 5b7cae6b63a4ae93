"""One's own API tokens: made here, shown once, revoked here."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.access import action as known_action
from portal.core.domain.tokens import LONGEST_DAYS, SCOPES, make_token, open_tokens, revoke_token
from portal.core.errors import DomainError
from portal.core.models import ApiToken


def _scopes() -> list[tuple[str, str]]:
    """Each action with its help: the person decides how little a program may read."""
    found = [(code, known_action(code)) for code in SCOPES]
    return [(code, f"{one.label}：{one.help}") for code, one in found if one is not None]


class TokenForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("What it is for"), max_length=60)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"), choices=_scopes, widget=forms.CheckboxSelectMultiple
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Valid until"), widget=forms.DateInput(attrs={"type": "date"})
    )


@login_required
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The list, the form, and after making one its secret: this once and never again."""
    today = timezone.localdate()
    initial = {"scopes": ["see_card"], "ends_on": today + dt.timedelta(days=90)}
    form = TokenForm(request.POST or None, initial=initial)
    made: Any = None
    secret, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made, secret = make_token(actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
                form, status = TokenForm(initial=initial), 200
            except DomainError as error:
                form.add_error(None, str(error))
    rows = open_tokens(request.user)  # type: ignore[arg-type]
    labels = {code: str(one.label) for code in SCOPES if (one := known_action(code))}
    context = {
        "form": form, "made": made, "secret": secret,
        "rows": [{"token": row, "may": "、".join(labels.get(c, c) for c in row.scopes)} for row in rows],
        "latest": today + dt.timedelta(days=LONGEST_DAYS),
    }  # fmt: skip
    return render(request, "account/tokens.html", context, status=status)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, user_id=request.user.pk)
    revoke_token(actor=request.user, token=token)  # type: ignore[arg-type]
    messages.success(request, _("The token opens nothing any more."))
    return redirect("web:tokens")
