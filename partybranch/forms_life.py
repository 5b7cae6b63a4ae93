"""The form of a branch event with attendance by tapping, and that of a vote."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.forms.people import PersonField
from cohorts.forms.posts import DateInput
from partybranch.domain.facts import Ballot
from partybranch.domain.life import Came, EventTyped
from partybranch.enums import Body, Grade, Presence
from partybranch.forms import FaultyForm, late_field
from partybranch.forms_choose import BoxList
from partybranch.models import Attendance, EventKind, PartyMember, PartyOrganization
from portal.core.files import FilesField

NOT_CALLED = ""
_TAPS = [*Presence.choices, (NOT_CALLED, pgettext_lazy("attendance", "not called"))]
_STUDIED = ("self_study", "group_study", "expert_study")
_COUNTS = ("expected", "present", "yes", "no", "abstain", "invalid", "written_yes", "left_out")


def _text(label: Any, length: int, required: bool = True, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=required, **more)


def _area(
    label: Any, length: int, rows: int, required: bool = True, **more: Any
) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return _text(label, length, required, widget=widget, **more)


def _minutes(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=1440, required=False)


def _count(label: Any, required: bool = False, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=9999, required=required, **more)


class TapForm(FaultyForm):
    """Attendance by tapping. ``roll``: members who may be called; ``came``: how each is marked at
    first. The fields of a member are ``came_<key>`` and ``why_<key>``. ``starts_present``: some are
    marked as present, so that only those who did not come are tapped."""

    def __init__(
        self, *args: Any, roll: Sequence[PartyMember], came: Mapping[int, Came], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.roll = roll
        self.starts_present = any(one.presence == Presence.PRESENT for one in came.values())
        for one in roll:
            mark = came.get(one.pk)
            self.fields[f"came_{one.pk}"] = forms.ChoiceField(
                label=one.name, choices=_TAPS, required=False, widget=forms.RadioSelect,
                initial=mark.presence if mark else NOT_CALLED,
            )  # fmt: skip
            self.fields[f"why_{one.pk}"] = _text(
                _("reason"), 80, False, initial=mark.reason if mark else ""
            )

    def plain_fields(self) -> list[BoundField]:
        return [
            self[name]
            for name in self.base_fields
            if name in self.fields and not self[name].is_hidden
        ]

    def taps(self) -> list[tuple[BoundField, BoundField]]:
        """(mark, reason) of each member, for the rows to tap."""
        return [(self[f"came_{one.pk}"], self[f"why_{one.pk}"]) for one in self.roll]

    def came(self) -> dict[int, Came]:
        """How each member was marked; call after ``is_valid``."""
        data = self.cleaned_data
        return {
            one.pk: Came(Presence(mark), data[f"why_{one.pk}"])
            for one in self.roll
            if (mark := data[f"came_{one.pk}"])
        }


def _seen() -> forms.CharField:
    """How the lines stood when the form was opened."""
    return forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)


class SideForm(TapForm):
    """Attendance of a branch that is named in the event of another one."""

    entry_reason = late_field()
    seen = _seen()


def partner_groups(partners: Iterable[Any]) -> list[tuple[Any, list[tuple[int, str]]]]:
    """(heading, [(key, name)]) of the branches that may be named, in their order."""
    near, others = [], []
    for one in partners:
        (near if one.is_near else others).append((one.pk, one.name))
    groups = ((_("branches under the same committee"), near),
              (_("linked branches, and those named before"), others))  # fmt: skip
    return [(heading, rows) for heading, rows in groups if rows]


class EventForm(TapForm):
    """An event of a branch. ``partners``: branches that may have held it together."""

    kinds = forms.ModelMultipleChoiceField(
        label=_("kinds"), queryset=EventKind.objects.none(), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one kind.")},
        help_text=_("One event may satisfy several kinds."),
    )  # fmt: skip
    partners = forms.ModelMultipleChoiceField(
        label=_("held together with"), queryset=PartyOrganization.objects.none(), required=False,
        widget=BoxList(_("held together with")),
        help_text=_("It counts for each of them as soon as it enters who of its members came."),
    )  # fmt: skip
    on = forms.DateField(label=_("Date"), widget=DateInput())
    place = _text(_("place"), 60)
    topic = _text(_("topic"), 120)
    agenda = _area(_("agenda"), 2000, 4, False, help_text=_("One item on each line."))
    first_item = _text(
        _("first item"), 200, False, help_text=_("Which document was studied before all else.")
    )
    host = _text(_("host"), 40)
    recorder = _text(_("recorder"), 40)
    speaker = _text(_("speaker"), 40, False)
    guests = _text(_("guests"), 200, False)
    content = _area(_("content"), 6000, 6)
    decisions = _area(_("resolutions"), 2000, 3, False, help_text=_("One in each line."))
    self_study = _minutes(_("minutes of self-study"))
    group_study = _minutes(_("minutes of group study"))
    expert_study = _minutes(_("minutes with an expert"))
    audience = forms.IntegerField(
        label=_("audience"), min_value=0, max_value=1_000_000, required=False,
        help_text=_("People reached beside the members who are called: listeners of a talk, visitors."),
    )  # fmt: skip
    entry_reason = _text(
        _("Why entered late"), 300, False,
        help_text=_("Needed when the event was long ago; it is shown as a late entry."),
    )  # fmt: skip
    files = FilesField()
    client_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, kinds: Any, partners: Any, is_above: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].queryset = kinds  # type: ignore[attr-defined]
        offered: Any = self.fields["partners"]
        offered.queryset = partners
        offered.widget.choices = partner_groups(partners)
        # A meeting of secretaries follows an agenda; study is counted in the branches.
        for name in (*_STUDIED, "partners", "audience") if is_above else ("agenda",):
            del self.fields[name]

    def typed(self) -> EventTyped:
        data = self.cleaned_data
        names = ("on", "topic", "place", "host", "recorder", "content", "speaker", "guests",
                 "first_item", "decisions", "entry_reason")  # fmt: skip
        return EventTyped(
            kinds=list(data["kinds"]), came=self.came(), agenda=data.get("agenda", ""),
            partners=list(data.get("partners") or ()), audience=data.get("audience") or 0,
            **{name: data[name] for name in names},
            **{name: data.get(name) or 0 for name in _STUDIED},
        )  # fmt: skip


def first_marks(
    roll: Sequence[PartyMember], called: str, officers: Collection[int]
) -> dict[int, Came]:
    """Who is marked as present when the form opens: those whom this kind of event calls."""
    here = Came(Presence.PRESENT)
    if called in ("members", "heads"):
        return {one.pk: here for one in roll}
    return {one.pk: here for one in roll if called == "committee" and one.pk in officers}


class VoteForm(FaultyForm):
    """A vote by counts only."""

    matter = _text(_("matter"), 120)
    body = forms.ChoiceField(
        label=_("vote by"), choices=[(one.value, one.label) for one in (Body.MEETING, Body.BRANCH)]
    )
    expected = _count(_("Should attend, with voting right"), True)
    present = _count(pgettext_lazy("ballot", "Present"), True)
    yes = _count(pgettext_lazy("ballot", "Yes"), True)
    no = _count(pgettext_lazy("ballot", "No"))
    abstain = _count(_("Abstained"))
    invalid = _count(_("Invalid"))
    written_yes = _count(
        _("Yes in writing"), help_text=_("Of absent members, handed in before the meeting.")
    )
    left_out = _count(_("Left out of those who should attend"))
    left_out_reason = _text(_("Why left out"), 200, False)
    client_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def ballot(self) -> Ballot:
        data = self.cleaned_data
        counts = {name: data[name] or 0 for name in _COUNTS}
        return Ballot(**counts, left_out_reason=data["left_out_reason"])


class GradeForm(FaultyForm):
    """A grade for each member who was called; left empty where none was given."""

    seen = _seen()

    def __init__(self, *args: Any, rows: Sequence[Attendance], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = {f"grade_{one.member_id}": one.member_id for one in rows}
        for one in rows:
            self.fields[f"grade_{one.member_id}"] = forms.ChoiceField(
                label=one.member.name, choices=[("", "—"), *Grade.choices], required=False,
                initial=one.grade,
            )  # fmt: skip

    def grades(self) -> dict[int, Grade]:
        given = {key: self.cleaned_data[name] for name, key in self.keys.items()}
        return {key: Grade(grade) for key, grade in given.items() if grade}


class CertificateForm(FaultyForm):
    """The day, and a number for each member who came; left empty where none was given."""

    on = forms.DateField(label=_("certificate of"), widget=DateInput())
    seen = _seen()

    def __init__(self, *args: Any, rows: Sequence[Attendance], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = {f"no_{one.member_id}": one.member_id for one in rows}
        for one in rows:
            self.fields[f"no_{one.member_id}"] = _text(
                one.member.name, 40, False, initial=one.certificate_no
            )

    def numbers(self) -> dict[int, str]:
        return {key: self.cleaned_data[name] for name, key in self.keys.items()}


class ResolutionForm(FaultyForm):
    """A resolution as a task: what, who, until when."""

    text = _area(_("What is to be done"), 200, 2)
    owner = PersonField(label=_("Person"), help_text=_("Staff number, or the full name."))
    due_on = forms.DateField(label=_("due"), widget=DateInput())


class WithdrawForm(forms.Form):
    reason = _text(_("Reason"), 200)
    version = forms.IntegerField(widget=forms.HiddenInput)


def day_or_today(text: str, today: dt.date) -> dt.date:
    """A day from the address; today where it is none or lies ahead."""
    try:
        return min(dt.date.fromisoformat(text), today)
    except ValueError:
        return today
