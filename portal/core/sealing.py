"""Encryption of sealed text with keys of its own, outside the database.

``settings.SEALED_KEYS`` lists Fernet keys, newest first. They differ from ``FIELD_KEYS``, so that
whoever may open an ID number cannot open a psychological note with the same key. Every sealed row
carries the mark of its key: ``manage.py rotate_sealed_keys`` finds by it what still stands under an
older key.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.views.decorators.debug import sensitive_variables


@dataclass(frozen=True)
class Sealed:
    """``cipher`` for a binary column, ``mark`` of the key that made it."""

    cipher: bytes
    mark: str


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _keys() -> tuple[str, ...]:
    keys = tuple(settings.SEALED_KEYS)
    if not keys:
        raise ImproperlyConfigured("Set SEALED_KEYS: the keys of the sealed psychological files.")
    return keys


@lru_cache(maxsize=8)
def _mark(key: str) -> str:
    return hashlib.sha256(f"mark of a sealed key:{key}".encode()).hexdigest()[:12]


def newest_mark() -> str:
    """Mark of the key under which text is sealed now."""
    return _mark(_keys()[0])


def known_marks() -> list[str]:
    """Marks of all keys of this installation, newest first."""
    return [_mark(key) for key in _keys()]


@sensitive_variables()
def seal(text: str) -> Sealed:
    """The text under the newest key. Raises ImproperlyConfigured without keys."""
    return Sealed(_box(_keys()).encrypt(text.encode()), newest_mark())


@sensitive_variables()
def unseal(cipher: bytes) -> str:
    """The text of a sealed column, under whichever of the keys it stands; InvalidToken under none."""
    return _box(_keys()).decrypt(bytes(cipher)).decode()


@sensitive_variables()
def reseal(cipher: bytes) -> Sealed:
    """The same text under the newest key."""
    return seal(unseal(cipher))
