"""Sheets in and out of the admin, for set-up data only (never for students' records)."""

from typing import Any

from django.http import HttpRequest
from import_export.admin import ExportMixin, ImportExportMixin
from import_export.formats.base_formats import CSV, XLSX


class SheetOut(ExportMixin):
    """One click, one xlsx file."""

    skip_export_form = True
    export_formats = [XLSX]

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
