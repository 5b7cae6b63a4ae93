"""Limits and staffing ratios: numbers of the rules and of the school."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export.resources import ModelResource

from cohorts.models import Parameter, Ratio, RatioRole
from portal.core import audit
from portal.core.adminsite.base import PortalAdmin
from portal.core.adminsite.exchange import SheetOut


class ParameterResource(ModelResource):
    """Sheet of all numbers with their sources."""

    class Meta:
        model = Parameter
        fields = ("key", "name", "value", "unit", "legal_min", "legal_max", "is_fixed", "source",
                  "note")  # fmt: skip


@admin.register(Parameter)
class ParameterAdmin(SheetOut, PortalAdmin):
    duties: ClassVar = {"sysadmin": "view change"}
    intro = _(
        "Limits and other numbers of the rules. A number that a rule sets stays within its bounds; "
        "the others follow the school's own practice."
    )
    resource_classes = [ParameterResource]
    list_display = ("name", "key", "value", "unit", "is_fixed", "source")
    list_filter = ("is_fixed",)
    search_fields = ("name", "key", "source")
    readonly_fields = ("key", "name", "unit", "legal_min", "legal_max", "is_fixed", "source")
    fieldsets = (
        (None, {"fields": ("name", "key", "value", "unit", "note")}),
        (_("The rule"), {"fields": ("is_fixed", "legal_min", "legal_max", "source")}),
    )


class RatioRoleInline(admin.TabularInline):
    """Ratios are set up rarely and by roles that exist, so a plain list is enough."""

    model = RatioRole
    extra = 1
    verbose_name_plural = _("Roles that count")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("cohorts.change_ratio"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("cohorts.change_ratio"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("cohorts.view_ratio"))


@admin.register(Ratio)
class RatioAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "Which posts count against how many students. A weight of 0 leaves a role out of the "
        "count; 0.5 counts two part-time posts as one."
    )
    list_display = ("name", "code", "side", "shape", "parameter", "at_least")
    list_select_related = ("parameter",)
    search_fields = ("name", "code")
    inlines = (RatioRoleInline,)
    fieldsets = (
        (None, {"fields": ("code", "name", "order")}),
        (_("What is counted"), {"fields": ("side", "shape", "parameter", "at_least")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj is not None else ()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        ratio = form.instance
        weights = {row.role.code: str(row.weight) for row in ratio.roles.select_related("role")}
        audit.record(actor=request.user, action="set_ratio_roles", obj=ratio, weights=weights)
