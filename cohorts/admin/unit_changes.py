"""Moving, renaming, closing, merging and splitting a unit: form, preview of what changes, write."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget, AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.domain.changes import Outcome
from cohorts.domain.mergers import Part, merge_units, split_unit
from cohorts.domain.rehearsal import rehearse
from cohorts.domain.tree import close_unit, move_unit
from cohorts.domain.units import rename_unit
from cohorts.models import Unit
from portal.core.errors import DomainError


class _Dated(forms.Form):
    on = forms.DateField(
        label=gettext_lazy("from"), widget=AdminDateWidget(),
        help_text=gettext_lazy("First day on which the change holds."),
    )  # fmt: skip
    order_no = forms.CharField(label=gettext_lazy("order number"), max_length=40, required=False)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        self.unit = unit
        kwargs["initial"] = {"on": timezone.localdate()}
        super().__init__(*args, **kwargs)


class _UnitField(forms.ModelChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        widget = AutocompleteSelect(Unit._meta.get_field("parent"), admin.site)
        super().__init__(Unit.objects.all(), widget=widget, **kwargs)


class MoveUnitForm(_Dated):
    parent = _UnitField(
        label=gettext_lazy("new place: belongs to"),
        help_text=gettext_lazy("The unit goes there with everything below it, posts included."),
    )
    field_order = ["parent", "on", "order_no"]


class RenameUnitForm(_Dated):
    name = forms.CharField(label=gettext_lazy("new name"), max_length=80)
    short_name = forms.CharField(label=gettext_lazy("short name"), max_length=40, required=False)
    field_order = ["name", "short_name", "on", "order_no"]


class CloseUnitForm(_Dated):
    field_order = ["on", "order_no"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = _("last day")
        self.fields["on"].help_text = _(
            "Students and open cases must have left by then; posts on the unit end that day."
        )


class MergeUnitForm(_Dated):
    into = _UnitField(
        label=gettext_lazy("goes on in"),
        help_text=gettext_lazy(
            "This unit ends; students, open cases, posts, contracting groups and units below go "
            "over to the unit chosen here, which must be of the same kind."
        ),
    )
    field_order = ["into", "on", "order_no"]


class SplitUnitForm(_Dated):
    name = forms.CharField(label=gettext_lazy("name of the new unit"), max_length=80)
    code = forms.CharField(label=gettext_lazy("code of the new unit"), max_length=40)
    short_name = forms.CharField(label=gettext_lazy("short name"), max_length=40, required=False)
    children = forms.ModelMultipleChoiceField(
        Unit.objects.none(), label=gettext_lazy("units below that go there"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    members = forms.CharField(
        label=gettext_lazy("student numbers that go there"), required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy(
            "One on each line. Posts on the old unit are held on the new one too. To divide a unit "
            "into several, split off one after the other; an empty unit closes by itself."
        ),
    )  # fmt: skip
    field_order = ["name", "code", "short_name", "children", "members", "on", "order_no"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        below = self.unit.children.filter(closed_on=None).order_by("code")
        self.fields["children"].queryset = below  # type: ignore[attr-defined]
        if not below.exists():
            del self.fields["children"]


@dataclass(frozen=True)
class Act:
    label: Any
    help: Any
    form: type[_Dated]
    run: Callable[[Any, Unit, dict[str, Any]], Any]


def _move(actor: Any, unit: Unit, data: dict[str, Any]) -> Any:
    return move_unit(actor=actor, unit=unit, **data)


def _rename(actor: Any, unit: Unit, data: dict[str, Any]) -> Any:
    return rename_unit(actor=actor, unit=unit, **data)


def _close(actor: Any, unit: Unit, data: dict[str, Any]) -> Any:
    return close_unit(actor=actor, unit=unit, closed_on=data["on"], order_no=data["order_no"])


def _merge(actor: Any, unit: Unit, data: dict[str, Any]) -> Any:
    return merge_units(
        actor=actor, units=[unit], into=data["into"], on=data["on"], order_no=data["order_no"]
    )


def _split(actor: Any, unit: Unit, data: dict[str, Any]) -> Any:
    part = Part(
        data["name"], data["code"].strip(), data["short_name"], data["members"].split(),
        list(data.get("children") or ()),
    )  # fmt: skip
    return split_unit(
        actor=actor, unit=unit, parts=[part], on=data["on"], order_no=data["order_no"]
    )


ACTS: dict[str, Act] = {
    "move": Act(
        gettext_lazy("Move"),
        gettext_lazy("The unit belongs to another one from that day; today or earlier."),
        MoveUnitForm, _move,
    ),
    "rename": Act(
        gettext_lazy("Rename"),
        gettext_lazy("The old name stays readable for the days before. A slip is corrected in the form of the unit instead."),
        RenameUnitForm, _rename,
    ),
    "close": Act(
        gettext_lazy("Close"), gettext_lazy("The unit stays for history."), CloseUnitForm, _close
    ),
    "merge": Act(
        gettext_lazy("Merge into another"),
        gettext_lazy("The unit closes and its successor is recorded."),
        MergeUnitForm, _merge,
    ),
    "split": Act(
        gettext_lazy("Split off a part"),
        gettext_lazy("A new unit of the same kind opens beside this one and takes a part of it."),
        SplitUnitForm, _split,
    ),
}  # fmt: skip


def act_links(unit: Unit | None) -> list[dict[str, str]]:
    """Buttons of an open unit, in a fixed order."""
    if unit is None or unit.closed_on is not None:
        return []
    codes = [code for code in ACTS if unit.parent_id is not None or code == "rename"]
    return [
        {"label": str(ACTS[code].label), "url": reverse("admin:cohorts_unit_act", args=[unit.pk, code])}
        for code in codes
    ]  # fmt: skip


def act_view(site: admin.AdminSite, request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Form → preview (the change itself, taken back) → change. Refusals stand in the form."""
    unit, act = Unit.objects.filter(pk=pk).first(), ACTS.get(code)
    if unit is None or act is None:
        raise Http404
    if not request.user.has_perm("cohorts.change_college"):
        raise PermissionDenied
    form = act.form(request.POST if request.method == "POST" else None, unit=unit)
    outcome = None
    if request.method == "POST" and form.is_valid():
        actor, data = request.user, form.cleaned_data
        try:
            if request.POST.get("step") == "apply":
                act.run(actor, unit, data)
                messages.success(request, _("Done: %(act)s, %(unit)s.") % {"act": act.label, "unit": unit})  # fmt: skip
                return HttpResponseRedirect(reverse("admin:cohorts_unit_changelist"))
            result = rehearse(lambda: act.run(actor, unit, data))
            outcome = result if isinstance(result, Outcome) else Outcome(unit)
        except DomainError as error:
            form.add_error(None, str(error))
    context = {
        **site.each_context(request), "form": form, "unit": unit, "act": act, "outcome": outcome,
        "title": f"{act.label} · {unit.name}", "opts": Unit._meta, "media": form.media,
    }  # fmt: skip
    return render(request, "admin/unit_act.html", context)
