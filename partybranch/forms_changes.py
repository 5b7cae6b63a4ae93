"""Forms of applications about branches: the simulator, corrections, sending, the decision."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cohorts.forms.posts import DateInput
from partybranch.domain.grouping import MOST_GROUPS
from partybranch.enums import BESIDE_KINDS, Grouping, PartyKind
from partybranch.forms import FaultyForm
from partybranch.forms_choose import BoxList, OneOf
from partybranch.models import PartyOrganization, ProposedBranch, Reorganization

_KINDS = [(one, one.label) for one in (PartyKind.JOINT, PartyKind.REGULAR)]
BESIDE_CHOICES = [(one, one.label) for one in BESIDE_KINDS]


class SimulateForm(FaultyForm):
    """Which branches, by what: asked by address, so that a simulation can be passed on."""

    branches = forms.ModelMultipleChoiceField(
        PartyOrganization.objects.none(), label=_("branches concerned"),
        widget=BoxList(_("branches concerned")),
        error_messages={"required": _("Choose the branches that the application concerns.")},
    )  # fmt: skip
    rule = forms.ChoiceField(label=_("grouped"), choices=Grouping.choices)
    count = forms.IntegerField(
        label=_("how many branches"), min_value=1, max_value=MOST_GROUPS,
        help_text=_("Counts only where people are dealt out evenly."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("new branches are"), choices=_KINDS)

    def __init__(self, *args: Any, branches: Sequence[PartyOrganization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = PartyOrganization.objects.filter(pk__in=[one.pk for one in branches])
        field: Any = self.fields["branches"]
        field.queryset = rows.select_related("college_side", "academy_side").order_by("code")
        field.label_from_instance = lambda one: one.name


class DraftForm(SimulateForm):
    title = forms.CharField(label=_("title of the application"), max_length=80)
    client_key = forms.UUIDField(widget=forms.HiddenInput)


class ProposedForm(FaultyForm):
    """A new branch as it will be."""

    name = forms.CharField(label=_("name"), max_length=80)
    short_name = forms.CharField(label=_("short name"), max_length=40, required=False)
    kind = forms.ChoiceField(label=_("kind"), choices=_KINDS)
    parent = OneOf(PartyOrganization.objects.none(), label=_("belongs to"))

    def __init__(self, *args: Any, parents: Any, is_beside: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_beside:
            self.fields["kind"].choices = BESIDE_CHOICES  # type: ignore[attr-defined]
        self.fields["parent"].queryset = parents  # type: ignore[attr-defined]


class AddBranchForm(FaultyForm):
    """One more branch in a proposal: a name for a new one, or one that is there."""

    name = forms.CharField(
        label=_("name of a new branch"), max_length=80, required=False,
        help_text=_("Or choose an open branch below that takes people in."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("the new branch is a"), choices=_KINDS)
    existing = OneOf(
        PartyOrganization.objects.none(), label=_("open branch"), required=False,
    )  # fmt: skip

    def __init__(self, *args: Any, branches: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["existing"].queryset = branches  # type: ignore[attr-defined]


class BesideForm(FaultyForm):
    """A functional or temporary branch that is asked for."""

    name = forms.CharField(label=_("name"), max_length=80)
    kind = forms.ChoiceField(
        label=_("kind"), choices=BESIDE_CHOICES,
        help_text=_("Members keep their home branch; such a branch admits nobody and collects no dues."),
    )  # fmt: skip
    parent = OneOf(PartyOrganization.objects.none(), label=_("belongs to"))
    task_until = forms.DateField(
        label=_("the task ends on"), required=False, widget=DateInput(),
        help_text=_("Asked for of a temporary branch: it closes by itself after this day."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("what the branch is for"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    client_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, parents: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = parents  # type: ignore[attr-defined]


class PlaceForm(forms.Form):
    """Corrections by hand: the people ticked go to one branch of the proposal, or stay."""

    selected = forms.MultipleChoiceField(choices=[])
    target = OneOf(ProposedBranch.objects.none(), required=False)

    def __init__(self, *args: Any, change: Reorganization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = change.places.values_list("pk", flat=True)
        self.fields["selected"].choices = [(str(pk), "") for pk in keys]  # type: ignore[attr-defined]
        self.fields["target"].queryset = change.proposed.all()  # type: ignore[attr-defined]


class SendForm(FaultyForm):
    reason = forms.CharField(
        label=_("why the branches are to change"), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    override_reason = forms.CharField(
        label=_("why a rule that holds generally is set aside"), max_length=300, required=False,
        help_text=_("Asked for only where one is not kept."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)


class EndForm(FaultyForm):
    reason = forms.CharField(label=_("reason"), max_length=200)


class ApproveForm(FaultyForm):
    """The committee's decision, entered by the organiser."""

    decided_on = forms.DateField(label=_("decided on"), widget=DateInput())
    decision_no = forms.CharField(
        label=_("number of the decision"), max_length=40,
        help_text=_("As on the committee's paper, for example 社区党〔2026〕18号."),
    )  # fmt: skip
    effective_on = forms.DateField(
        label=_("in force from"), widget=DateInput(),
        help_text=_("First day of the new branches; the old ones end the day before."),
    )  # fmt: skip
    note = forms.CharField(label=_("note of the committee"), max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class RefuseForm(FaultyForm):
    decided_on = forms.DateField(label=_("decided on"), widget=DateInput())
    decision_no = forms.CharField(label=_("number of the decision"), max_length=40, required=False)
    note = forms.CharField(label=_("why it was not approved"), max_length=300)
    version = forms.IntegerField(widget=forms.HiddenInput)
