"""Forms of a crisis: raising it, a step in words, handing back, reviewing."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.crisis_enums import TAPPED, EndedAs, Hop, Part
from casework.domain.crisis_end import last_review_day
from cohorts.forms.posts import DateInput
from portal.core.models import User


class AlarmForm(forms.Form):
    """Nothing but the student is asked for: every word is optional."""

    student = forms.CharField(max_length=20, required=False)
    number = forms.CharField(label=_("Student number"), max_length=20, required=False)
    name = forms.CharField(label=_("Name"), max_length=50, required=False)
    is_with = forms.BooleanField(required=False)
    place = forms.CharField(label=_("Where the student is"), max_length=80, required=False)
    words = forms.CharField(label=_("What happened"), max_length=500, required=False)
    client_key = forms.UUIDField(required=False)


class StepForm(forms.Form):
    """One step; ``who`` names somebody who is no member of staff."""

    act = forms.ChoiceField(
        label=_("What happened"), choices=[(hop.value, hop.label) for hop in TAPPED],
        initial=Hop.NOTE, error_messages={"invalid_choice": _("Choose what happened.")},
    )  # fmt: skip
    part = forms.ChoiceField(choices=[("", "—"), *Part.choices], required=False)
    person = forms.ModelChoiceField(queryset=User.objects.none(), required=False)
    who = forms.CharField(label=_("Who"), max_length=60, required=False)
    words = forms.CharField(label=_("In words"), max_length=500, required=False,
                            widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip
    at = forms.TimeField(
        label=_("At what time, if not now"), required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        error_messages={"invalid": _("Enter a time, for example 22:40.")},
    )  # fmt: skip
    client_key = forms.UUIDField(required=False)

    def __init__(self, *args: Any, people: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = User.objects.filter(pk__in=people)
        self.fields["person"].queryset = known  # type: ignore[attr-defined]

    def clean_at(self) -> dt.datetime | None:
        """The last time the clock showed it: typed shortly after midnight, 23:50 is yesterday."""
        time: dt.time | None = self.cleaned_data["at"]
        if time is None:
            return None
        now = timezone.localtime()
        at = timezone.make_aware(dt.datetime.combine(now.date(), time))
        return at if at <= now + dt.timedelta(minutes=5) else at - dt.timedelta(days=1)


class HandBackForm(forms.Form):
    """``people``: (pk, words) of those who may receive the student."""

    to = forms.TypedChoiceField(label=_("Handed to"), coerce=int)
    ended_as = forms.ChoiceField(label=_("How the student is"), choices=EndedAs.choices)
    advice = forms.CharField(
        label=_("Advice"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What the receiver does next, what to watch, who else knows. Advise to see a "
                    "doctor; name no illness that no hospital has written down."),
        error_messages={"required": _("Write what the receiver must do and what to watch.")},
    )  # fmt: skip
    review_on = forms.DateField(label=_("Review on"), widget=DateInput())

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["to"].choices = people  # type: ignore[attr-defined]
        self.fields["review_on"].initial = today + dt.timedelta(days=1)
        self.fields["review_on"].widget.attrs |= {
            "min": today.isoformat(), "max": last_review_day(today).isoformat(),
        }  # fmt: skip

    def receiver(self) -> User:
        return User.objects.get(pk=self.cleaned_data["to"])


class LessonsForm(forms.Form):
    lessons = forms.CharField(
        label=_("What went well, what is to be done better"), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write in a sentence or two what went well and what did not.")},
    )  # fmt: skip
