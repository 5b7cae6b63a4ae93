"""Terms and majors."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget

from cohorts.models import College, Major, SpecialDay, Term
from portal.core import audit
from portal.core.adminsite.base import PortalAdmin, RefusableForm
from portal.core.adminsite.exchange import SheetInOut


class TermForm(RefusableForm):
    class Meta:
        model = Term
        fields = ("code", "starts_on", "weeks")
        help_texts = {
            "code": _("Academic year and term: 2025-2026-1 autumn, -2 spring, -3 summer term."),
            "starts_on": _("Week 1 is counted from this Monday."),
        }

    def clean_starts_on(self) -> Any:
        day = self.cleaned_data["starts_on"]
        if day.weekday() != 0:
            raise ValidationError(
                gettext("This day is not a Monday. Teaching weeks begin on Mondays.")
            )
        return day


@admin.register(Term)
class TermAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _("Terms and their first Monday: the week numbers on every page come from here.")
    form = TermForm
    list_display = ("code", "starts_on", "weeks")
    ordering = ("-starts_on",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj is not None else ()


class MajorResource(ModelResource):
    """Columns code, name, college (its unit code); an existing code is corrected, never doubled."""

    college = Field(
        attribute="college", column_name="college", widget=ForeignKeyWidget(College, "code")
    )

    def __init__(self, actor: Any = None, **kw: Any) -> None:
        super().__init__(**kw)
        self.actor = actor

    def after_save_instance(self, instance: Major, row: Any, **kwargs: Any) -> None:
        audit.record(actor=self.actor, action="change_major", obj=instance, code=instance.code)

    class Meta:
        model = Major
        import_id_fields = ("code",)
        fields = ("code", "name", "college")
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True


@admin.register(Major)
class MajorAdmin(SheetInOut, PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _("National code and name of each degree programme, and the college that runs it.")
    resource_classes = [MajorResource]
    list_display = ("name", "code", "college")
    list_filter = ("college",)
    list_select_related = ("college",)
    search_fields = ("name", "code")
    autocomplete_fields = ("college",)


class SpecialDayResource(ModelResource):
    """Columns day, kind (off or work), name, source; an existing day is corrected."""

    def __init__(self, actor: Any = None, **kw: Any) -> None:
        super().__init__(**kw)
        self.actor = actor

    def after_save_instance(self, instance: SpecialDay, row: Any, **kwargs: Any) -> None:
        audit.record(actor=self.actor, action="change_specialday", obj=instance, day=instance.day)

    class Meta:
        model = SpecialDay
        import_id_fields = ("day",)
        fields = ("day", "kind", "name", "source")
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True


@admin.register(SpecialDay)
class SpecialDayAdmin(SheetInOut, PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "Holidays and make-up working days of the yearly notice of the State Council. Deadlines in "
        "working days that touch a year without rows are marked as provisional."
    )
    resource_classes = [SpecialDayResource]
    list_display = ("day", "kind", "name", "source")
    list_filter = ("kind",)
    search_fields = ("name",)
    date_hierarchy = "day"
    ordering = ("-day",)
