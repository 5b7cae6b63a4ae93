"""Forms of exports."""

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.models import Unit


class AskForm(forms.Form):
    """For which unit, and what for."""

    unit = forms.ModelChoiceField(
        label=_("Unit"), queryset=Unit.objects.none(), empty_label=None,
        help_text=_("Named on the sheet. Only persons who stand in it today are exported."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Purpose"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Printed on the sheet with your name, number and the time, and written down."),
        error_messages={"required": _("Say in a few words what the file is for; it is printed on it.")},
    )  # fmt: skip
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, units: "QuerySet[Unit]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        field.queryset = units  # type: ignore[attr-defined]
        field.label_from_instance = lambda unit: unit.name  # type: ignore[attr-defined]


class DecideForm(forms.Form):
    note = forms.CharField(
        label=_("Reason"), max_length=200, required=False,
        help_text=_("Asked for when you refuse; the asker reads it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
