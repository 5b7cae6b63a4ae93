"""Forms of the party side that are the same for every step; those of single steps: forms_steps."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cohorts.forms.people import PersonField
from cohorts.forms.posts import DateInput
from partybranch.domain.facts import Fault
from partybranch.enums import Decision, Look
from partybranch.forms_choose import OneOf
from partybranch.models import PartyOrganization
from students.models import Student

_WHY = {"required": _("Say in one sentence why.")}
_LATE_ENTRY = _(
    "Needed when the event was long ago: why only now, and which paper proves the date."
)


def late_field() -> forms.CharField:
    """Why something of long ago is entered only now."""
    return forms.CharField(
        label=_("Why entered late"), max_length=300, required=False, help_text=_LATE_ENTRY
    )


class FaultyForm(forms.Form):
    """Shows what the domain refused beside the fields that it names."""

    def take_faults(self, faults: Sequence[Fault]) -> None:
        for one in faults:
            self.add_error(one.field if one.field in self.fields else None, one.message)


class StudentField(forms.CharField):
    """Cleans to a student whom ``students`` holds, by student number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)
        self.students: QuerySet[Student] = Student.objects.none()

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        found = self.students.filter(student_no=text.strip()).first() if text else None
        if text and found is None:
            raise ValidationError(
                gettext(
                    "No student with this number is within reach of your post. Check the number."
                )
            )
        return found


class ApplicationForm(FaultyForm):
    """Step 1: an application that was received."""

    student = StudentField(label=_("Student number"))
    branch = OneOf(
        label=_("Branch"), queryset=PartyOrganization.objects.none(),
        help_text=_("The branch of the place of study that holds the membership relation."),
    )  # fmt: skip
    on = forms.DateField(label=_("Received on"), widget=DateInput())
    is_citizen = forms.BooleanField(
        label=_("Chinese citizen, checked by the identity document"), required=False
    )
    has_paper = forms.BooleanField(
        label=_("The application is in the file"), required=False, initial=True
    )
    leaves_on = forms.DateField(
        label=_("Expected to leave school"), widget=DateInput(), required=False,
        help_text=_("Empty: the end of the regular course of study."),
    )  # fmt: skip
    entry_reason = late_field()
    client_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, students: "QuerySet[Student]", branches: "QuerySet[Any]", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["student"].students = students  # type: ignore[attr-defined]
        self.fields["branch"].queryset = branches  # type: ignore[attr-defined]


class FormerForm(forms.Form):
    """An activist who comes from another organisation, or with ``last`` 20 a member on probation,
    with the steps that its file proves. ``steps``: their names by number."""

    student = StudentField(label=_("Student number"))
    branch = OneOf(label=_("Branch"), queryset=PartyOrganization.objects.none())
    organisation = forms.CharField(label=_("Former organisation"), max_length=80)
    until = forms.DateField(label=_("There until"), widget=DateInput())
    resumed_on = forms.DateField(label=_("Here from"), widget=DateInput())
    is_accepted = forms.BooleanField(
        label=_("The file is complete and was accepted after review: the time counts"),
        required=False,
    )
    reason = forms.CharField(label=_("What the file consists of"), max_length=300)

    def __init__(
        self, *args: Any, students: "QuerySet[Student]", branches: "QuerySet[Any]",
        steps: dict[int, str], needed: int, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["student"].students = students  # type: ignore[attr-defined]
        self.fields["branch"].queryset = branches  # type: ignore[attr-defined]
        for number, name in steps.items():
            self.fields[f"on_{number}"] = forms.DateField(
                label=f"{number} {name}", widget=DateInput(), required=number <= needed
            )
        self.order_fields(["student", "branch", "organisation", *(f"on_{n}" for n in steps)])

    def days(self) -> dict[int, Any]:
        """The day of each step that was typed; call after ``is_valid``."""
        names = ((name, day) for name, day in self.cleaned_data.items() if name.startswith("on_"))
        return {int(name[3:]): day for name, day in names if day}


class HandOverForm(forms.Form):
    """The file goes to a branch of the school, or outside."""

    branch = OneOf(label=_("To branch"), queryset=PartyOrganization.objects.none(), required=False)
    outside = forms.CharField(label=_("Or outside the school"), max_length=80, required=False)
    on = forms.DateField(label=pgettext_lazy("first day", "From"), widget=DateInput())
    reason = forms.CharField(
        label=_("Reason"), max_length=150, error_messages=_WHY,
        help_text=_("Why, and how the papers of the file were handed over."),
    )  # fmt: skip

    def __init__(self, *args: Any, branches: "QuerySet[Any]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches  # type: ignore[attr-defined]
        self.fields["on"].initial = timezone.localdate()


class EntryForm(forms.Form):
    """An entry of the cultivation book."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Look.choices)
    on = forms.DateField(label=_("On"), widget=DateInput())
    branch = OneOf(
        label=_("Recorded by branch"), queryset=PartyOrganization.objects.none(), required=False,
        help_text=_("Empty: the home branch. Functional and temporary branches may add entries."),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    entry_reason = late_field()
    client_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, branches: "QuerySet[Any]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches  # type: ignore[attr-defined]
        self.fields["on"].initial = timezone.localdate()


class NoticeForm(forms.Form):
    """A public notice; its last day is computed by working days."""

    step = forms.TypedChoiceField(
        label=_("Before"), coerce=int,
        choices=[(7, _("confirming the development target")), (23, _("the vote on transfer"))],
    )  # fmt: skip
    starts_on = forms.DateField(label=pgettext_lazy("first day", "From"), widget=DateInput())
    result = forms.CharField(label=_("Result"), max_length=200, required=False)
    entry_reason = late_field()


class DecisionForm(forms.Form):
    """A new decision that takes back or postpones."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("development", "Decision"),
        choices=[(one.value, one.label) for one in (
            Decision.BACK, Decision.TARGET_OFF, Decision.STOP, Decision.POSTPONED)],
    )  # fmt: skip
    from_step = forms.TypedChoiceField(
        label=_("Take back from step"), coerce=int, empty_value=None, required=False,
        help_text=_("For “take steps again”: this step and all that rest on it."),
    )  # fmt: skip
    months = forms.IntegerField(
        label=_("Months"), min_value=1, max_value=12, required=False,
        help_text=_("Only for postponing."),
    )  # fmt: skip
    on = forms.DateField(label=_("Decided on"), widget=DateInput())
    decided_by = forms.CharField(label=_("Decided by"), max_length=80)
    reason = forms.CharField(label=_("Reason"), max_length=300, error_messages=_WHY)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, steps: "list[tuple[int, str]]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_step"].choices = [("", "—"), *steps]  # type: ignore[attr-defined]


