"""The form of one step: the fields that this step asks for, and what was typed as facts."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.forms.posts import DateInput
from partybranch.domain.book import StepRule
from partybranch.domain.development import DUTIES, Typed
from partybranch.domain.facts import Ballot, Fault
from partybranch.enums import (
    COMMITTEE_TALK,
    FIRST_TALK,
    Body,
    Outcome,
    Recommendation,
    Reply,
    Talker,
)
from partybranch.models import PartyOrganization
from partybranch.queries.facts import Offered

_COUNTS = ("expected", "present", "yes", "no", "abstain", "invalid", "written_yes", "left_out")


def _text(label: Any, length: int = 60, required: bool = True, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=required, **more)


def _count(label: Any, required: bool = False, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=9999, required=required, **more)


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", "—"), *choices])


def _posts(posts: Sequence[Talker]) -> list[tuple[str, Any]]:
    return [(one.value, one.label) for one in posts]


# What single steps ask for; the domain says which of it is needed.
FIELDS: dict[int, Callable[[], dict[str, forms.Field]]] = {
    2: lambda: {"talker": _text(_("Talk held by")),
                "talker_post": _choice(_("As"), _posts(FIRST_TALK))},
    3: lambda: {
        "recommendation": _choice(_("Recommendation"), Recommendation.choices),
        "league_expected": _count(
            _("League meeting: should attend"),
            help_text=_("The three numbers of the meeting that recommended the applicant.")),
        "league_present": _count(_("League meeting: present")),
        "league_yes": _count(_("League meeting: in favour")),
    },
    7: lambda: {"heard": _count(_("People heard"), True)},
    8: lambda: {"reply": _choice(_("Answer of the committee"), Reply.choices)},
    10: lambda: {
        "passed": forms.TypedChoiceField(
            label=_("Result"), coerce=lambda value: value == "yes", required=False,
            choices=[("yes", _("passed")), ("no", _("not passed"))], empty_value=True),
        "conclusion": _text(
            _("Conclusion"), 2000, widget=forms.Textarea(attrs={"rows": 4}),
            help_text=_("Encrypted; read by the committee and the organiser only.")),
    },
    11: lambda: {"days": _count(_("Days")), "hours": _count(_("Class hours")),
                 "certificate_no": _text(_("Certificate number"))},
    14: lambda: {"serial_no": _text(_("Serial number of the form"))},
    16: lambda: {"talker": _text(_("Talk held by")),
                 "talker_post": _choice(_("As"), _posts(COMMITTEE_TALK))},
    19: lambda: {"group": _text(_("Party group"), required=False)},
    20: lambda: {"place": _text(_("Place"), required=False)},
    23: lambda: {"outcome": _choice(_("The meeting voted on"), Outcome.choices),
                 "months": _count(_("Months of extension"))},
}  # fmt: skip


class StepForm(forms.Form):
    """One step. ``rule`` is that of today; the domain asks the rule of the day that is typed."""

    on = forms.DateField(label=_("Date"), widget=DateInput())

    def __init__(
        self, *args: Any, rule: StepRule, body: str, candidates: Sequence[Offered],
        committees: Sequence[PartyOrganization], is_below_general: bool, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.rule, self.committees = rule, {str(one.pk): one for one in committees}
        self.candidates = {str(one.member.pk): one.member for one in candidates}
        own = FIELDS.get(rule.number)
        if own:
            self.fields.update(own())
        if rule.number in DUTIES:
            self.fields["sponsors"] = forms.MultipleChoiceField(
                label=_("Full members"), widget=forms.CheckboxSelectMultiple,
                choices=[(str(one.member.pk), _offer(one)) for one in candidates],
            )  # fmt: skip
        if rule.is_committee:
            self.fields["body"] = _choice(
                _("Committee"), [(str(one.pk), one.name) for one in committees]
            )
        if rule.is_committee and rule.body and is_below_general:
            self.fields["deliberated_on"] = forms.DateField(
                label=_("Deliberated by the general branch on"), widget=DateInput(), required=False
            )
        if body:
            self._ask_vote(body)
        self._ask_reasons()

    def _ask_vote(self, body: str) -> None:
        self.fields["expected"] = _count(_("Should attend, with voting right"), True)
        self.fields["present"] = _count(pgettext_lazy("ballot", "Present"), True)
        self.fields["yes"] = _count(pgettext_lazy("ballot", "Yes"), True)
        self.fields["no"] = _count(pgettext_lazy("ballot", "No"))
        self.fields["abstain"] = _count(_("Abstained"))
        self.fields["invalid"] = _count(_("Invalid"))
        if body == Body.MEETING:
            self.fields["written_yes"] = _count(
                _("Yes in writing"), help_text=_("Of absent members, handed in before the meeting.")
            )
            self.fields["left_out"] = _count(_("Left out of those who should attend"))
            self.fields["left_out_reason"] = _text(_("Why left out"), 200, False)

    def _ask_reasons(self) -> None:
        self.fields["papers"] = forms.MultipleChoiceField(
            label=_("Papers in the file"), required=False, widget=forms.CheckboxSelectMultiple,
            choices=[(one, one) for one in self.rule.papers],
        )  # fmt: skip
        if self.rule.deadline is not None:
            self.fields["late_reason"] = _text(
                _("Why late"), 300, False, help_text=_("Only when the last day in time has passed.")
            )
        if self.rule.number in (*DUTIES, 3, 15):
            self.fields["override_reason"] = _text(_("Why nevertheless"), 300, False)
        self.fields["entry_reason"] = _text(
            _("Why entered late"), 300, False,
            help_text=_("Needed when the event was long ago: why only now, and which paper proves "
                        "the date."),
        )  # fmt: skip
        self.fields["client_key"] = forms.UUIDField(widget=forms.HiddenInput, required=False)
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def typed(self) -> Typed:
        """The facts for the domain; call after ``is_valid``."""
        data = self.cleaned_data
        own = FIELDS.get(self.rule.number)
        names = list(own()) if own else []
        detail = {name: data[name] for name in names if data.get(name) not in (None, "")}
        if detail.get("outcome") != Outcome.EXTEND:
            detail.pop("months", None)  # offered beforehand, and meant for an extension only
        if detail.get("recommendation") != Recommendation.LEAGUE:
            detail = {name: one for name, one in detail.items() if not name.startswith("league_")}
        if day := data.get("deliberated_on"):
            detail["deliberated_on"] = _iso(day)
        return Typed(
            step=self.rule.number, on=data["on"],
            body=self.committees.get(str(data.get("body") or "")), ballot=self._ballot(),
            members=[self.candidates[key] for key in dict.fromkeys(data.get("sponsors") or ())],
            detail=detail, papers=data.get("papers") or (),
            late_reason=data.get("late_reason") or "",
            entry_reason=data.get("entry_reason") or "",
            override_reason=data.get("override_reason") or "",
        )  # fmt: skip

    def _ballot(self) -> Ballot | None:
        data = self.cleaned_data
        if data.get("expected") is None and data.get("present") is None:
            return None
        counts = {name: data.get(name) or 0 for name in _COUNTS}
        return Ballot(**counts, left_out_reason=data.get("left_out_reason") or "")

    def take_faults(self, faults: Sequence[Fault]) -> None:
        """Each refusal beside the field that it is about."""
        for one in faults:
            self.add_error(one.field if one.field in self.fields else None, one.message)


_DAYS = ("applied_on", "notice_from", "notice_until")


class StaffStepForm(StepForm):
    """The vote or the decision at the end of probation of a member of staff: the other steps and
    all papers are in the paper file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, candidates=(), **kwargs)
        del self.fields["papers"], self.fields["version"]
        if self.rule.number == 23:
            days = {"applied_on": _("Application for transfer handed in on")}
            if self.rule.notice_days:
                days |= {"notice_from": _("Public notice from"),
                         "notice_until": _("Public notice until")}  # fmt: skip
            for name, label in days.items():
                self.fields[name] = forms.DateField(
                    label=label, widget=DateInput(), required=name == "applied_on"
                )
        self.fields["kept_at"] = _text(_("Where the paper file is kept"), 80)
        self.order_fields(["on", *_DAYS])

    def typed(self) -> Typed:
        made, data = super().typed(), self.cleaned_data
        days = {name: _iso(data[name]) for name in _DAYS if data.get(name)}
        return replace(made, detail={**made.detail, **days})


def _offer(one: Offered) -> str:
    return f"{one.member.name}（{one.why}）" if one.why else one.member.name


def _iso(day: dt.date) -> str:
    return day.isoformat()
