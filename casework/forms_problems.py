"""Forms of common problems."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casework.models import CauseCode
from cohorts.forms.people import PersonField
from cohorts.forms.posts import DateInput
from cohorts.models import Unit

_WORDS = {"required": _("Say in one sentence why.")}


class ProblemForm(forms.Form):
    """A general fix. ``units`` are those where the writer leads cases."""

    cause = forms.ModelChoiceField(label=_("cause"), queryset=CauseCode.objects.none())
    unit = forms.ModelChoiceField(label=_("unit"), queryset=Unit.objects.none())
    title = forms.CharField(
        label=_("Problem"), max_length=100,
        help_text=_("What the cases have in common; no names of students."),
    )  # fmt: skip
    fix = forms.CharField(
        label=_("General fix"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What is to be changed for everybody, so that no new case arises."),
    )  # fmt: skip
    owner = PersonField(label=_("Responsible"), help_text=_("Staff number, or the full name."))
    due_on = forms.DateField(label=_("Due"), widget=DateInput())
    client_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, units: "QuerySet[Unit]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        causes = CauseCode.objects.filter(is_used=True)
        self.fields["cause"].queryset = causes  # type: ignore[attr-defined]
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class ProofForm(forms.Form):
    proof = forms.CharField(
        label=_("Proof"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was done and how it can be seen: a document, a date."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)


class CheckForm(forms.Form):
    note = forms.CharField(
        label=_("Finding"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)


class ChangeForm(forms.Form):
    owner = PersonField(label=_("Responsible"), help_text=_("Staff number, or the full name."))
    due_on = forms.DateField(label=_("Due"), widget=DateInput())
    reason = forms.CharField(label=_("Reason"), max_length=300, error_messages=_WORDS)
    version = forms.IntegerField(widget=forms.HiddenInput)


class DropForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, error_messages=_WORDS)
    version = forms.IntegerField(widget=forms.HiddenInput)
