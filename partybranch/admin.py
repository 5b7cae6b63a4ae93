"""Party organisations in the tree of units, the steps of the rules, and yearly plans."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cohorts.admin.units import register_kind
from partybranch.domain.refresh import refresh_open
from partybranch.models import (
    AdmissionPlan,
    EventKind,
    HonourKind,
    PartyOrganization,
    RuleVersion,
    Step,
)
from portal.core.adminsite.base import PortalAdmin
from portal.core.adminsite.steps import Step as FirstStep
from portal.core.adminsite.steps import register_step

register_kind(
    PartyOrganization,
    "party_kind",
    "approving_committee",
    "college_side",
    "academy_side",
    "party_groups",
)


@admin.register(RuleVersion)
class RuleVersionAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view"}
    intro = _(
        "The texts of the rules that the portal knows. Each step of a development stands under "
        "the text of its own day."
    )
    list_display = ("name", "code", "valid_from")


@admin.register(Step)
class StepAdmin(PortalAdmin):
    """Waits, deadlines, notices and papers, within the bounds of the rule."""

    duties: ClassVar = {"sysadmin": "view change"}
    intro = _(
        "The 25 steps of development under each text of the rules. Waiting times, deadlines, "
        "notices and papers follow the school's practice as far as the rule allows; beyond that "
        "the form refuses and names the article. Steps recorded before keep what they were "
        "judged by."
    )
    list_display = (
        "number", "name", "version", "wait_months", "deadline", "deadline_unit", "notice_days",
        "article",
    )  # fmt: skip
    list_display_links = ("name",)
    list_filter = ("version", "stage")
    list_select_related = ("version",)
    search_fields = ("name", "code")
    readonly_fields = (
        "version", "number", "code", "stage", "needs", "wait_from", "deadline_from", "body",
        "is_committee", "article", "wait_min", "wait_max", "deadline_max", "notice_min",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("name", "short_name", "responsible", "papers")}),
        (_("The school's numbers"), {"fields": (
            "wait_months", "early_days", "deadline", "deadline_unit", "notice_days", "is_local")}),
        (_("The rule"), {"fields": (
            "version", "number", "code", "stage", "needs", "wait_from", "deadline_from", "body",
            "is_committee", "article", "wait_min", "wait_max", "deadline_max", "notice_min")}),
    )  # fmt: skip

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().write(request, obj, form, change)
        refresh_open()


@admin.register(AdmissionPlan)
class AdmissionPlanAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "How many each branch may admit in a year. Boards show plan and use; nothing is stopped."
    )
    list_display = ("branch", "year", "places")
    list_filter = ("year",)
    list_select_related = ("branch",)


@admin.register(EventKind)
class EventKindAdmin(PortalAdmin):
    """How often each kind of event is held, within what the rule allows."""

    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "Kinds of meetings and activities of a branch, and how often each is held at least. A rhythm "
        "that the rule sets may be made faster, not slower: the form refuses and names the article. "
        "Kinds of the school's own are added here."
    )
    list_display = ("name", "every_months", "applies_to", "called", "article", "is_active")
    readonly_fields = ("article", "months_max")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The code names a kind for ever."""
        return (*self.readonly_fields, "code") if obj else self.readonly_fields


@admin.register(HonourKind)
class HonourKindAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "Prizes and titles of students. Titles of model students have a figure of their own on the "
        "page of figures of party building."
    )
    list_display = ("name", "level", "is_model", "is_active")
    list_filter = ("level",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The code names a kind for ever."""
        return ("code",) if obj else ()


register_step(
    FirstStep("sysadmin", 65, _("Check the steps of development"),
         _("Waiting times, deadlines and papers of the school, within the rules."),
         "admin:partybranch_step_changelist"),
)  # fmt: skip
