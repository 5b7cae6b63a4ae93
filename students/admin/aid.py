"""Tiers of hardship and kinds of aid: the school's own dictionary. No student is shown here."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.core.adminsite.base import PortalAdmin
from students.models import AidKind, AidTier


class _Catalogue(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    list_filter = ("is_used",)
    search_fields = ("name", "code")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj is not None else ()


@admin.register(AidTier)
class AidTierAdmin(_Catalogue):
    intro = _(
        "Tiers in which hardship is recognised, the gravest first. Schools have two or three; a "
        "tier no longer used is switched off, so that former years keep their name."
    )
    list_display = ("name", "code", "is_used", "order")


@admin.register(AidKind)
class AidKindAdmin(_Catalogue):
    intro = _(
        "Scholarships, grants, loans, work-study, subsidies and waivers in the words of your "
        "school. Lists of the aid centre are read by these names."
    )
    list_display = ("name", "code", "group", "is_used", "order")
    list_filter = ("group", "is_used")
