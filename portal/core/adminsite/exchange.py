"""Sheets in and out of the admin, for set-up data only (never for students' records)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from import_export.admin import ExportMixin, ImportExportMixin
from import_export.formats.base_formats import CSV, XLSX

from portal.core import audit
from portal.core.adminsite.base import plain_when_senseless
from portal.core.errors import DomainError
from portal.core.exports import checked_reason, stamp_of
from portal.core.sheets.writer import stamped


class SheetOut(ExportMixin):
    """One click, one xlsx file."""

    skip_export_form = True
    export_formats = [XLSX]

    def export_action(self, request: HttpRequest) -> Any:
        """The rows of the list as it is filtered; which ones went out is audited."""
        model = self.model  # type: ignore[attr-defined]
        back = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        try:
            return plain_when_senseless(
                request,
                lambda: super(SheetOut, self).export_action(request),  # type: ignore[misc]
                back,
                methods=("GET", "POST"),
            )
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(back)

    def get_export_data(
        self, file_format: Any, request: HttpRequest, queryset: Any, **kwargs: Any
    ) -> Any:
        data = super().get_export_data(file_format, request, queryset, **kwargs)
        audit.record_many(
            actor=request.user, action="export_rows", model=queryset.model, ids=[],
            rows=queryset.count(), filter=request.GET.urlencode()[:300], **self.told(request),
        )  # fmt: skip
        return data

    def told(self, request: HttpRequest) -> dict[str, Any]:
        """What else the line in the audit trail says."""
        return {}

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))  # type: ignore[attr-defined]


class PersonsOut(SheetOut):
    """A sheet that names persons leaves by the rule of exports: a purpose and a watermark."""

    def export_action(self, request: HttpRequest) -> Any:
        if not self.has_export_permission(request):
            raise PermissionDenied
        refusal = ""
        if request.method == "POST":
            try:
                checked_reason(request.POST.get("reason", ""))
                return super().export_action(request)
            except DomainError as error:
                refusal = str(error)
        context = {
            **self.admin_site.each_context(request), "opts": self.model._meta,  # type: ignore[attr-defined]
            "title": _("Export"), "refusal": refusal,
        }  # fmt: skip
        status = 422 if refusal else 200
        return TemplateResponse(request, "admin/export_reason.html", context, status=status)

    def get_export_data(
        self, file_format: Any, request: HttpRequest, queryset: Any, **kwargs: Any
    ) -> Any:
        data = super().get_export_data(file_format, request, queryset, **kwargs)
        return stamped(data, stamp_of(request.user, self.told(request)["reason"]))  # type: ignore[arg-type]

    def told(self, request: HttpRequest) -> dict[str, Any]:
        return {"reason": checked_reason(request.POST.get("reason", ""))}


class SheetInOut(SheetOut, ImportExportMixin):
    """Upload, see the difference, confirm. All rows or none."""

    import_formats = [XLSX, CSV]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_add_permission(request))  # type: ignore[attr-defined]

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        """Resources write through domain functions, which ask who acts."""
        return {**super().get_import_resource_kwargs(request, **kwargs), "actor": request.user}
