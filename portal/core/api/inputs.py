"""What a program may send: every field is known and means what its type says, or 400."""

import uuid
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

# Something to read: neither empty nor blanks alone, no NUL.
WORDS = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"


class Body(serializers.Serializer):
    """A misspelt field is refused: what it said must not get lost."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = [str(name)[:60] for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError(
                    {name: [_("There is no such field.")] for name in unknown}
                )
        return super().to_internal_value(data)


class BodyShape(OpenApiSerializerExtension):
    target_class = Body
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        shape = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**shape, "additionalProperties": False}


class Words(serializers.CharField):
    """Text, not a number that could be written as one; half characters cannot be kept."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            data.encode()
        except UnicodeEncodeError:
            self.fail("invalid")
        return str(super().to_internal_value(data))


def words(most: int, **kwargs: Any) -> serializers.Field:
    """Required text of at most ``most`` characters."""
    shape = {"type": "string", "minLength": 1, "maxLength": most, "pattern": WORDS}
    kind: Any = extend_schema_field(shape)(type("Written", (Words,), {}))
    field: serializers.Field = kind(max_length=most, **kwargs)
    return field


class Flag(serializers.BooleanField):
    """true or false, not a word for it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class ClientKey(serializers.UUIDField):
    """Made by the program that sends: the same key again is the same record."""

    def to_internal_value(self, data: Any) -> uuid.UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        found: uuid.UUID = super().to_internal_value(data)
        return found
