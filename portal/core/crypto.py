"""Encryption of single columns with keys that never enter the database.

``settings.FIELD_KEYS`` lists Fernet keys, newest first: new values use the first, older values
still open with the rest, so a key is rotated by putting a new one in front.
"""

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@lru_cache(maxsize=1)
def _box() -> MultiFernet:
    if not settings.FIELD_KEYS:
        raise ImproperlyConfigured("Set FIELD_KEYS: the keys of the encrypted columns.")
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


def encrypt(text: str) -> bytes:
    return _box().encrypt(text.encode())


def decrypt(cipher: bytes) -> str:
    return _box().decrypt(bytes(cipher)).decode()


def encrypt_bytes(content: bytes) -> bytes:
    """A file, encrypted like a column: uploads hold ID numbers too."""
    return _box().encrypt(content)


def decrypt_bytes(cipher: bytes) -> bytes:
    return _box().decrypt(bytes(cipher))


def lookup_hash(text: str) -> str:
    """Keyed digest by which an encrypted value can be found again, 64 hex digits."""
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
