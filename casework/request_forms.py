"""Forms of requests: what is typed stays when something is to be corrected."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.models import RequestKind
from casework.queries.request_routing import Proposal, offices
from cohorts.enums import UnitKind
from cohorts.models import Unit
from portal.core.files import FilesField
from portal.core.models import User

_YES_NO = [("yes", _("Yes")), ("no", _("No"))]


class KeyedForm(forms.Form):
    """Carries the key by which the same form sent twice is one."""

    client_key = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"client_key": str(uuid.uuid4()), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def clean_client_key(self) -> uuid.UUID:
        try:
            return uuid.UUID(self.cleaned_data["client_key"])
        except ValueError:
            return uuid.uuid4()


class RequestForm(KeyedForm):
    """One request. ``kinds`` are those that this way of sending offers; chips on the page."""

    kind = forms.ChoiceField(
        label=_("What is it about"), widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is about.")},
    )  # fmt: skip
    about = forms.ChoiceField(
        label=_("The unit the complaint is about"), required=False,
        help_text=_("Nobody who holds a post there, above it or below it will handle it."),
    )  # fmt: skip
    text = forms.CharField(
        label=_("What happened"), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": _("Write at least one sentence: what happened, where, since when?"),
            "max_length": _("At most 2000 characters; the rest can go into a file."),
        },
    )  # fmt: skip
    place = forms.CharField(
        label=_("Place"), required=False, max_length=80,
        help_text=_("Building and room, or where it happened."),
    )  # fmt: skip
    files = FilesField()

    def __init__(self, *args: Any, kinds: Sequence[RequestKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = {one.pk: one for one in kinds}
        self.fields["kind"].choices = [(one.pk, one.name) for one in kinds]  # type: ignore[attr-defined]
        if any(one.is_protected for one in kinds):
            about = [one for one in offices() if one.kind != UnitKind.COHORT]
            self.units = {str(one.pk): one for one in about}
            self.fields["about"].choices = [  # type: ignore[attr-defined]
                ("", _("none in particular")), *((str(u.pk), u.name) for u in about),
            ]  # fmt: skip
        else:
            self.units = {}
            del self.fields["about"]

    def kind_chosen(self) -> RequestKind:
        return self.kinds[self.cleaned_data["kind"]]

    def about_chosen(self) -> Unit | None:
        """Only a protected complaint is about somebody; else what was chosen before is dropped."""
        if not self.kind_chosen().is_protected:
            return None
        return self.units.get(self.cleaned_data.get("about") or "")


class RouteForm(KeyedForm):
    """To which office; proposals of the duty list stand first and say why."""

    office = forms.ChoiceField(
        label=_("Office"), error_messages={"required": _("Choose an office.")}
    )
    note = forms.CharField(
        label=_("Note for the office"), required=False, max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, proposals: Sequence[Proposal] = (), **kwargs: Any) -> None:
        self.proposals = {str(one.unit.pk): one for one in proposals}
        first = next(iter(self.proposals), "")
        kwargs["initial"] = {"office": first, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.units = {str(one.pk): one for one in offices()}
        proposed = [(key, _proposed(one)) for key, one in self.proposals.items()]
        rest = [(key, one.name) for key, one in self.units.items() if key not in self.proposals]
        groups = [(_("Proposed by the duty list"), proposed)] if proposed else []
        self.fields["office"].choices = [*groups, (_("All offices"), rest)]  # type: ignore[attr-defined]

    def office_chosen(self) -> Unit:
        return self.units[self.cleaned_data["office"]]

    def duty_chosen(self) -> Any:
        found = self.proposals.get(self.cleaned_data["office"])
        return found.duty if found else None


def _proposed(one: Proposal) -> str:
    if one.duty is None:
        return one.unit.name
    found = f"（{'、'.join(one.found)}）" if one.found else ""
    return f"{one.unit.name} — {one.duty.matter}{found}"


class TransferForm(KeyedForm):
    """To another office, back to the desk, or (protected) to another independent handler."""

    target = forms.ChoiceField(label=_("To whom"))
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say in one sentence why it belongs elsewhere.")},
    )  # fmt: skip

    def __init__(
        self, *args: Any, people: Sequence[User] = (), is_protected: bool = False, now: int = 0,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.people = {f"p{one.pk}": one for one in people}
        self.units = {} if is_protected else {str(u.pk): u for u in offices() if u.pk != now}
        here = [(key, one.name) for key, one in self.people.items()]
        there = [] if is_protected else [("desk", _("back to the desk"))]
        there += [(key, one.name) for key, one in self.units.items()]
        groups = [(_("Colleagues"), here)] if here else []
        self.fields["target"].choices = [*groups, (_("Other offices"), there)]  # type: ignore[attr-defined]


class AnswerForm(KeyedForm):
    answer = forms.CharField(
        label=_("Answer to the sender"), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write what was done, or why it cannot be done.")},
    )  # fmt: skip
    files = FilesField()


class ConfirmForm(KeyedForm):
    """Solved and satisfied are two questions; they are never made into one figure."""

    solved = forms.ChoiceField(
        label=_("Is it solved?"), choices=_YES_NO, widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it is solved.")},
    )  # fmt: skip
    satisfied = forms.ChoiceField(
        label=_("Are you satisfied with how it was handled?"), choices=_YES_NO, required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip

    def is_solved(self) -> bool:
        return bool(self.cleaned_data["solved"] == "yes")

    def is_satisfied(self) -> bool | None:
        said = self.cleaned_data["satisfied"]
        return said == "yes" if said else None


class ReopenForm(KeyedForm):
    words = forms.CharField(
        label=_("What is still wrong?"), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say in one sentence what is still wrong.")},
    )  # fmt: skip
    files = FilesField()


class RecheckForm(KeyedForm):
    fine = forms.ChoiceField(
        label=_("Is it still fine?"), choices=_YES_NO, widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )  # fmt: skip
    words = forms.CharField(
        label=_("If not: what is wrong now?"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class CodeForm(forms.Form):
    """Building by its code or the first letters of its name."""

    unit = forms.CharField(
        label=_("Building"), max_length=60,
        error_messages={"required": _("Enter the building's name or code.")},
    )  # fmt: skip