class MemberForm(FaultyForm):
    """A member whose relation comes from another organisation."""

    student_no = StudentField(label=_("Student number"), required=False)
    person = PersonField(
        label=_("Member of staff"), required=False, help_text=_("Staff number, or the full name.")
    )
    joined_on = forms.DateField(label=_("Joined on"), widget=DateInput())
    full_on = forms.DateField(
        label=_("Full member from"), widget=DateInput(), required=False,
        help_text=_("Empty: on probation."),
    )  # fmt: skip
    since = forms.DateField(label=_("Relation here from"), widget=DateInput())
    origin = forms.CharField(label=_("From which organisation"), max_length=80)
    letter_no = forms.CharField(
        label=pgettext_lazy("membership relation", "letter number"), max_length=40, required=False
    )
    entry_reason = late_field()

    def __init__(self, *args: Any, students: "QuerySet[Student]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["student_no"].students = students  # type: ignore[attr-defined]


class MoveForm(FaultyForm):
    """The membership relation moves to a branch of the school, or outside."""

    branch = OneOf(label=_("To branch"), queryset=PartyOrganization.objects.none(), required=False)
    outside = forms.CharField(label=_("Or outside the school"), max_length=80, required=False)
    on = forms.DateField(label=pgettext_lazy("first day", "From"), widget=DateInput())
    letter_no = forms.CharField(
        label=pgettext_lazy("membership relation", "letter number"), max_length=40, required=False
    )
    entry_reason = late_field()

    def __init__(self, *args: Any, branches: "QuerySet[Any]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches  # type: ignore[attr-defined]


class SuspendForm(forms.Form):
    """Suspension of a member by a decision; without a last day it goes on."""

    since = forms.DateField(label=_("suspended from"), widget=DateInput())
    until = forms.DateField(
        label=_("suspended until"), widget=DateInput(), required=False,
        help_text=_("The last day; enter it when the rights are restored."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Decision and reason"), max_length=200, error_messages=_WHY)


class PaperForm(forms.Form):
    """Papers that came into the file after their step."""

    papers = forms.MultipleChoiceField(
        label=_("Papers now in the file"), widget=forms.CheckboxSelectMultiple
    )
    on = forms.DateField(label=_("Handed in on"), widget=DateInput())

    def __init__(self, *args: Any, papers: "list[str]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["papers"].choices = [(one, one) for one in papers]  # type: ignore[attr-defined]
        self.fields["on"].initial = timezone.localdate()
