"""Forms of keys, reviews, closing and reopening."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.enums import Helped, KeySide, KeyVerdict, Outcome, Source
from casework.models import Case, CaseCategory, CaseLevel, CauseCode, LedgerEntry

DAY_ERROR = {"invalid": _("Enter a day, for example 2026-03-05.")}
SAY_WHY = {"required": _("Give the reason in one sentence.")}

VERDICTS = [
    (KeyVerdict.AGREED.value, _("We agree")),
    (KeyVerdict.DISAGREED.value, _("We disagree")),
]


def _day(**kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, error_messages=DAY_ERROR, **kwargs)


def _text(label: Any, rows: int, most: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


def _mine() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("I am responsible for it"), required=False,
        help_text=_("Otherwise somebody is still to be named."),
    )  # fmt: skip


class Versioned(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)


class EntryForm(forms.Form):
    """A student into a ledger; both sides are asked to confirm it."""

    category = forms.ModelChoiceField(
        label=_("Category"), queryset=CaseCategory.objects.filter(is_used=True), empty_label=None
    )
    # No level comes chosen: the first of the list would be red.
    level = forms.ModelChoiceField(
        label=_("Level"), queryset=CaseLevel.objects.all(), empty_label=_("choose"),
        error_messages={"required": _("Choose a level.")},
    )  # fmt: skip
    cause = forms.ModelChoiceField(
        label=_("Cause"),
        queryset=CauseCode.objects.filter(is_used=True),
        required=False,
        help_text=_("Counted, to find what can be mended for everybody."),
    )
    source = forms.ChoiceField(label=_("Source"), choices=Source.choices, initial=Source.COUNSELLOR)
    reason = _text(
        _("What was noticed"), 3, 300,
        error_messages={"required": _("Say in one sentence what was noticed.")},
    )  # fmt: skip
    is_mine = _mine()


class TurnForm(forms.Form):
    """``sides``: those that this person speaks for."""

    side = forms.ChoiceField(label=_("Speaking for"))
    verdict = forms.ChoiceField(
        label=_("Your side"), choices=VERDICTS, widget=forms.RadioSelect,
        error_messages={"required": _("Choose: agreed, or disagreed.")},
    )  # fmt: skip
    note = _text(
        pgettext_lazy("keys", "Note"),
        2,
        500,
        required=False,
        help_text=_("Asked for when you disagree."),
    )

    def __init__(self, *args: Any, sides: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(side, KeySide(side).label) for side in sides]
        self.fields["side"].choices = choices  # type: ignore[attr-defined]
        if len(sides) == 1:
            self.fields["side"].widget = forms.HiddenInput()
            self.fields["side"].initial = sides[0]


class AgreeManyForm(forms.Form):
    note = _text(
        pgettext_lazy("keys", "Note"), 2, 500, required=False,
        help_text=_("Kept with each key. Who disagrees opens the request and says why."),
    )  # fmt: skip


class WithdrawForm(forms.Form):
    reason = _text(_("Reason"), 2, 300, error_messages=SAY_WHY)


class LowerForm(Versioned):
    entry = forms.ModelChoiceField(
        label=_("Ledger"), queryset=LedgerEntry.objects.none(), empty_label=None
    )
    level = forms.ModelChoiceField(
        label=_("New level"), queryset=CaseLevel.objects.none(), empty_label=None
    )
    reason = _text(_("Reason"), 3, 1000, error_messages=SAY_WHY)
    evidence = _text(_("Evidence"), 2, 1000, required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entries = case.entries.filter(left_at=None).select_related("category", "level")
        choice: Any = self.fields["entry"]
        choice.queryset = entries
        choice.label_from_instance = lambda one: f"{one.category.name} · {one.level.name}"
        ranks = [entry.level.rank for entry in entries]
        level: Any = self.fields["level"]
        level.queryset = CaseLevel.objects.filter(rank__gt=min(ranks, default=0))


class ReviewForm(Versioned):
    held_on = _day(label=pgettext_lazy("review", "Held on"))
    level = forms.ModelChoiceField(
        label=_("Level found"),
        queryset=CaseLevel.objects.all(),
        required=False,
        empty_label=_("no level needed any more"),
    )
    findings = _text(
        _("Findings"), 4, 2000,
        error_messages={"required": _("Write down what the review found.")},
    )  # fmt: skip
    has_signal = forms.BooleanField(label=_("There is a new signal"), required=False)
    is_goal_met = forms.BooleanField(label=_("The goal of the plan is met"), required=False)
    next_on = _day(
        label=_("Next review"), required=False,
        help_text=_("Empty: by the rhythm of the level. It may be sooner, never later."),
    )  # fmt: skip

    def clean_held_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["held_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(
                _("The review lies in the future. Enter the day on which it was held.")
            )
        return day


class CloseForm(Versioned):
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[(one.value, one.label) for one in Outcome if one != Outcome.UNFOUNDED],
    )
    reason = _text(_("Summary"), 3, 1000, error_messages=SAY_WHY)
    evidence = _text(
        _("Evidence"), 3, 1000,
        help_text=_("Results, records, a receipt of the place it was handed to."),
        error_messages={"required": _("Name the evidence.")},
    )  # fmt: skip


class ReopenForm(forms.Form):
    level = forms.ModelChoiceField(
        label=_("Level"), queryset=CaseLevel.objects.all(), empty_label=None
    )
    source = forms.ChoiceField(label=_("Source"), choices=Source.choices, initial=Source.COUNSELLOR)
    reason = _text(_("What happened"), 3, 300, error_messages=SAY_WHY)
    is_mine = _mine()


class AfterForm(forms.Form):
    is_reached = forms.TypedChoiceField(
        label=_("Was the student reached?"),
        choices=[("yes", _("yes, in person")), ("no", _("no, try again in a week"))],
        coerce=lambda value: value == "yes",
        error_messages={"required": _("Choose one.")},
    )
    is_fine = forms.TypedChoiceField(
        label=_("Still fine?"),
        choices=[("", "—"), ("yes", _("yes, fine")), ("no", _("no, not any more"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )
    note = _text(
        _("What was said"), 3, 500,
        error_messages={"required": _("Write one sentence: how was the student reached, what was said?")},
    )  # fmt: skip


class HelpedForm(forms.Form):
    helped = forms.ChoiceField(choices=Helped.choices)
    words = forms.CharField(max_length=500, required=False)
