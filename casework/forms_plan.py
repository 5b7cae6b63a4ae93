"""Forms of plans and task forces."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.enums import Counting, WriteLevel
from cohorts.forms.people import PersonField
from cohorts.forms.posts import DateInput
from portal.core.models import User

People = Sequence[tuple[int, str]]
_DAYS = re.compile(r"[\s,，、;；]+")


class _Days(forms.CharField):
    """Days with a space or comma between them; cleans to a list."""

    def clean(self, value: Any) -> Any:
        found = []
        for word in _DAYS.split(str(super().clean(value) or "").strip()):
            if not word:
                continue
            try:
                found.append(dt.date.fromisoformat(word))
            except ValueError:
                raise forms.ValidationError(
                    _("“%(word)s” is no day. Write days as 2026-03-05.") % {"word": word[:20]}
                ) from None
        return found


def _text(label: Any, required: bool = False, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=300, required=required, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class PlanForm(forms.Form):
    goal = _text(
        gettext_lazy("goal"), True,
        gettext_lazy("A result that can be measured, for example: two courses passed by week 16."),
    )  # fmt: skip
    causes = _text(gettext_lazy("causes"))
    family_agreement = _text(gettext_lazy("agreement with the family"))
    resources = _text(gettext_lazy("resources"))
    exit_condition = _text(gettext_lazy("exit condition"))
    check_dates = _Days(
        label=gettext_lazy("check dates"), required=False, max_length=300,
        help_text=gettext_lazy("Days with a comma between them."),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


def person_of(form: Any, name: str = "owner") -> User:
    """The chosen person of a select."""
    return User.objects.get(pk=int(form.cleaned_data[name]))


class StepForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("step"), max_length=200, required=False)
    owner = forms.ChoiceField(label=gettext_lazy("responsible"), required=False)
    due_on = forms.DateField(label=gettext_lazy("due"), widget=DateInput(), required=False)
    wanted = forms.IntegerField(
        label=gettext_lazy("times"), min_value=1, max_value=400, required=False, initial=1
    )
    counting = forms.ChoiceField(
        label=gettext_lazy("counted from"), required=False,
        choices=[("", gettext_lazy("by evidence")), *Counting.choices],
    )  # fmt: skip

    def __init__(self, *args: Any, people: People, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "—"), *((str(pk), label) for pk, label in people)]
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if str(data.get("text") or "").strip():
            for name, words in (
                ("owner", _("Name who does this step.")), ("due_on", _("Say until when.")),
            ):  # fmt: skip
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, words)
            data["wanted"] = data.get("wanted") or 1
        return data

    @property
    def is_filled(self) -> bool:
        return bool(str(self.cleaned_data.get("text") or "").strip())


class OneStepForm(StepForm):
    """A step by itself: to add one, or to change one."""

    reason = forms.CharField(
        label=gettext_lazy("reason"), max_length=300, required=False,
        help_text=gettext_lazy("Needed when the last day is postponed."),
    )  # fmt: skip

    def clean_text(self) -> str:
        text = str(self.cleaned_data.get("text") or "").strip()
        if not text:
            raise forms.ValidationError(_("Write what the step is."))
        return text


StepFormSet = forms.formset_factory(StepForm, extra=2, max_num=40, validate_max=True)


class SeatForm(forms.Form):
    duty = forms.CharField(label=gettext_lazy("duty"), max_length=60)
    write_level = forms.ChoiceField(label=gettext_lazy("right"), choices=WriteLevel.choices,
                                    initial=WriteLevel.WRITE)  # fmt: skip
    ends_on = forms.DateField(label=gettext_lazy("to"), widget=DateInput(), required=False,
                              help_text=gettext_lazy("Empty: until the case is closed."))  # fmt: skip


class NewSeatForm(SeatForm):
    person = PersonField(label=gettext_lazy("Person"),
                         help_text=gettext_lazy("Staff number, or the full name."))  # fmt: skip
    field_order = ("person", "duty", "write_level", "ends_on")


class EndForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=300)
