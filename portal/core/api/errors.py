"""Errors of the API: one sentence in the caller's language, and which parameter it is about."""

from typing import Any

from django.db import DataError
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from portal.core.errors import DomainError

# A rule refused: somebody else was faster, or the key belongs to another record.
_CONFLICTS = frozenset({"stale", "used_key"})


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """``{"detail": …}``, and with 400 also ``{"fields": {parameter: [sentence]}}``."""
    if isinstance(error, DomainError):
        status = 409 if error.code in _CONFLICTS else 400
        return Response({"detail": str(error), "fields": {}}, status=status)
    if isinstance(error, DataError):
        error = ValidationError()
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError):
        fields = response.data if isinstance(response.data, dict) else {}
        words = [word for found in fields.values() for word in _sentences(found)]
        detail = " ".join(words) or " ".join(map(str, response.data or []))
        response.data = {"detail": detail, "fields": fields}
    elif response.status_code == 400 and isinstance(response.data, dict):
        response.data.setdefault("fields", {})  # a body that cannot be read at all
    return response


def _sentences(found: Any) -> list[str]:
    """Faults of a field, those of its parts included."""
    parts = found.values() if isinstance(found, dict) else found
    if isinstance(found, str):
        return [found]
    return [word for part in parts for word in _sentences(part)]
