"""When mail comes to whom by post; people change it for themselves on their own page."""

from typing import ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cohorts.models import RoleRhythm
from portal.core.adminsite.base import PortalAdmin


@admin.register(RoleRhythm)
class RoleRhythmAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "When reminders come by mail to the holders of a post who have chosen nothing themselves. "
        "Mails hold numbers and addresses of pages, never names. Hours are full hours."
    )
    list_display = ("role", "every", "hour", "weekday", "brief", "at_once")
    list_select_related = ("role",)
    list_filter = ("every", "brief")
    search_fields = ("role__name", "role__code")
    fieldsets = (
        (None, {"fields": ("role",)}),
        (_("Digest"), {"fields": ("every", "hour", "weekday", "brief")}),
        (_("Urgent things and quiet hours"), {"fields": ("at_once", "quiet_from", "quiet_until")}),
    )

    def get_readonly_fields(self, request: object, obj: object = None) -> tuple[str, ...]:
        return ("role",) if obj is not None else ()
