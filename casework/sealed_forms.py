"""Forms of the sealed area. What is typed into them never leaves the request in clear."""

import datetime as dt
import re
import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.domain.sealed_notes import MOST_CHARS, DestroyReason
from casework.models import CaseLevel, FileSource, NoteKind, Scale, Way
from portal.core.models import User

_DAY = {"invalid": _("Enter a day, for example 2026-03-05.")}


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    """A day by the picker of the device, as everywhere else."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages=_DAY, **kwargs)


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "autocomplete": "off"})


class FindForm(forms.Form):
    words = forms.CharField(
        label=_("Student number or full name"), max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class OpenForm(forms.Form):
    student = forms.IntegerField(widget=forms.HiddenInput)
    source = forms.ChoiceField(label=_("Why"), choices=FileSource.choices)


class NoteForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=NoteKind.choices)
    text = forms.CharField(
        label=_("Note"), max_length=MOST_CHARS, widget=_area(7),
        error_messages={"required": _("Write at least one sentence.")},
    )  # fmt: skip
    at = forms.DateTimeField(
        label=_("When"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Enter day and time, for example 2026-03-05 14:30.")},
    )  # fmt: skip
    client_key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, is_own: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_own:  # who is not cleared writes talks
            self.fields["kind"] = forms.ChoiceField(
                choices=[(NoteKind.TALK.value, NoteKind.TALK.label)], initial=NoteKind.TALK.value,
                widget=forms.HiddenInput,
            )  # fmt: skip


class CorrectForm(forms.Form):
    text = forms.CharField(label=_("Note"), max_length=MOST_CHARS, widget=_area(9))
    version = forms.IntegerField(widget=forms.HiddenInput)


class DestroyForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=DestroyReason.choices)


class AttentionForm(forms.Form):
    level = forms.ModelChoiceField(
        CaseLevel.objects.all(), label=_("Level of attention"), required=False,
        empty_label=_("none"),
    )  # fmt: skip
    next_on = _day(_("Next date"), required=False)
    keeper = forms.TypedChoiceField(
        label=_("In charge"), required=False, empty_value=None, coerce=int
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keeper"].choices = [("", "—"), *people]  # type: ignore[attr-defined]

    def chosen(self) -> User | None:
        pk = self.cleaned_data["keeper"]
        return User.objects.get(pk=pk) if pk else None


class AdviceForm(forms.Form):
    advice_do = forms.CharField(
        label=_("Please do"), max_length=300, required=False, widget=_area(3),
        help_text=_("One sentence a line. Read by everybody who looks after the student: no "
                    "finding, no word from a talk."),
    )  # fmt: skip
    advice_dont = forms.CharField(
        label=_("Please do not"), max_length=300, required=False, widget=_area(3)
    )
    own = forms.CharField(
        label=_("To the student"), max_length=2000, required=False, widget=_area(4),
        help_text=_("Sealed; read by the student and the centre."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)


class SheetForm(forms.Form):
    scale = forms.ModelChoiceField(Scale.objects.filter(is_used=True), label=_("Scale"))
    answers = forms.CharField(
        label=_("Answers"), max_length=600, widget=_area(2),
        help_text=_("All answers in order, with spaces between them."),
    )  # fmt: skip
    taken_on = _day(_("Taken on"), initial=timezone.localdate)

    def clean_answers(self) -> list[int]:
        parts = re.split(r"[\s,，、;；]+", self.cleaned_data["answers"].strip())
        if not all(part.isdecimal() and len(part) <= 2 for part in parts):
            raise forms.ValidationError(_("Enter whole numbers with spaces between them."))
        return [int(part) for part in parts]


class RoundForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    scale = forms.ModelChoiceField(Scale.objects.filter(is_used=True), label=_("Scale"))
    starts_on = _day(_("From"), initial=timezone.localdate)
    ends_on = _day(_("To"), initial=timezone.localdate)
    entry_year = forms.IntegerField(
        label=_("For students entered in"), required=False, min_value=2000, max_value=2100
    )


class ResultsForm(forms.Form):
    file = forms.FileField(label=_("File (xlsx or csv)"))


class SlotForm(forms.Form):
    day = _day(_("Day"))
    times = forms.CharField(
        label=_("Begins at"), max_length=100, initial="14:00 15:00 16:00",
        help_text=_("Several with spaces between them."),
    )  # fmt: skip
    minutes = forms.IntegerField(label=_("Minutes"), initial=50, min_value=20, max_value=180)
    ways = forms.MultipleChoiceField(
        label=_("Ways"), choices=Way.choices, widget=forms.CheckboxSelectMultiple,
        initial=[Way.FACE.value],
    )  # fmt: skip
    place = forms.CharField(label=_("Place"), max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        day, starts = data.get("day"), []
        for part in data.get("times", "").replace("：", ":").split():
            try:
                clock = dt.time.fromisoformat(part.zfill(5))
            except ValueError:
                self.add_error("times", _("Enter times such as 14:00."))
                break
            if day is not None:
                starts.append(timezone.make_aware(dt.datetime.combine(day, clock)))
        data["starts"] = starts
        return data


class BookForm(forms.Form):
    slot = forms.IntegerField(widget=forms.HiddenInput)
    way = forms.ChoiceField(label=_("Way"), choices=Way.choices)
    about = forms.CharField(
        label=_("What it is about"), max_length=2000, required=False, widget=_area(2),
        help_text=_("Read by the counselling centre only."),
    )  # fmt: skip


class SessionForm(forms.Form):
    held_on = _day(_("Held on"), initial=timezone.localdate)
    topic = forms.CharField(label=_("Topic"), max_length=60)
    supervisor = forms.CharField(label=_("Supervisor"), max_length=40)
    text = forms.CharField(
        label=_("Facts and course of the case"), max_length=MOST_CHARS, widget=_area(7),
        help_text=_("Generalised: no name, no number, no class, no room. The case gets a code."),
    )  # fmt: skip
    present = forms.MultipleChoiceField(
        label=_("Present"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["present"].choices = people  # type: ignore[attr-defined]


class CertificateForm(forms.Form):
    person = forms.TypedChoiceField(label=_("Person"), coerce=int)
    name = forms.CharField(label=_("Certificate"), max_length=60)
    number = forms.CharField(label=_("Number"), max_length=40, required=False)
    issued_on = _day(_("Issued on"))
    ends_on = _day(_("Valid until"), required=False)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = people  # type: ignore[attr-defined]
