"""Forms of tutors, advisers and counsellors: sharing out, standing in, posts by building."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cohorts.enums import LinkHolder
from cohorts.models import LinkKind, Role, Unit
from portal.core.models import User
from students.queries.links import POST_RELATIONS

# The browser's own field reads and writes ISO dates, whatever the language.
_DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
RULE_CHOICES = [("major", _("same major first, then lowest load")), ("load", _("lowest load"))]
_MAX = 2**31 - 1


class _Dated(forms.Form):
    starts_on = forms.DateField(label=_("from"), widget=_DAY)
    ends_on = forms.DateField(
        label=_("to"), widget=_DAY, required=False, help_text=_("Last day; empty means open.")
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", gettext("The last day is before the first day."))
        return data


class ShareForm(_Dated):
    """How students are shared out. Everything stands in the address, so a preview can be sent."""

    rule = forms.ChoiceField(label=_("rule"), choices=RULE_CHOICES)
    people = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    extra = forms.CharField(
        label=_("further people"),
        required=False,
        max_length=400,
        help_text=_("Staff numbers with a space or comma between them."),
    )
    field_order = ("rule", "starts_on", "ends_on", "extra", "people")

    def numbers(self) -> list[str]:
        """Staff numbers typed by hand, also when the rest of the form is not valid yet."""
        typed = str(self.data.get("extra", ""))[:400]
        return [word for word in re.split(r"[\s,，、;；]+", typed) if word]

    @staticmethod
    def defaults() -> dict[str, Any]:
        return {"rule": "major", "starts_on": timezone.localdate().isoformat(), "ends_on": ""}


class _PersonField(forms.CharField):
    """A staff number; cleans to the account."""

    def __init__(self, **kw: Any) -> None:
        super().__init__(max_length=40, help_text=_("Staff number"), **kw)

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        found = User.objects.filter(username=number, student=None).first()
        if found is None:
            raise forms.ValidationError(gettext("No member of staff has this number."))
        return found


class CoverForm(_Dated):
    """Who stands in for whom, from when to when."""

    person = _PersonField(label=_("who is away"))
    stand_in = _PersonField(label=_("who stands in"))
    with_posts = forms.BooleanField(
        label=_("also as deputy in the posts within which you appoint"), required=False
    )
    field_order = ("person", "stand_in", "starts_on", "ends_on", "with_posts")

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["ends_on"].required = True
        self.fields["ends_on"].help_text = _("The sight ends with this day.")


class UnitPostsForm(_Dated):
    """One person on several buildings, floors, cohorts or classes."""

    role = forms.ModelChoiceField(
        label=_("post"), queryset=Role.objects.none(), to_field_name="code", empty_label=None
    )
    person = _PersonField(label=_("person"))
    letter_no = forms.CharField(label=_("letter number"), max_length=40, required=False)
    units = forms.ModelMultipleChoiceField(
        queryset=Unit.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    field_order = ("role", "person", "starts_on", "ends_on", "letter_no", "units")

    def __init__(self, *args: Any, units: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        codes = [code for roles in POST_RELATIONS.values() for code in roles]
        self.fields["role"].queryset = Role.objects.filter(code__in=codes)  # type: ignore[attr-defined]
        self.fields["units"].queryset = units  # type: ignore[attr-defined]


def unit_of(value: Any, units: Any) -> Unit | None:
    """The unit of the address among those offered; None for anything else."""
    if not str(value or "").isdecimal() or int(value) > _MAX:
        return None
    found: Unit | None = units.filter(pk=int(value)).first()
    return found


def kind_of(code: str) -> LinkKind | None:
    """A kind of link of which a student has one at a time."""
    return (
        LinkKind.objects.filter(code=code, is_single=True, holder=LinkHolder.STAFF)
        .select_related("limit_parameter")
        .first()
    )


def day_of(value: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        return None
