"""Forms of dues: the monthly amount of a member of staff, payments of a month."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cohorts.forms.posts import DateInput
from partybranch.models import PartyMember


class MonthField(forms.DateField):
    """A month of the year, typed or chosen; cleans to its first day."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m", attrs={"type": "month"})
        widget.input_type = "month"
        super().__init__(input_formats=["%Y-%m", "%Y-%m-%d"], widget=widget, **kwargs)


class PaymentForm(forms.Form):
    """Who paid the dues of a month; all who have not are offered and ticked."""

    month = MonthField(label=_("month"))
    paid_on = forms.DateField(label=_("paid on"), widget=DateInput())
    members = forms.MultipleChoiceField(
        label=_("Members who paid"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick who paid.")},
    )  # fmt: skip

    def __init__(self, *args: Any, unpaid: Sequence[PartyMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in unpaid}
        self.fields["members"].choices = [  # type: ignore[attr-defined]
            (key, one.name) for key, one in self.people.items()
        ]
        self.fields["members"].initial = list(self.people)

    def paid(self) -> list[PartyMember]:
        return [self.people[key] for key in self.cleaned_data["members"]]


class RateForm(forms.Form):
    income = forms.DecimalField(
        label=_("Monthly income after tax"), min_value=1, max_digits=9, decimal_places=2,
        help_text=_("Only the dues that follow from it are kept, not the income."),
    )  # fmt: skip
    since = MonthField(label=_("from month"))


class TakeBackForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)
