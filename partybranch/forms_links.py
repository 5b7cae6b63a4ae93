"""Forms of links: one link by its kind, its end, a contact, a wish, a round; branches beside."""

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cohorts.enums import LinkHolder, LinkTarget
from cohorts.forms.people import PersonField
from cohorts.forms.posts import DateInput
from cohorts.models import LinkKind, Unit
from partybranch.domain.link_checks import is_partner
from partybranch.enums import FLAG
from partybranch.forms import FaultyForm, StudentField, late_field
from partybranch.forms_choose import OneOf
from partybranch.models import PartyMember, PartyOrganization
from portal.core.files import FilesField


class MemberChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（" + gettext("staff") + "）" if obj.person_id else str(obj.name)


class UnitChoice(forms.ModelChoiceField):
    """Units by their names; a room with the building it lies in."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class LinkForm(forms.Form):
    """One link; only the fields that its kind ties together are asked for."""

    member = MemberChoice(label=_("Member"), queryset=PartyMember.objects.none())
    person = PersonField(label=_("Leader"), help_text=_("Staff number, or the full name."))
    student = StudentField(label=_("Student number"))
    unit = UnitChoice(label=_("Linked with"), queryset=Unit.objects.none())
    label = forms.CharField(label=_("Place or partner"), max_length=80)
    contact_name = forms.CharField(label=_("contact person"), max_length=40, required=False)
    contact_phone = forms.CharField(label=_("telephone"), max_length=30, required=False)
    goal = forms.CharField(
        label=_("Goal or plan"), max_length=200, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    starts_on = forms.DateField(label=pgettext_lazy("first day", "From"), widget=DateInput())
    ends_on = forms.DateField(
        label=_("Until and with"), widget=DateInput(), required=False, help_text=_("Empty: open.")
    )

    def __init__(
        self, *args: Any, kind: LinkKind, members: Any, students: Any, units: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, is_asked in (
            ("member", kind.holder == LinkHolder.MEMBER),
            ("person", kind.holder == LinkHolder.LEADER),
            ("student", kind.target == LinkTarget.STUDENT),
            ("unit", kind.target in (LinkTarget.ROOM, LinkTarget.CLASS, LinkTarget.UNIT)),
            ("label", kind.target == LinkTarget.PLACE),
            ("contact_name", is_partner(kind)),
            ("contact_phone", is_partner(kind)),
        ):
            if not is_asked:
                del self.fields[name]
        for name, rows in (("member", members), ("unit", units)):
            if name in self.fields:
                self.fields[name].queryset = rows  # type: ignore[attr-defined]
        if "student" in self.fields:
            self.fields["student"].students = students  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = timezone.localdate()
        if is_partner(kind):
            self.fields["starts_on"].label = _("Agreement from")
            self.fields["ends_on"].label = _("Agreement until and with")


class ContactForm(forms.Form):
    """Whom to talk to at a partner outside."""

    contact_name = forms.CharField(label=_("contact person"), max_length=40)
    contact_phone = forms.CharField(label=_("telephone"), max_length=30, required=False)


class EndLinkForm(forms.Form):
    """The last day of a link, and what came of it."""

    ends_on = forms.DateField(label=_("Until and with"), widget=DateInput())
    result = forms.CharField(
        label=_("Result"), max_length=300, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class VisitForm(forms.Form):
    """A contact, quick to write on the phone."""

    on = forms.DateField(label=_("On"), widget=DateInput())
    minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=1440, required=False)
    note = forms.CharField(
        label=_("What was done"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    problem = forms.CharField(
        label=_("Problem found"), max_length=200, required=False,
        help_text=_("What the room, class or student needs; no diagnosis and no family facts."),
    )  # fmt: skip
    outcome = forms.CharField(label=_("How it was solved"), max_length=200, required=False)
    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean_minutes(self) -> int:
        return self.cleaned_data["minutes"] or 0


class WishForm(forms.Form):
    """A wish for a member; the branch reads no reason."""

    kind = OneOf(
        label=_("What for"), queryset=LinkKind.objects.none(), empty_label=None,
        to_field_name="code",
    )  # fmt: skip
    branch = OneOf(label=_("Branch"), queryset=PartyOrganization.objects.none(), empty_label=None)
    goal = forms.CharField(
        label=_("Goal"), max_length=200, required=False,
        help_text=_("The member and the student read it: a course, a plan. No reasons, no labels."),
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: Any, branches: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = kinds  # type: ignore[attr-defined]
        self.fields["branch"].queryset = branches  # type: ignore[attr-defined]


class RoundForm(forms.Form):
    """Which kinds a round shares out, and for how long. Everything stands in the address."""

    kinds = forms.MultipleChoiceField(
        label=_("Kinds"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one kind.")},
    )  # fmt: skip
    starts_on = forms.DateField(label=pgettext_lazy("first day", "From"), widget=DateInput())
    ends_on = forms.DateField(
        label=_("Until and with"), widget=DateInput(), required=False, help_text=_("Empty: open.")
    )

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = choices  # type: ignore[attr-defined]


class JoinForm(FaultyForm):
    """A further branch beside the one that holds the relation."""

    branch = OneOf(
        label=_("Branch"), queryset=PartyOrganization.objects.none(),
        help_text=_("The membership relation stays where it is; dues and votes stay there too."),
    )  # fmt: skip
    since = forms.DateField(label=pgettext_lazy("first day", "From"), widget=DateInput())
    entry_reason = late_field()

    def __init__(self, *args: Any, branches: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches  # type: ignore[attr-defined]


class LeaveForm(FaultyForm):
    """The last day in a further branch."""

    until = forms.DateField(label=_("Until and with"), widget=DateInput())
    entry_reason = late_field()


class FilesForm(forms.Form):
    """Papers of the file as pictures or documents."""

    files = FilesField(label=_("Files"), required=True)


class FlagForm(forms.Form):
    """A flag on a member: what for, by which decision or round, from when to when."""

    kind = OneOf(
        label=_("Flag"), queryset=LinkKind.objects.filter(code__startswith=FLAG).order_by("pk"),
        empty_label=None,
    )  # fmt: skip
    label = forms.CharField(
        label=_("Decision or round"), max_length=80,
        help_text=_("Number of the document, or the round of the plan."),
    )  # fmt: skip
    starts_on = forms.DateField(label=pgettext_lazy("first day", "From"), widget=DateInput())
    ends_on = forms.DateField(
        label=_("Until and with"), widget=DateInput(), required=False, help_text=_("Empty: open.")
    )
