"""Forms of family contacts, health notes, recognised hardship and grants."""

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students.domain.records import PHONE
from students.enums import AidGroup, HealthKind, Relation
from students.models import AidKind, AidTier
from students.queries.records import year_code

MIN_TEXT = 4


class RecordForm(forms.Form):
    """What all of them carry: the version that was read, and a key that makes two sends one."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    client_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    secret = ""

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        kwargs["initial"] = {"client_key": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if self.secret and not is_new:
            self.fields[self.secret].required = False
            self.fields[self.secret].help_text = _("Leave empty to keep what stands.")

    def values(self) -> dict[str, Any]:
        """Columns of the record."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("version", "client_key")
        }


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **kwargs)


class ContactForm(RecordForm):
    secret = "phone"
    name = forms.CharField(label=_("Name"), max_length=50)
    relation = forms.ChoiceField(label=_("Relation"), choices=Relation.choices)
    phone = forms.RegexField(
        PHONE, label=_("Phone"), max_length=20, strip=True,
        error_messages={"invalid": _(
            "A mobile number, an area code with number, or + and the country code.")},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    is_guardian = forms.BooleanField(label=_("Is a guardian"), required=False)
    note = forms.CharField(
        label=_("Note"), max_length=200, required=False,
        help_text=_("When to call, which dialect. No family facts."),
    )  # fmt: skip


class HealthForm(RecordForm):
    secret = "text"
    kind = forms.ChoiceField(label=_("Kind"), choices=HealthKind.choices)
    text = forms.CharField(
        label=_("What is to be heeded"), max_length=1000, min_length=MIN_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only what the work with the student needs. Nothing psychological: that "
                    "belongs into the sealed file."),
    )  # fmt: skip
    since = _day(_("Since"))
    until = _day(_("Until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"since": timezone.localdate(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", _("The last day lies before the first."))
        return data


class _YearForm(RecordForm):
    academic_year = forms.RegexField(
        r"^20\d\d-20\d\d$", label=_("Academic year"), max_length=9,
        error_messages={"invalid": _("Like 2026-2027.")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"academic_year": year_code(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def clean_academic_year(self) -> str:
        text: str = self.cleaned_data["academic_year"]
        if int(text[5:]) != int(text[:4]) + 1:
            raise forms.ValidationError(_("Like 2026-2027."))
        return text


class RecognitionForm(_YearForm):
    tier = forms.ModelChoiceField(AidTier.objects.filter(is_used=True), label=_("Tier"))
    decided_on = _day(_("Recognised on"))
    group = forms.ChoiceField(
        label=_("Special group"), choices=[("", "—"), *AidGroup.choices], required=False
    )
    grounds = forms.CharField(
        label=_("Grounds"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Opened singly, each opening logged; never part of a public notice."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"decided_on": timezone.localdate(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class GrantForm(_YearForm):
    kind = forms.ModelChoiceField(AidKind.objects.filter(is_used=True), label=_("Kind of aid"))
    amount = forms.DecimalField(
        label=_("Amount (yuan)"), min_value=0, max_digits=9, decimal_places=2
    )
    granted_on = _day(_("Granted on"))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"granted_on": timezone.localdate(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


FORMS: dict[str, type[RecordForm]] = {
    "family": ContactForm, "health": HealthForm, "aid": RecognitionForm, "grant": GrantForm,
}  # fmt: skip
