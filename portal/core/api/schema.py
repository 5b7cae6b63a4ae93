"""The description of the API at /api/schema/: every answer it can give."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema_serializer,
    inline_serializer,
)
from rest_framework import serializers

from portal.core.api.filters import BIGGEST
from portal.core.api.paging import MOST


class ErrorShape(serializers.Serializer):
    """One sentence, in the language of Accept-Language."""

    detail = serializers.CharField()


class InvalidShape(ErrorShape):
    """What is wrong, also by parameter."""

    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField())
    )


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "portal.core.api.auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "dcp_…, made at /me/tokens/"}


ERRORS = {
    401: OpenApiResponse(ErrorShape, "No token, or one that is wrong, ended or revoked."),
    403: OpenApiResponse(ErrorShape, "Neither the posts nor the token allow this."),
    429: OpenApiResponse(ErrorShape, "Too many requests; Retry-After says how long to wait."),
}
INVALID = OpenApiResponse(InvalidShape, "A parameter is unknown or its value means nothing.")
CONFLICT = OpenApiResponse(
    ErrorShape, "Somebody else was faster, or the key belongs to another record."
)
UNREADABLE = OpenApiResponse(ErrorShape, "Send application/json.")
MISSING = OpenApiResponse(ErrorShape, "There is no such record, or it is not yours to see.")
PAGING = [
    OpenApiParameter("after", {"type": "integer", "minimum": 0, "maximum": BIGGEST},
                     description="Numbers greater than this, ascending."),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST},
                     description="Rows of a page, 50 unless said."),
]  # fmt: skip
ONE = [
    OpenApiParameter("id", {"type": "integer", "minimum": 0, "maximum": BIGGEST},
                     OpenApiParameter.PATH),
]  # fmt: skip


def page_of(name: str, item: type[serializers.Serializer]) -> Any:
    """Shape of a page: ``as_of`` is the ``changed_since`` of the next delta."""
    shape = inline_serializer(
        f"{name}Page",
        {
            "as_of": serializers.DateTimeField(help_text="Ask for changes since this moment."),
            "next": serializers.URLField(allow_null=True, help_text="The next page."),
            "results": item(many=True),
        },
    )
    # The operation is a list, its answer is one object.
    return extend_schema_serializer(many=False)(type(shape))


class HonestSchema(AutoSchema):
    """Adds to each operation the answers that every one of them can give."""

    def _get_response_bodies(self, direction: str = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for code, answer in ERRORS.items():
            bodies.setdefault(str(code), self._get_response_for_code(answer, str(code)))
        return bodies
