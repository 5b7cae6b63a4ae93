"""Forms of orders about students."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.enums import UnitKind
from cohorts.models import Major, Unit
from students.domain.movement_checks import Order
from students.enums import ENROLLED_STATUSES, StudentStatus
from students.queries.movements import UnitFinder

LEAVING = [
    (code, label) for code, label in StudentStatus.choices
    if code not in ENROLLED_STATUSES and code not in ("12", "06")
]  # fmt: skip


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **kwargs)


class UnitWords(forms.CharField):
    """A unit by name or code, among those in which the person may place students."""

    def __init__(self, *kinds: str, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=80, **kwargs)
        self.kinds = kinds


class OrderForm(forms.Form):
    """The paper: from which day, why, which number."""

    on = _day(
        gettext_lazy("Effective from"),
        help_text=gettext_lazy("May lie ahead. From that day the former side sees nothing more."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    order_no = forms.CharField(
        label=gettext_lazy("Order number"), max_length=40, required=False,
        help_text=gettext_lazy("Not needed for a move within one college or to another room."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": timezone.localdate(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.user = user

    def order(self) -> Order:
        data = self.cleaned_data
        return Order(data["on"], data["reason"], data["order_no"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, field in self.fields.items():
            if isinstance(field, UnitWords) and data.get(name):
                data[name] = self._unit(name, field, data[name])
        return data

    def _unit(self, name: str, field: UnitWords, words: str) -> Unit | None:
        found = UnitFinder(self.user, field.kinds).get(words)
        if len(found) == 1:
            return found[0]
        if found:
            codes = "、".join(str(unit.code) for unit in found[:5])
            self.add_error(name, _("Several units have this name. Enter the code: %(list)s.") % {"list": codes})  # fmt: skip
        else:
            self.add_error(name, _("No open unit of this name or code in which you may place students."))  # fmt: skip
        return None


class MoveForm(OrderForm):
    """One student: transfer, leave or return."""

    what = forms.ChoiceField(
        label=gettext_lazy("Kind of order"),
        choices=[
            ("transfer", gettext_lazy("transfer")),
            ("leave", gettext_lazy("leave of absence")),
            ("return", gettext_lazy("return to study")),
        ],
    )
    school_class = UnitWords(
        UnitKind.CLASS, label=gettext_lazy("To class"), help_text=gettext_lazy("Name or code.")
    )
    academy = UnitWords(
        UnitKind.COHORT, label=gettext_lazy("To academy cohort"),
        help_text=gettext_lazy("Name or code of the academy's cohort."),
    )  # fmt: skip
    room = UnitWords(UnitKind.ROOM, label=gettext_lazy("To room"))
    major = forms.ModelChoiceField(
        Major.objects.all(), label=gettext_lazy("New major"), required=False
    )
    expected_on = _day(gettext_lazy("Expected back on"), required=False)
    keep_room = forms.BooleanField(label=gettext_lazy("Keeps the bed"), required=False)

    field_order = ["what", "on", "reason", "order_no"]

    def clean_units(self, data: dict[str, Any]) -> None:
        """A college's cohort holds nobody directly: students stand in its classes."""
        academy = data.get("academy")
        if academy and academy.parent.kind != UnitKind.ACADEMY:
            self.add_error("academy", _("“%(unit)s” is not a cohort of an academy.") % {"unit": academy})  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.clean_units(data)
        return data

    def units(self) -> list[Unit]:
        names = ("school_class", "academy", "room")
        return [unit for name in names if (unit := self.cleaned_data.get(name))]


class BulkForm(OrderForm):
    """A table of students, pasted or as a file. The preview sends the text back."""

    rows = forms.CharField(
        label=gettext_lazy("Pasted rows"), required=False, strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("or a file"), required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )  # fmt: skip
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ["rows", "file", "on", "reason", "order_no"]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file is not None and file.size > settings.IMPORT_MAX_BYTES:
            raise forms.ValidationError(_("The file is too large. Split it into several files."))
        return file


class SplitForm(BulkForm):
    pass


class LeavingForm(BulkForm):
    status = forms.ChoiceField(
        label=gettext_lazy("How they leave"), choices=LEAVING, initial=StudentStatus.GRADUATED
    )
    unit = UnitWords(
        UnitKind.CLASS, UnitKind.COHORT, label=gettext_lazy("Everyone of a class or cohort"),
        help_text=gettext_lazy("Name or code; with pasted numbers only those students are taken."),
    )  # fmt: skip
    field_order = ["status", "unit", "rows", "file", "on", "reason", "order_no"]
