"""Forms of a question to a teacher, and of the answer."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.forms.people import PersonField
from cohorts.forms.posts import DateInput
from students.domain.inputs import FIELDS

_DAYS = dt.timedelta(days=7)


def _soon() -> dt.date:
    return timezone.localdate() + _DAYS


class AskForm(forms.Form):
    """To whom, what, until when. The key makes a second sending harmless."""

    teacher = PersonField(label=_("Teacher"), help_text=_("Staff number, or the full name."))
    question = forms.CharField(
        label=_("Question"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        initial=_("How does the student get on in your course, and what would you advise?"),
        help_text=_("The teacher reads these words and the student's name, nothing else. Write "
                    "nothing about a case, health or family."),
    )  # fmt: skip
    due_on = forms.DateField(
        label=_("Answer until"), widget=DateInput(), initial=_soon,
        help_text=_("At most thirty days. After this day the link is closed."),
    )  # fmt: skip
    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


def _words(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=1000, required=False, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class AnswerForm(forms.Form):
    """Three short answers, each may stay empty."""

    learning = _words(_("Learning"), _("Attendance, homework, what goes well, what is missing."))
    attitude = _words(_("Attitude"), _("What you have seen yourself in class or laboratory."))
    advice = _words(_("Advice"), _("What would help this student."))

    def words(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in FIELDS}
