"""The form of the hand-over wizard: one receiver for each kind of open work."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.domain.leaving import WorkKind
from cohorts.forms.people import PersonField
from cohorts.forms.posts import DateInput


class HandoverForm(forms.Form):
    """``kinds``: those with open work. ``may_name``: the reader may name a successor."""

    successor = PersonField(
        label=gettext_lazy("Takes the post"), required=False,
        help_text=gettext_lazy("Is appointed to the same post at the last signature."),
    )  # fmt: skip
    successor_until = forms.DateField(
        label=gettext_lazy("Successor's last day"), widget=DateInput(), required=False
    )
    everything = PersonField(
        label=gettext_lazy("Takes all the work"), required=False,
        help_text=gettext_lazy("For every kind below without a name of its own."),
    )  # fmt: skip
    notes = forms.CharField(
        label=gettext_lazy("Notes for the receivers"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("What they must know. No psychological details here."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, kinds: Mapping[str, WorkKind], may_name: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = {code: kind for code, kind in kinds.items() if not kind.follows_post}
        if not may_name:
            del self.fields["successor"], self.fields["successor_until"]
        for code, kind in self.kinds.items():
            self.fields[f"to_{code}"] = PersonField(label=kind.label, required=False)
            if kind.can_stay:
                self.fields[f"stays_{code}"] = forms.BooleanField(
                    label=_("stays with the person"), required=False
                )

    def rows(self) -> list[tuple[str, Any, Any]]:
        """(code, receiver field, field of «stays» or None)."""
        return [
            (code, self[f"to_{code}"], self[f"stays_{code}"] if kind.can_stay else None)
            for code, kind in self.kinds.items()
        ]

    def receivers(self) -> dict[str, Any]:
        """Kind → receiver; None: it stays. Kinds without a name are left out."""
        data, chosen = self.cleaned_data, {}
        for code in self.kinds:
            person = data[f"to_{code}"] or data["everything"] or data.get("successor")
            if data.get(f"stays_{code}"):
                chosen[code] = None
            elif person is not None:
                chosen[code] = person
        return chosen

    def successor_data(self) -> dict[str, Any]:
        until: dt.date | None = self.cleaned_data.get("successor_until")
        return {"successor": self.cleaned_data.get("successor"), "successor_until": until}


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it goes back"), max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
