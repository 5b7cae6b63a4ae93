"""Forms around posts: appoint, deputise, end, renew."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.forms.people import PersonField
from cohorts.models import Role, Unit


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class AppointForm(forms.Form):
    """A new post. Role and unit offer only what the actor may give; the domain asks again."""

    person = PersonField(label=_("Person"), help_text=_("Staff number, or the full name."))
    role = forms.ModelChoiceField(label=_("role"), queryset=Role.objects.none())
    unit = forms.ModelChoiceField(label=_("unit"), queryset=Unit.objects.none())
    starts_on = forms.DateField(label=_("from"), widget=DateInput())
    ends_on = forms.DateField(
        label=_("to"), widget=DateInput(), required=False, help_text=_("Last day of the post.")
    )
    letter_no = forms.CharField(
        label=_("letter number"), max_length=40, required=False,
        help_text=_("Leave empty to draw it when the letter is printed."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, roles: "QuerySet[Role]", units: "QuerySet[Unit]", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].queryset = roles  # type: ignore[attr-defined]
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = timezone.localdate()


class DeputyForm(forms.Form):
    """Role and unit are those of the post that is stood in for."""

    person = PersonField(label=_("Deputy"), help_text=_("Staff number, or the full name."))
    starts_on = forms.DateField(label=_("from"), widget=DateInput())
    ends_on = forms.DateField(
        label=_("to"), widget=DateInput(),
        help_text=_("Needed: a deputy's post always has an end, at the latest with the post."),
    )  # fmt: skip


class EndForm(forms.Form):
    ends_on = forms.DateField(
        label=_("Last day"), widget=DateInput(), required=False,
        help_text=_("Empty: the post ends at this moment."),
    )  # fmt: skip


class RenewForm(forms.Form):
    ends_on = forms.DateField(label=_("renewed to"), widget=DateInput())
