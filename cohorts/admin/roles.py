"""Roles and kinds of link: what they may do, each action explained."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource

from cohorts.domain.appointments import set_role_actions
from cohorts.enums import LinkHolder, LinkTarget, UnitKind
from cohorts.models import LinkKind, Role
from cohorts.queries.role_conflicts import conflicts
from portal.core import audit
from portal.core.adminsite.base import PortalAdmin, RefusableForm
from portal.core.adminsite.exchange import SheetOut

from .actions_field import ActionsField


class _WithActions(RefusableForm):
    allowed = ActionsField(
        label=_("Allowed actions"),
        help_text=_("What a holder may do, on the unit of the post and everything below it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            held = self.instance.permissions.values_list("pk", flat=True)
            self.fields["allowed"].initial = [str(pk) for pk in held]


class RoleForm(_WithActions):
    unit_kinds = forms.MultipleChoiceField(
        label=_("Kinds of unit"), choices=UnitKind.choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("A post of this role can be held on units of these kinds only."),
    )  # fmt: skip

    class Meta:
        model = Role
        fields = (
            "code", "name", "description", "side", "unit_kinds", "is_single", "order", "load_limit",
        )  # fmt: skip

    def clean(self) -> dict[str, Any] | None:
        """What the posts held today contradict is refused before anything is saved."""
        data = super().clean()
        if self.instance.pk and data:
            for field, words in conflicts(
                self.instance, data.get("unit_kinds"), bool(data.get("is_single"))
            ):
                self.add_error(field, words)
        return data


class RoleResource(ModelResource):
    """Sheet of all roles with their actions, for filing with the school's permission list."""

    actions = Field(column_name="actions")

    class Meta:
        model = Role
        fields = ("code", "name", "description", "side", "unit_kinds", "is_single", "actions")

    def dehydrate_actions(self, role: Role) -> str:
        return " ".join(role.permissions.values_list("codename", flat=True))


@admin.register(Role)
class RoleAdmin(SheetOut, PortalAdmin):
    duties: ClassVar = {"secadmin": "view add change"}
    intro = _(
        "A role is a kind of post. Tick what its holders may do; the change reaches everyone "
        "who holds the role at once. Marked actions open sensitive data: give them sparingly."
    )
    form = RoleForm
    resource_classes = [RoleResource]
    list_display = ("name", "code", "side", "kinds", "action_count", "holders", "is_single")
    list_filter = ("side",)
    search_fields = ("name", "code", "description")
    fieldsets = (
        (None, {"fields": ("code", "name", "description", "side", "order")}),
        (_("Where it can be held"), {"fields": ("unit_kinds", "is_single", "load_limit")}),
        (_("What it may do"), {"fields": ("allowed",)}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        today = timezone.localdate()
        held = Q(appointments__starts_on__lte=today, appointments__revoked_at=None) & (
            Q(appointments__ends_on=None) | Q(appointments__ends_on__gte=today)
        )
        people = Count("appointments__person", filter=held, distinct=True)
        rows = super().get_queryset(request).prefetch_related("permissions")
        return rows.annotate(people=people)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj is not None else ()

    @admin.display(description=_("kinds of unit"))
    def kinds(self, role: Role) -> str:
        return "、".join(str(UnitKind(kind).label) for kind in role.unit_kinds)

    @admin.display(description=_("actions"))
    def action_count(self, role: Role) -> int:
        return len(role.permissions.all())

    @admin.display(description=_("holders today"))
    def holders(self, role: Role) -> int:
        return int(getattr(role, "people", 0))

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().write(request, obj, form, change)
        if "allowed" in form.changed_data:
            ids = [int(pk) for pk in form.cleaned_data["allowed"]]
            set_role_actions(actor=request.user, role=obj, permission_ids=ids)


class LinkKindForm(_WithActions):
    class Meta:
        model = LinkKind
        fields = (
            "code", "name", "holder", "target", "load_limit", "limit_parameter", "is_limit_per_year",
            "is_single", "roles",
        )  # fmt: skip
        widgets = {"roles": forms.CheckboxSelectMultiple}

    def clean(self) -> dict[str, Any] | None:
        """A limit by entry year needs a number to count against."""
        data = super().clean() or {}
        has_limit = data.get("load_limit") is not None or data.get("limit_parameter")
        if data.get("is_limit_per_year") and not has_limit:
            self.add_error("load_limit", gettext("Give the number, or choose a parameter."))
        holder = data.get("holder", self.instance.holder)
        target = data.get("target", self.instance.target)
        if holder != LinkHolder.STAFF and data.get("allowed"):
            self.add_error("allowed", gettext(
                "Only links of staff to students carry actions; links of the Party side show a "
                "name and open no record."))  # fmt: skip
        if holder == LinkHolder.STAFF and target != LinkTarget.STUDENT:
            self.add_error("target", gettext("Members of staff are linked to students."))
        return data


@admin.register(LinkKind)
class LinkKindAdmin(PortalAdmin):
    duties: ClassVar = {"secadmin": "view add change"}
    intro = _(
        "A link ties a person to a student, such as a tutor, and carries these actions. Links of "
        "party members and branches to students, rooms, classes and partners carry none."
    )
    form = LinkKindForm
    list_display = (
        "name",
        "code",
        "holder",
        "target",
        "limit_now",
        "is_limit_per_year",
        "is_single",
    )
    list_select_related = ("limit_parameter",)
    search_fields = ("name", "code")
    fieldsets = (
        (None, {"fields": ("code", "name", "holder", "target", "is_single", "roles")}),
        (
            _("How many students"),
            {
                "fields": ("load_limit", "limit_parameter", "is_limit_per_year"),
            },
        ),
        (_("What it may do"), {"fields": ("allowed",)}),
    )

    @admin.display(description=_("at most per person"))
    def limit_now(self, kind: LinkKind) -> int | None:
        return kind.limit()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code", "holder", "target") if obj is not None else ()

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().write(request, obj, form, change)
        if "roles" in form.changed_data:
            obj.roles.set(form.cleaned_data["roles"])
            codes = sorted(obj.roles.values_list("code", flat=True))
            audit.record(actor=request.user, action="set_link_roles", obj=obj, roles=codes)
        if "allowed" in form.changed_data:
            before = sorted(obj.permissions.values_list("codename", flat=True))
            obj.permissions.set(int(pk) for pk in form.cleaned_data["allowed"])
            after = sorted(obj.permissions.values_list("codename", flat=True))
            audit.record(
                actor=request.user, action="set_link_actions", obj=obj, before=before, after=after
            )
