"""Forms of honours, rounds of awards and studies at great dates."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.forms.posts import DateInput
from partybranch.domain.facts import Fault
from partybranch.forms_choose import OneOf
from partybranch.models import HonourKind, PartyOrganization


class _Faulty(forms.Form):
    def take_faults(self, faults: Sequence[Fault]) -> None:
        """What the domain refused, beside the fields that it names."""
        for one in faults:
            self.add_error(one.field if one.field in self.fields else None, one.message)


class HonourForm(forms.Form):
    """A prize of one or many students on one day."""

    kind = OneOf(label=_("kind"), queryset=HonourKind.objects.filter(is_active=True))
    on = forms.DateField(label=_("Given on"), widget=DateInput())
    proof = forms.CharField(
        label=pgettext_lazy("honour", "proof"), max_length=80,
        help_text=_("Number of the document or of the certificate."),
    )  # fmt: skip
    numbers = forms.CharField(
        label=_("Student numbers"), max_length=6000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One in each line; at most 300."),
    )  # fmt: skip


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class RoundForm(_Faulty):
    """A round of awards of a committee."""

    committee = OneOf(
        label=_("Committee"), queryset=PartyOrganization.objects.none(), empty_label=None
    )
    name = forms.CharField(label=_("name"), max_length=60)
    until = forms.DateField(
        label=_("Material up to"), widget=DateInput(),
        help_text=_("The records of the twelve months up to this day are the material."),
    )  # fmt: skip
    apply_until = forms.DateField(label=_("Nominations until"), widget=DateInput())
    seats = forms.IntegerField(label=_("Places"), min_value=1, max_value=50, initial=10)

    def __init__(self, *args: Any, committees: "QuerySet[Any]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["committee"].queryset = committees  # type: ignore[attr-defined]


class NominationForm(forms.Form):
    deeds = forms.CharField(
        label=_("main deeds"), max_length=3000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("What the numbers do not tell: features, results, what others can learn."),
    )  # fmt: skip


class PointsForm(forms.Form):
    points = forms.DecimalField(
        label=_("Points (0–100)"), min_value=0, max_value=100, max_digits=4, decimal_places=1
    )
    remark = forms.CharField(label=_("remark"), max_length=200, required=False)


class DecideForm(forms.Form):
    on = forms.DateField(label=_("Decided on"), widget=DateInput())
    decision_no = forms.CharField(label=_("Number of the decision"), max_length=60)


class StudyForm(_Faulty):
    """A study at a great date, asked of all branches below a unit."""

    unit = OneOf(
        label=_("Asked of the branches of"), queryset=PartyOrganization.objects.none(),
        empty_label=None,
    )  # fmt: skip
    name = forms.CharField(
        label=_("name"),
        max_length=40,
        help_text=_("What is studied or commemorated, with the year."),
    )
    since = forms.DateField(label=pgettext_lazy("first day", "From"), widget=DateInput())
    until = forms.DateField(label=_("Until"), widget=DateInput())

    def __init__(self, *args: Any, units: "QuerySet[Any]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
