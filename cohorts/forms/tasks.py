"""Forms around tasks: give, reassign, postpone, close, check, drop."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cohorts.enums import INNER_KINDS, UnitKind
from cohorts.forms.people import PersonField
from cohorts.forms.posts import DateInput
from cohorts.models import Unit

_GIVEN_TO = [kind for kind in UnitKind.values if kind not in INNER_KINDS]


class GiveForm(forms.Form):
    """A task in one's own words, to a person or to a unit."""

    text = forms.CharField(
        label=_("What is to be done"), max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Everybody who sees the task reads this. Do not write a student's name or what "
                    "a case is about: give such tasks from the student's own page."),
    )  # fmt: skip
    owner = PersonField(label=_("Person"), required=False,
                        help_text=_("Staff number, or the full name."))  # fmt: skip
    unit = forms.ModelChoiceField(
        label=_("or unit"), required=False, queryset=Unit.objects.none(),
        help_text=_("Without a person, those who hold posts there take it on."),
    )  # fmt: skip
    due_on = forms.DateField(label=_("due"), widget=DateInput())
    verifier = PersonField(label=_("Checked by"), required=False,
                           help_text=_("Empty: done is done."))  # fmt: skip
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, unit_ids: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Unit.objects.filter(pk__in=unit_ids, kind__in=_GIVEN_TO, closed_on=None)
        self.fields["unit"].queryset = rows.order_by("kind", "code")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("owner") and not data.get("unit") and "owner" not in self.errors:
            self.add_error("owner", gettext("Say who does it: a person or a unit."))
        return data


class ReassignForm(forms.Form):
    owner = PersonField(label=_("Person"), help_text=_("Staff number, or the full name."))
    reason = forms.CharField(label=_("reason"), required=False, max_length=300)


class PostponeForm(forms.Form):
    due_on = forms.DateField(label=_("new last day"), widget=DateInput())
    reason = forms.CharField(label=_("reason"), max_length=300)


class CompleteForm(forms.Form):
    evidence = forms.CharField(
        label=_("Evidence"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("By what one sees that it is done: a record, a paper, a date. No names."),
    )  # fmt: skip


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=300)


class TakeForm(forms.Form):
    """Nothing to fill in."""
