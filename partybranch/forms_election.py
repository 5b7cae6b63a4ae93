"""The form of an election: its counts, and a row for each candidate with the talk before it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.forms.posts import DateInput
from partybranch.domain.elections import ElectionTyped, Standing
from partybranch.domain.facts import Fault
from partybranch.enums import BranchPost
from partybranch.models import PartyMember

ROWS = 9  # seven seats ask for nine candidates


def _count(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=999, **more)


class ElectionForm(forms.Form):
    """``voters``: members of the branch who may elect and be elected."""

    on = forms.DateField(label=_("Date"), widget=DateInput())
    is_committee = forms.BooleanField(
        label=_("A branch committee is elected"), required=False,
        help_text=_("From seven full members on; a smaller branch elects a secretary."),
    )  # fmt: skip
    seats = _count(pgettext_lazy("election", "seats"))
    right = _count(_("members with election right"))
    present = _count(pgettext_lazy("ballot", "Present"))
    returned = _count(_("ballots returned"))
    invalid = _count(_("Invalid"), required=False)
    term_months = _count(_("term in months"), initial=36)
    entry_reason = forms.CharField(
        label=_("Why entered late"), max_length=300, required=False,
        help_text=_("Needed when the event was long ago: why only now, and which paper proves "
                    "the date."),
    )  # fmt: skip
    client_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, voters: Sequence[PartyMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in voters}
        names = [("", "—"), *((key, one.name) for key, one in self.people.items())]
        posts = [("", "—"), *BranchPost.choices]
        for row in range(ROWS):
            self.fields |= {
                f"member_{row}": forms.ChoiceField(
                    label=_("Candidate"), choices=names, required=False),
                f"post_{row}": forms.ChoiceField(label=_("post"), choices=posts, required=False),
                f"votes_{row}": _count(pgettext_lazy("candidate", "votes"), required=False),
                f"talked_on_{row}": forms.DateField(
                    label=_("talk on"), widget=DateInput(), required=False),
                f"talked_by_{row}": forms.CharField(
                    label=_("Talk held by"), max_length=40, required=False),
                f"talk_note_{row}": forms.CharField(
                    label=_("what came of the talk"), max_length=300, required=False),
            }  # fmt: skip

    def plain_fields(self) -> list[BoundField]:
        return [self[name] for name in self.base_fields if not self[name].is_hidden]

    def rows(self) -> list[list[BoundField]]:
        """The fields of each candidate."""
        parts = ("member", "post", "votes", "talked_on", "talked_by", "talk_note")
        return [[self[f"{part}_{row}"] for part in parts] for row in range(ROWS)]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for row in range(ROWS):
            if not data.get(f"member_{row}"):
                continue
            for part in ("post", "votes", "talked_on", "talked_by"):
                if data.get(f"{part}_{row}") in (None, ""):
                    self.add_error(f"{part}_{row}", _("Needed for each candidate."))
        return data

    def typed(self) -> ElectionTyped:
        data = self.cleaned_data
        candidates = [
            Standing(
                self.people[key], BranchPost(data[f"post_{row}"]), data[f"votes_{row}"],
                data[f"talked_on_{row}"], data[f"talked_by_{row}"], data[f"talk_note_{row}"],
            )
            for row in range(ROWS)
            if (key := data[f"member_{row}"])
        ]  # fmt: skip
        names = ("on", "is_committee", "seats", "right", "present", "returned", "term_months")
        return ElectionTyped(
            candidates=candidates, invalid=data["invalid"] or 0,
            entry_reason=data["entry_reason"],
            **{name: data[name] for name in names},
        )  # fmt: skip

    def take_faults(self, faults: Sequence[Fault]) -> None:
        """What the domain refused, beside the fields that it names."""
        for one in faults:
            self.add_error(one.field if one.field in self.fields else None, one.message)
