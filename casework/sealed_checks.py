"""System checks: the sealed storage has one door only (design 5.7)."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.checks import CheckMessage, Error, register

from casework.models import (
    Booking,
    Screening,
    SealedFile,
    SealedNote,
    SealedNoteVersion,
    SealedText,
    Supervision,
)
from portal.core.access import RestrictedManager, routes
from portal.core.registry import search_providers

SEALED = (SealedText, SealedFile, SealedNote, SealedNoteVersion, Screening, Booking, Supervision)
# What holds text may not be copied by history triggers: a destroyed note would live on there.
UNTRACKED = (SealedText, SealedNote, SealedNoteVersion, Screening, Supervision)


@register("sealed")
def one_door(app_configs: Any = None, **_kwargs: Any) -> Iterable[CheckMessage]:
    """Nothing of the sealed storage in the admin, in the search, in histories; every model behind
    the one rule; and no way to the text itself but through a record."""
    found = []
    for model in SEALED:
        if model in admin.site._registry:
            found.append(Error(f"{model.__name__} stands in the admin.", id="casework.E001"))
        if model is not SealedNoteVersion and not isinstance(
            model._default_manager, RestrictedManager
        ):
            found.append(Error(f"{model.__name__} is not restricted.", id="casework.E002"))
        if model in UNTRACKED and hasattr(model, "pgh_event_model"):
            found.append(Error(f"{model.__name__} is copied to a history.", id="casework.E003"))
        if any(model.__name__.lower() in one.code for one in search_providers()):
            found.append(Error(f"{model.__name__} stands in the search.", id="casework.E004"))
    if routes(SealedText):
        found.append(Error("A route leads to sealed text itself.", id="casework.E005"))
    return found


@register("sealed", deploy=True)
def own_keys(app_configs: Any = None, **_kwargs: Any) -> Iterable[CheckMessage]:
    """Production seals with keys of its own."""
    if not settings.SEALED_KEYS:
        return [Error("Set SEALED_KEYS: the keys of the sealed files.", id="casework.E006")]
    if set(settings.SEALED_KEYS) & set(settings.FIELD_KEYS):
        return [Error("SEALED_KEYS and FIELD_KEYS share a key.", id="casework.E007")]
    return []
