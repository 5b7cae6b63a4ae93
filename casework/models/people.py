"""People whom a record names beside what it is about."""

from django.conf import settings
from django.db import models


def named_person(label: object, name: str) -> models.ForeignKey:  # type: ignore[type-arg]
    """An account that may be missing; ``name`` is the way back from the person, or "+"."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=label, null=True, blank=True,
        on_delete=models.PROTECT, related_name=name,
    )  # fmt: skip
