"""Forms of warnings: what was done in a step, why something is no warning."""

from django import forms
from django.utils.translation import gettext_lazy as _


class StepForm(forms.Form):
    note = forms.CharField(
        label=_("What was done"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("How it can be seen: sent by hand, talked for half an hour, a signed paper."),
    )  # fmt: skip


class AsideForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("For example: exchange credits have not been entered yet."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
