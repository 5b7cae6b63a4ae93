"""Contracting groups: the cohort, its partners, the people wanted, and who is missing."""

import re
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cohorts.domain.contracts import put_contract
from cohorts.enums import MemberType
from cohorts.models import Contract
from cohorts.queries.contract_groups import TypeCount, group_counts
from portal.core.adminsite.base import PortalAdmin, RefusableForm, tag

_DEFAULT_WANTED = dict.fromkeys(MemberType.values, 1)


class ContractForm(RefusableForm):
    """Beside the contract itself one number per role type: how many people it should have."""

    class Meta:
        model = Contract
        fields = (
            "cohort", "academic_year", "matters", "partners",
            "starts_on", "ends_on", "signed_on", "letter_no",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = (
            dict(self.instance.posts.values_list("member_type", "wanted"))
            if self.instance.pk
            else {}
        )
        for kind in MemberType.values:
            self.fields[f"wanted_{kind}"].initial = held.get(
                kind, 0 if held else _DEFAULT_WANTED[kind]
            )

    def wanted(self) -> dict[str, int]:
        return {k: self.cleaned_data.get(f"wanted_{k}") or 0 for k in MemberType.values}

    def clean_academic_year(self) -> str:
        year: str = self.cleaned_data["academic_year"].strip()
        found = re.fullmatch(r"(\d{4})-(\d{4})", year)
        if found is None or int(found[2]) != int(found[1]) + 1:
            raise ValidationError(
                gettext("Write it as 2025-2026: two years in a row with a hyphen.")
            )
        return year

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", gettext("The last day is before the first day."))
        return data


for _kind in MemberType:
    _top = 1 if _kind == MemberType.LEADER else 99
    _field = forms.IntegerField(label=_kind.label, min_value=0, max_value=_top, required=False)
    ContractForm.base_fields[f"wanted_{_kind.value}"] = _field
    ContractForm.declared_fields[f"wanted_{_kind.value}"] = _field


def gaps_markup(counts: list[TypeCount]) -> str:
    """Red tags for what is missing or doubled; one quiet word when the group is complete."""
    marks = []
    for one in counts:
        if one.is_doubled:
            marks.append(
                (tag(gettext("two leaders: %(names)s") % {"names": "、".join(one.names)}, "late"),)
            )
        elif one.gap:
            text = gettext("%(type)s lacks %(n)s") % {"type": one.label, "n": one.gap}
            marks.append((tag(text, "late"),))
    return format_html_join(" ", "{}", marks) if marks else tag(gettext("complete"), "ok")


class GapFilter(admin.SimpleListFilter):
    title = _("gaps")
    parameter_name = "gaps"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("has gaps")), ("no", _("complete"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in {"yes", "no"}:
            return queryset
        counts = group_counts(list(queryset))
        open_ids = [pk for pk, rows in counts.items() if any(r.gap or r.is_doubled for r in rows)]
        wanted = queryset.filter(pk__in=open_ids)
        return wanted if self.value() == "yes" else queryset.exclude(pk__in=open_ids)


@admin.register(Contract)
class ContractAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "One group for each cohort and year: who contracts it leads, answers and delivers. The "
        "people come from their posts; here you say how many are wanted, and see who is missing."
    )
    form = ContractForm
    list_display = (
        "cohort",
        "academic_year",
        "leader",
        "gaps",
        "starts_on",
        "ends_on",
        "letter_no",
    )
    list_filter = (GapFilter, "academic_year")
    list_select_related = ("cohort",)
    search_fields = ("cohort__name", "cohort__code", "letter_no", "academic_year")
    autocomplete_fields = ("cohort", "partners")
    readonly_fields = ("members", "gaps")
    fieldsets = (
        (None, {"fields": ("cohort", "academic_year", "matters", "partners")}),
        (_("Term of office"), {"fields": ("starts_on", "ends_on", "signed_on", "letter_no")}),
        (_("How many people are wanted"), {
            "fields": tuple(f"wanted_{kind}" for kind in MemberType.values),
            "description": _("0 means that the group does without this role type."),
        }),
    )  # fmt: skip

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        parts = list(super().get_fieldsets(request, obj))
        if obj is not None:
            parts.append((_("Who is in the group today"), {"fields": ("members", "gaps")}))
        return parts

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Count all groups of the page at once: the same queries for one and for fifty."""
        page = super().get_changelist_instance(request)
        contracts = list(page.result_list)
        counts = group_counts(contracts)
        for one in contracts:
            one.type_counts = counts[one.pk]
        return page

    def _counts(self, contract: Contract) -> list[TypeCount]:
        counted: list[TypeCount] | None = getattr(contract, "type_counts", None)
        return group_counts([contract])[contract.pk] if counted is None else counted

    @admin.display(description=_("contracting leader"))
    def leader(self, contract: Contract) -> str:
        return "、".join(self._counts(contract)[0].names) or "—"

    @admin.display(description=_("gaps"))
    def gaps(self, contract: Contract) -> str:
        return gaps_markup(self._counts(contract)) if contract.pk else ""

    @admin.display(description=_("members"))
    def members(self, contract: Contract) -> str:
        rows = [
            (c.label, "、".join(c.names) or "—", c.have, c.wanted) for c in self._counts(contract)
        ]
        return format_html_join("", "<p>{}：{}（{} / {}）</p>", rows)

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        put_contract(
            actor=request.user, contract=obj, partners=list(form.cleaned_data["partners"]),
            wanted=form.wanted(),
        )  # fmt: skip
