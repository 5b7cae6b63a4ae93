"""When reminders come by mail: one's own rhythm, and what the next one would say."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.core.domain.mails import drop_rhythm, rhythm_of, set_address, set_rhythm
from portal.core.dues import due_lines
from portal.core.models import Every, MailRhythm, Weekday

_HOURS = [(hour, f"{hour}:00") for hour in range(24)]


def _hour(label: Any, help_text: Any = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=_HOURS, coerce=int, help_text=help_text)


class RhythmForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"), required=False, max_length=254,
        help_text=gettext_lazy("Empty: nothing is sent."),
    )  # fmt: skip
    every = forms.ChoiceField(label=gettext_lazy("Digest"), choices=Every.choices)
    hour = _hour(gettext_lazy("At"))
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Day of the week"), choices=Weekday.choices, coerce=int,
        help_text=gettext_lazy("Counts for “once a week”."),
    )  # fmt: skip
    brief = forms.BooleanField(
        label=gettext_lazy("On Mondays also the brief over my whole field"), required=False
    )
    at_once = forms.BooleanField(label=gettext_lazy("Urgent things at once"), required=False)
    quiet_from = _hour(gettext_lazy("Quiet from"))
    quiet_until = _hour(
        gettext_lazy("Quiet until"),
        gettext_lazy("No mail comes meanwhile; the same hour twice: no quiet time. An alarm about "
                     "somebody in danger comes at any hour."),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def reminders(request: HttpRequest) -> HttpResponse:
    """The form; ``act=default`` goes back to what the post says."""
    user: Any = request.user
    if request.method == "POST" and request.POST.get("act") == "default":
        drop_rhythm(actor=user)
        messages.success(request, _("Mail comes again as your post says."))
        return redirect("web:reminders")
    rhythm = rhythm_of(user)
    sent = request.POST if request.method == "POST" else None
    form = RhythmForm(sent, initial={**rhythm.values(), "email": user.email})
    if form.is_valid():
        values = dict(form.cleaned_data)
        set_address(actor=user, email=values.pop("email"))
        set_rhythm(actor=user, **values)
        messages.success(request, _("Saved."))
        return redirect("web:reminders")
    page = {
        "form": form, "is_own": isinstance(rhythm, MailRhythm) and rhythm.pk is not None,
        "mail_on": settings.MAIL_ON, "lines": due_lines(user, is_brief=False),
        "brief_lines": due_lines(user, is_brief=True) if rhythm.brief else [],
    }  # fmt: skip
    return render(request, "account/reminders.html", page, status=422 if form.errors else 200)
