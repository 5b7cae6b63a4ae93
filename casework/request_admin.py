"""Kinds of request and the duty list of offices: the school's own rows. No request is shown here."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget

from casework.models import OfficeDuty, RequestKind
from cohorts.models import Unit
from portal.core import audit
from portal.core.adminsite.base import PortalAdmin
from portal.core.adminsite.exchange import SheetInOut
from portal.core.adminsite.steps import Step, register_step
from portal.core.models import User


@admin.register(RequestKind)
class RequestKindAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "What students can ask for, and within how many working days they are answered. A change "
        "counts for requests sent from now on."
    )
    list_display = ("name", "code", "answer_days", "office", "is_protected", "is_used", "order")
    list_filter = ("is_used", "is_protected")
    list_select_related = ("office",)
    search_fields = ("name", "code")
    autocomplete_fields = ("office",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Requests were sent under the promise of the kind.
        return ("code", "is_protected") if obj is not None else ()


class DutyResource(ModelResource):
    """Columns id, kind, matter, words, goes_to, unit (code), owner (number), answer_days."""

    kind = Field(attribute="kind", column_name="kind", widget=ForeignKeyWidget(RequestKind, "code"))
    unit = Field(attribute="unit", column_name="unit", widget=ForeignKeyWidget(Unit, "code"))
    owner = Field(attribute="owner", column_name="owner", widget=ForeignKeyWidget(User, "username"))

    def __init__(self, actor: Any = None, **kw: Any) -> None:
        super().__init__(**kw)
        self.actor = actor

    def after_save_instance(self, instance: OfficeDuty, row: Any, **kwargs: Any) -> None:
        audit.record(actor=self.actor, action="change_officeduty", obj=instance)

    class Meta:
        model = OfficeDuty
        fields = (
            "id", "kind", "matter", "words", "goes_to", "unit", "owner", "answer_days", "is_used",
            "order",
        )  # fmt: skip
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True


@admin.register(OfficeDuty)
class OfficeDutyAdmin(SheetInOut, PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "Which office answers for which matter. The sorting desk is offered the office whose words "
        "stand in the text of a request; the desk decides."
    )
    resource_classes = [DutyResource]
    list_display = ("matter", "kind", "goes_to", "unit", "owner", "answer_days", "is_used")
    list_filter = ("kind", "is_used", "goes_to")
    list_select_related = ("kind", "unit", "owner")
    search_fields = ("matter", "words", "unit__name")
    autocomplete_fields = ("unit", "owner")


register_step(
    Step("sysadmin", 70, _("Check kinds of request and the duty list"),
         _("Deadlines in working days, and which office answers for which matter."),
         "admin:casework_officeduty_changelist"),
    Step("sysadmin", 72, _("Enter holidays and make-up days of the year"),
         _("Without them, deadlines in working days are marked as provisional."),
         "admin:cohorts_specialday_changelist"),
)  # fmt: skip
