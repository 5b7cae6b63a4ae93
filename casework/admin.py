"""Categories and levels of focus students: the school's own dictionary. No case is shown here."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from casework import crisis_admin, request_admin  # noqa: F401  (register their classes)
from casework.models import (
    CaseCategory,
    CaseLevel,
    CauseCode,
    PlanTemplate,
    PlanTemplateStep,
    Scale,
    ScaleLine,
)
from portal.core import audit
from portal.core.adminsite.base import PortalAdmin
from portal.core.adminsite.steps import Step, register_step


@admin.register(CaseCategory)
class CaseCategoryAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "The classes of focus students in the words of your school. A class no longer used is "
        "switched off, so that old cases keep their name."
    )
    list_display = (
        "name", "short_name", "code", "parent", "is_health", "is_economic", "asks_counselling",
        "led_by", "is_used", "order",
    )  # fmt: skip
    list_filter = ("is_used", "is_health")
    list_select_related = ("parent",)
    search_fields = ("name", "code")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj is not None else ()


@admin.register(CauseCode)
class CauseCodeAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "Why students get into difficulty, in the words of your school. They are counted to find "
        "what can be mended for everybody; a cause no longer used is switched off."
    )
    list_display = ("name", "code", "category", "is_used", "order")
    list_filter = ("is_used", "category")
    list_select_related = ("category",)
    search_fields = ("name", "code")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj is not None else ()


@admin.register(CaseLevel)
class CaseLevelAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view change"}
    intro = _(
        "How soon somebody must act and how often the student is contacted, by level. Times run "
        "through nights and weekends. A change counts for contacts logged from now on."
    )
    list_display = (
        "name", "code", "contact_every_days", "first_action_hours", "review_every_days",
        "family_within_days",
    )  # fmt: skip
    readonly_fields = ("code", "rank")


register_step(
    Step("sysadmin", 60, _("Check classes and levels of focus students"),
         _("Names of the classes, and the waiting times of red, orange, yellow and blue."),
         "admin:casework_caselevel_changelist"),
)  # fmt: skip


@admin.register(Scale)
class ScaleAdmin(PortalAdmin):
    """Scales and their lines; results are sealed and stand nowhere in the admin."""

    duties: ClassVar = {"sysadmin": "view change"}
    intro = _(
        "Questionnaires of the screening and the lines from which a talk is asked for. A line is "
        "no finding. A change counts for results that are read from now on."
    )
    list_display = ("name", "code", "items", "is_used", "order")
    readonly_fields = ("code",)


@admin.register(ScaleLine)
class ScaleLineAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "From where a talk is asked for. Rank 1 is the most serious; of several lines that are "
        "reached the lowest rank counts. 0 days: a talk on the same day."
    )
    list_display = ("scale", "rank", "name", "test", "items", "threshold", "is_line", "follow_days")
    list_filter = ("scale",)
    list_select_related = ("scale",)


class PlanTemplateStepInline(admin.TabularInline):
    """The steps that a new plan begins with; running plans keep theirs."""

    model = PlanTemplateStep
    extra = 2
    fields = ("order", "text", "helper", "due_after_days", "wanted", "counting")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("casework.change_plantemplate"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("casework.change_plantemplate"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("casework.change_plantemplate"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("casework.view_plantemplate"))


@admin.register(PlanTemplate)
class PlanTemplateAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "What a plan for a category and level begins with: goal, agreement, exit condition, steps "
        "and who ought to do them. A change counts for new plans; running plans keep theirs."
    )
    list_display = ("category", "level", "goal", "check_every_days", "is_used", "version")
    list_filter = ("category", "level", "is_used")
    list_select_related = ("category", "level")
    search_fields = ("goal",)
    readonly_fields = ("version",)
    inlines = (PlanTemplateStepInline,)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        one = form.instance
        has_changed = form.has_changed() or any(part.has_changed() for part in formsets)
        if change and has_changed:
            PlanTemplate.objects.filter(pk=one.pk).update(version=F("version") + 1)
        audit.record(
            actor=request.user, action="set_plan_template", obj=one, steps=one.steps.count()
        )
