"""The admin site: who may enter, what the first page says, and names in the pick lists."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.admin_rights import duty_of
from portal.core.domain import second_factor

from .steps import steps_for

DUTY_NAMES = {
    "sysadmin": _("System administrator"),
    "secadmin": _("Security administrator"),
    "auditor": _("Audit administrator"),
}


class _Autocomplete(AutocompleteJsonView):
    """Shows ``autocomplete_label(obj)`` of the admin class, so that same names can be told apart."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        label = getattr(self.model_admin, "autocomplete_label", str)
        return {"id": str(getattr(obj, to_field_name)), "text": label(obj)}


class PortalAdminSite(admin.AdminSite):
    site_header = _("Dual-college portal: administration")
    site_title = _("Portal administration")
    index_title = _("What would you like to set up?")
    empty_value_display = "—"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """The three duties only, after the second factor. ``is_staff`` and ``is_superuser`` alone
        open nothing."""
        return duty_of(request.user) is not None and second_factor.is_passed(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """One log-in page for all, so that the lock counts every try; then the second factor."""
        wanted = request.GET.get("next") or reverse("admin:index")
        if request.user.is_authenticated:
            if duty_of(request.user) is None:
                return redirect("web:workbench")
            if not second_factor.is_passed(request):
                return redirect(f"{reverse('web:confirm')}?{urlencode({'next': wanted})}")
            return redirect("admin:index")
        return redirect(f"{reverse('web:login')}?{urlencode({'next': wanted})}")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        return redirect("web:password")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        duty = duty_of(request.user)
        return {
            **super().each_context(request),
            "duty": duty,
            "duty_name": DUTY_NAMES.get(duty or ""),
            "offers_second_factor": duty is not None
            and not second_factor.is_enrolled(request.user),
        }

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        duty = duty_of(request.user)
        steps = steps_for(duty) if duty else []
        return super().index(request, {**(extra_context or {}), "steps": steps})

    def autocomplete_view(self, request: HttpRequest) -> JsonResponse | HttpResponse:
        return _Autocomplete.as_view(admin_site=self)(request)
