"""The form that plans help for chosen students of the study analysis."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.models import CaseLevel
from cohorts.forms.people import PersonField
from cohorts.forms.posts import DateInput

PLAN, TASK = "plan", "task"
_WAYS = [
    (PLAN, _("enter in the academic ledger, with a plan from the template")),
    (TASK, _("a task for each, without a case")),
]
_WEEKS = 2


class StudyHelpForm(forms.Form):
    """``may_plan``: whether the person writes cases of anybody at all."""

    way = forms.ChoiceField(label=_("How"), choices=_WAYS, widget=forms.RadioSelect)
    level = forms.ModelChoiceField(
        label=_("Level"), queryset=CaseLevel.objects.all(), empty_label=None, required=False
    )
    words = forms.CharField(
        label=_("Reason and what is to be done"), max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    due_on = forms.DateField(label=_("due"), widget=DateInput())
    person = PersonField(
        label=_("Teacher of the course or other helper"), required=False,
        help_text=_("Staff number, or the full name. In a plan this person gets a step and a seat;"
                    " a task goes to this person instead of you."),
    )  # fmt: skip

    def __init__(self, *args: Any, may_plan: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_plan:
            self.fields["way"].choices = [_WAYS[1]]  # type: ignore[attr-defined]
            del self.fields["level"]

    @staticmethod
    def first(may_plan: bool, words: str) -> dict[str, Any]:
        """What the empty form begins with."""
        return {
            "way": PLAN if may_plan else TASK, "level": "YELLOW", "words": words,
            "due_on": timezone.localdate() + dt.timedelta(weeks=_WEEKS),
        }  # fmt: skip
