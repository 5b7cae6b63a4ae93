"""The organisation as an indented tree, with a form of its own for each kind of unit."""

from functools import partial
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import NoReverseMatch, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cohorts.domain.tree import close_unit, move_unit, open_unit
from cohorts.domain.units import edit_unit, reopen_unit
from cohorts.enums import CHILD_KINDS, UnitKind
from cohorts.models import (
    Academy,
    Appointment,
    Building,
    Cohort,
    College,
    Floor,
    Group,
    Office,
    Room,
    SchoolClass,
    Studio,
    Unit,
    UnitTree,
    University,
)
from portal.core.adminsite.base import PortalAdmin, tag
from portal.core.adminsite.exchange import SheetInOut

from .unit_changes import act_links, act_view
from .unit_sheet import UnitResource

MODEL_OF_KIND: dict[str, type[Unit]] = {}


def _path() -> Subquery:
    """Codes from the top down to the unit: sorting by it walks the tree."""
    above = UnitTree.objects.filter(descendant=OuterRef("pk")).order_by()
    codes = above.values("descendant").annotate(codes=ArrayAgg("ancestor__code", order_by="-depth"))
    return Subquery(codes.values("codes"))


class _Tree(ChangeList):
    """Always along the tree: sorting by a column would tear children from their parents."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Unit]) -> list[str]:
        return ["path", "pk"]


class KindFilter(admin.SimpleListFilter):
    """All kinds but rooms and floors, unless one is chosen or searched for: rooms are many."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(UnitKind.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Unit]) -> QuerySet[Unit]:
        if self.value():
            return queryset.filter(kind=self.value())
        if request.GET.get("q") or "/autocomplete/" in request.path:
            return queryset
        return queryset.exclude(kind__in=(UnitKind.FLOOR, UnitKind.ROOM))


class OpenFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "closed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("open")), ("yes", _("closed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Unit]) -> QuerySet[Unit]:
        if self.value() == "no":
            return queryset.filter(closed_on=None)
        return queryset.exclude(closed_on=None) if self.value() == "yes" else queryset


def add_links(parent: Unit | None) -> list[dict[str, str]]:
    """Buttons "add a class below": only the kinds that may stand there, in a fixed order."""
    allowed = CHILD_KINDS[parent.kind] if parent is not None else set(UnitKind.values)
    found = []
    for kind in UnitKind:
        model = MODEL_OF_KIND.get(kind)
        if kind not in allowed or model is None:
            continue
        try:
            url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
        except NoReverseMatch:
            continue
        query = f"?parent={parent.pk}" if parent is not None else ""
        found.append({"label": str(kind.label), "url": url + query})
    return found


