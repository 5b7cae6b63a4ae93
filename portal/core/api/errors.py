"""Errors of the API: one sentence in the caller's language, and which parameter it is about."""

from typing import Any

from django.db import DataError
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """``{"detail": …}``, and with 400 also ``{"fields": {parameter: [sentence]}}``."""
    if isinstance(error, DataError):
        error = ValidationError()
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError):
        fields = response.data if isinstance(response.data, dict) else {}
        words = [str(word) for found in fields.values() for word in found]
        detail = " ".join(words) or " ".join(map(str, response.data or []))
        response.data = {"detail": detail, "fields": fields}
    return response
