"""Forms of moves: sending a case, answering."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.domain.transitions import Receiver
from casework.enums import Move
from cohorts.forms.people import PersonField
from cohorts.forms.posts import DateInput
from cohorts.models import Unit

_WHY = {"required": _("Say in one sentence why.")}


class SendForm(forms.Form):
    """One receiver: a person, an office, or a place outside the school."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("case", "What is to happen"),
        choices=Move.choices,
        initial=Move.TRANSFER,
    )
    person = PersonField(
        label=_("To a person"), required=False, help_text=_("Staff number, or the full name.")
    )
    unit = forms.ModelChoiceField(
        label=_("To an office"), queryset=Unit.objects.none(), required=False
    )
    outside = forms.CharField(
        label=_("Outside the school"), max_length=60, required=False,
        help_text=_("For a referral to a hospital: its name and department."),
    )  # fmt: skip
    words = forms.CharField(
        label=pgettext_lazy("case", "What is asked"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The receiver reads this and may not see the case: write what must be known, "
                    "and no more."),
    )  # fmt: skip
    due_on = forms.DateField(label=_("Answer by"), widget=DateInput(), required=False)
    client_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, units: "QuerySet[Unit]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]

    def receiver(self) -> Receiver:
        data = self.cleaned_data
        return Receiver(data["person"], data["unit"], data["outside"].strip())


class EndForm(forms.Form):
    """Declining or taking back, with the reason."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=_WHY,
    )  # fmt: skip


class FinishForm(forms.Form):
    note = forms.CharField(
        label=_("Return note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What was done, what is advised, what is next; never a diagnosis that no "
                    "hospital has written."),
    )  # fmt: skip
