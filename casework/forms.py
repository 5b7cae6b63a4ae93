"""Forms of casework: what people type, checked and kept when something is to be corrected."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.domain.talk_details import DETAILS, REPORT_TO, TalkDetails
from casework.enums import Channel, Confidentiality, Risk
from casework.models import CaseLevel
from portal.core.files import FilesField
from portal.core.models import User

# Clocks of phones differ from ours by a few minutes; the domain allows the same.
CLOCK_SLACK = dt.timedelta(minutes=5)
PICK = "pick"


def _part(label: Any) -> forms.CharField:
    """One part of the full form of a talk."""
    return forms.CharField(
        label=label, required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class FollowUpForm(forms.Form):
    """One contact. ``next_on`` is a date chip or "pick" with ``next_pick`` from the calendar."""

    channel = forms.ChoiceField(label=_("Way of contact"), choices=Channel.choices)
    content = forms.CharField(
        label=_("Content"),
        max_length=4000,
        widget=forms.Textarea,
        error_messages={
            "required": _("Write at least one sentence: what did you see, what was agreed?"),
            "max_length": _("At most 4000 characters; split it into two records."),
        },
    )
    happened_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Enter day and time, for example 2026-03-05 14:30.")},
    )
    next_on = forms.CharField(label=_("Next contact"), required=False)
    next_pick = forms.DateField(
        label=_("Next contact"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a day, for example 2026-03-05.")},
    )
    needs_report = forms.BooleanField(label=_("Needs reporting"), required=False)
    risk = forms.ChoiceField(
        label=_("Risk"), choices=Risk.choices, required=False, initial=Risk.ORDINARY
    )
    confidentiality = forms.ChoiceField(
        label=_("Visible to"), choices=Confidentiality.choices, required=False
    )
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=1, max_value=1440)
    place = forms.CharField(label=_("Place"), required=False, max_length=60)
    client_key = forms.CharField(required=False, widget=forms.HiddenInput)
    talk_type = forms.CharField(label=_("Type of talk"), required=False, max_length=3)
    companions = forms.CharField(label=_("Also present"), required=False, max_length=120)
    trigger = forms.CharField(label=_("What led to it"), required=False, max_length=200)
    state_seen = _part(_("State observed"))
    own_words = _part(_("In the student's own words"))
    problem = _part(_("Problem"))
    advice = _part(_("Advice given"))
    agreed = _part(_("Agreed actions"))
    report_to = forms.ChoiceField(
        label=_("Report to"), required=False,
        choices=[("", pgettext_lazy("report to", "nobody")), *((part.value, part.label) for part in REPORT_TO)],
    )  # fmt: skip
    files = FilesField()
    counts_in_file = forms.BooleanField(
        label=_("Counts in the cultivation book of the party file too"), required=False,
        help_text=_("For contacts and introducers: the book keeps the day and your name, not what was "
                    "said."),
    )  # fmt: skip

    def __init__(self, *args: Any, is_queued: bool = False, **kwargs: Any) -> None:
        """``is_queued``: typed offline earlier; a next day that has passed meanwhile is today."""
        super().__init__(*args, **kwargs)
        self.is_queued = is_queued

    def clean_happened_at(self) -> dt.datetime | None:
        value: dt.datetime | None = self.cleaned_data["happened_at"]
        if value is not None and value > timezone.now() + CLOCK_SLACK:
            raise forms.ValidationError(
                _("The contact lies in the future. Enter when it took place, or plan it under “next "
                  "contact”.")
            )  # fmt: skip
        return value

    def clean_client_key(self) -> uuid.UUID:
        try:
            return uuid.UUID(self.cleaned_data["client_key"])
        except ValueError:
            return uuid.uuid4()

    def clean_risk(self) -> str:
        return self.cleaned_data["risk"] or Risk.ORDINARY

    def clean_confidentiality(self) -> str:
        return self.cleaned_data["confidentiality"] or Confidentiality.GENERAL

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        chosen = data.pop("next_on", "")
        picked: dt.date | None = data.pop("next_pick", None)
        if chosen and chosen != PICK:
            try:
                picked = dt.date.fromisoformat(chosen)
            except ValueError:
                self.add_error("next_pick", _("Enter a day, for example 2026-03-05."))
        today = timezone.localdate()
        if picked is not None and picked < today:
            if not self.is_queued:
                self.add_error(
                    "next_pick", _("The next contact lies in the past. Choose today or later.")
                )
            picked = today
        data["next_on"] = picked
        data["details"] = TalkDetails(**{name: data.pop(name, "") for name in DETAILS})
        return data

    def kept(self, name: str) -> str:
        """What was typed in a field, for templates that draw the field by hand."""
        return self.data.get(name, "") if self.is_bound else ""


class CorrectionForm(forms.Form):
    """The account and the parts of the full form; what was reported stays reported."""

    content = FollowUpForm.base_fields["content"]
    state_seen = FollowUpForm.base_fields["state_seen"]
    own_words = FollowUpForm.base_fields["own_words"]
    problem = FollowUpForm.base_fields["problem"]
    advice = FollowUpForm.base_fields["advice"]
    agreed = FollowUpForm.base_fields["agreed"]
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class AssignForm(forms.Form):
    """``people``: (pk, words) of those who may write on the case."""

    owner = forms.TypedChoiceField(
        label=_("Responsible"),
        coerce=int,
        error_messages={"invalid_choice": _("Choose a person from the list.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = people  # type: ignore[attr-defined]

    def person(self) -> User:
        return User.objects.get(pk=self.cleaned_data["owner"])


class RaiseForm(forms.Form):
    """Only levels above the present one can be chosen; lowering needs both sides."""

    level = forms.ModelChoiceField(
        label=_("New level"), queryset=CaseLevel.objects.none(), empty_label=None
    )
    reason = forms.CharField(
        label=_("What happened"),
        max_length=300,
        widget=forms.Textarea,
        error_messages={"required": _("Say in one sentence what happened.")},
    )

    def __init__(self, *args: Any, above: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].queryset = CaseLevel.objects.filter(  # type: ignore[attr-defined]
            rank__lt=above
        )


class GlassForm(forms.Form):
    """Why the sealed notes of this case are opened; the password where there is no code."""

    reason = forms.CharField(
        label=_("What is the emergency"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept in the audit trail for good."),
        error_messages={"required": _("Say in one sentence what the emergency is.")},
    )
    password = forms.CharField(
        label=_("Your password once more"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Type your password once more.")},
    )

    def __init__(self, *args: Any, asks_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_password:
            del self.fields["password"]


class LockOutForm(forms.Form):
    """``people``: (pk, words) of those whom a post, link or seat leads to this case."""

    person = forms.TypedChoiceField(
        label=_("Who must learn nothing of this case"),
        coerce=int,
        error_messages={
            "invalid_choice": _("Choose a person from the list."),
            "required": _("Choose a person from the list."),
        },
    )
    reason = forms.CharField(
        label=_("Conflict of interest"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say in one sentence where the conflict of interest lies.")},
    )

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Nobody comes chosen: a lock that hits the wrong one takes the work away from him.
        self.fields["person"].choices = [("", _("choose")), *people]  # type: ignore[attr-defined]

    def chosen(self) -> User:
        return User.objects.get(pk=self.cleaned_data["person"])