@admin.register(Unit)
class UnitAdmin(SheetInOut, PortalAdmin):
    duties: ClassVar = {"sysadmin": "view change", "secadmin": "view"}
    intro = _(
        "Every college, academy, cohort, class and building, indented as they belong together. "
        "A unit is closed, never deleted. Rooms and floors are shown when you choose that kind."
    )
    list_display = ("tree_name", "kind_word", "code", "opened_on", "state")
    list_display_links = None
    sortable_by = ()
    list_filter = (KindFilter, OpenFilter)
    search_fields = ("name", "short_name", "code")
    search_help_text = _("Name, short name or code")
    resource_classes = [UnitResource]
    change_list_template = "admin/units.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Unit]:
        depth = (
            UnitTree.objects.filter(descendant=OuterRef("pk")).order_by("-depth").values("depth")
        )
        rows: QuerySet[Unit] = Unit.objects.annotate(path=_path(), depth=Subquery(depth[:1]))
        return rows.order_by("path")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return _Tree

    def get_urls(self) -> list[Any]:
        act = path(
            "<int:pk>/act/<slug:code>/",
            self.admin_site.admin_view(partial(act_view, self.admin_site)),
            name="cohorts_unit_act",
        )
        return [act, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A unit is added as a college, a class, …: see the buttons above the list."""
        return False

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("cohorts.add_college")

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_import_resource_kwargs(request, **kwargs), "models": MODEL_OF_KIND}

    @admin.display(description=_("name"))
    def tree_name(self, unit: Unit) -> str:
        depth = min(getattr(unit, "depth", 0) or 0, 6)
        url = reverse("admin:cohorts_unit_change", args=[unit.pk])
        return format_html('<a class="tree tree-{}" href="{}">{}</a>', depth, url, unit.name)

    @admin.display(description=_("kind"))
    def kind_word(self, unit: Unit) -> str:
        return unit.get_kind_display()

    @admin.display(description=_("state"))
    def state(self, unit: Unit) -> str:
        return tag(gettext("closed"), "plain") if unit.closed_on else tag(gettext("open"), "ok")

    def autocomplete_label(self, unit: Unit) -> str:
        return f"{unit.name}（{unit.get_kind_display()} {unit.code}）"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        may_add = request.user.has_perm("cohorts.add_college")
        extra = {"add_links": add_links(None) if may_add else [], **(extra_context or {})}
        return super().changelist_view(request, extra)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kw: Any) -> Any:
        """One click from the tree to the form of the unit's own kind."""
        unit = self.get_object(request, object_id)
        model = MODEL_OF_KIND.get(unit.kind) if unit is not None else None
        if model is None or not request.user.has_perm(f"cohorts.view_{model._meta.model_name}"):
            return super().change_view(request, object_id, *args, **kw)
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[unit.pk]))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TypedUnitAdmin(PortalAdmin):
    """Form of one kind of unit. Reached from the tree; not listed on the first page."""

    duties: ClassVar = {"sysadmin": "view add change"}
    extra_fields: ClassVar[tuple[str, ...]] = ()
    autocomplete_fields = ("parent",)
    readonly_fields = ("where", "posts_here")
    search_fields = ("name", "code")
    change_form_template = "admin/unit_form.html"

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        return {}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        main = ["name", "short_name", "code", "parent", *self.extra_fields]
        dates = ["opened_on", "closed_on"] if obj is not None else ["opened_on"]
        parts = [(None, {"fields": main}), (_("Open and closed"), {"fields": dates})]
        if obj is not None:
            parts.append(
                (_("Where it stands and who works here"), {"fields": ["where", "posts_here"]})
            )
        return parts

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kw: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kw)
        if "parent" in form.base_fields:
            form.base_fields["parent"].required = self.model is not University
        if "closed_on" in form.base_fields:
            form.base_fields["closed_on"].help_text = _(
                "Last day. Close or move the units below first. Empty: the unit is open."
            )
        return form

    @admin.display(description=_("belongs to"))
    def where(self, unit: Unit) -> str:
        rows = UnitTree.objects.filter(descendant=unit, depth__gt=0).order_by("-depth")
        names = [row.ancestor.name for row in rows.select_related("ancestor")]
        return " › ".join([*names, unit.name])

    @admin.display(description=_("posts held here today"))
    def posts_here(self, unit: Unit) -> str:
        from django.utils import timezone

        posts = Appointment.objects.in_force(timezone.localdate()).filter(unit=unit)
        lines = [(p.role.name, p.person.name) for p in posts.select_related("role", "person")]
        if not lines:
            return gettext("Nobody yet.")
        return format_html(
            '<ul class="plain">{}</ul>', format_html_join("", "<li>{}：{}</li>", lines)
        )

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        obj = kw.get("obj")
        may_add = obj is not None and not obj.closed_on and self.has_add_permission(request)
        context["add_links"] = add_links(obj) if may_add else []
        context["act_links"] = act_links(obj) if may_add else []
        return super().render_change_form(request, context, *args, **kw)

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the domain functions, so that the closure table stays right."""
        if not change:
            open_unit(actor=request.user, unit=obj)
            return
        changed = set(form.changed_data)
        parent, closed_on = obj.parent, obj.closed_on
        kept = Unit.objects.get(pk=obj.pk)
        if "parent" in changed and parent is not None:
            move_unit(actor=request.user, unit=kept, parent=parent)
        plain = changed - {"parent", "closed_on"}
        if plain:
            edit_unit(actor=request.user, unit=obj, fields=plain)
        if "closed_on" in changed:
            kept.refresh_from_db()
            if closed_on is None:
                reopen_unit(actor=request.user, unit=kept)
            else:
                close_unit(actor=request.user, unit=kept, closed_on=closed_on)

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:cohorts_unit_changelist"))

    response_post_save_change = response_post_save_add


def register_kind(model: type[Unit], *extra: str, site: admin.AdminSite = admin.site) -> None:
    """Give one kind of unit its form. Apps above use it for their own kinds."""
    MODEL_OF_KIND[str(model.kind_of_model)] = model
    autocomplete = tuple(
        f for f in ("major", "college", "academy", "approving_committee") if f in extra
    )
    attributes = {
        "extra_fields": extra,
        "autocomplete_fields": ("parent", *autocomplete),
        "__module__": __name__,
    }
    site.register(model, type(f"{model.__name__}Admin", (TypedUnitAdmin,), attributes))


register_kind(University)
register_kind(College)
register_kind(Academy)
register_kind(Office)
register_kind(Cohort, "entry_year")
register_kind(SchoolClass, "major")
register_kind(Building)
register_kind(Floor)
register_kind(Room, "beds")
register_kind(Group, "purpose")
register_kind(Studio, "purpose", "place", "opening_hours")
