"""Forms of the bulk bar below the ledger."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.forms_keys import CloseForm
from cohorts.forms.people import PersonField


def _text(label: str, help_text: str, *, rows: int = 3, most: int = 1000, required: bool = True) -> forms.CharField:  # fmt: skip
    return forms.CharField(
        label=label, max_length=most, required=required, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


class AssignManyForm(forms.Form):
    owner = PersonField(
        label=_("Responsible person"),
        help_text=_("Staff number, or the full name. Takes effect at once."),
    )


class TransferManyForm(forms.Form):
    to = PersonField(label=_("To a person"), help_text=_("Staff number, or the full name."))
    words = _text(
        pgettext_lazy("case", "What is asked"),  # type: ignore[arg-type]
        _(
            "The receiver reads this and may not see the case: write what must be known, and no more."
        ),  # type: ignore[arg-type]
    )


class LowerManyForm(forms.Form):
    reason = _text(
        _("Reason"), _("Both sides read it. Each case needs a review that finds the lower level.")
    )  # type: ignore[arg-type]
    evidence = _text(_("Evidence"), "", rows=2, required=False)  # type: ignore[arg-type]


class CloseManyForm(CloseForm):
    """The same questions as for one case; each has to fulfil its conditions by itself."""

    version = None  # type: ignore[assignment]
