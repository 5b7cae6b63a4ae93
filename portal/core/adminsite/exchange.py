"""Sheets in and out of the admin, for set-up data only (never for students' records)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from import_export.admin import ExportMixin, ImportExportMixin
from import_export.formats.base_formats import CSV, XLSX

from portal.core import audit
from portal.core.adminsite.base import plain_when_senseless
from portal.core.errors import DomainError


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
            rows=queryset.count(), filter=request.GET.urlencode()[:300],
        )  # fmt: skip
        return data

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))  # type: ignore[attr-defined]


class SheetInOut(SheetOut, ImportExportMixin):
    """Upload, see the difference, confirm. All rows or none."""

    import_formats = [XLSX, CSV]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_add_permission(request))  # type: ignore[attr-defined]

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        """Resources write through domain functions, which ask who acts."""
        return {**super().get_import_resource_kwargs(request, **kwargs), "actor": request.user}
