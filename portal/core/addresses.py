"""Addresses of pages by name, each put together once."""

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse


def address(name: str, *values: str | int) -> str:
    """As ``reverse(name, args=values)``, for text and numbers; kept, because a page asks for many.

    Raises NoReverseMatch.
    """
    return _address(name, values, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())


@lru_cache(maxsize=10_000)
def _address(name: str, values: tuple[str | int, ...], _urlconf: str, _prefix: str) -> str:
    return reverse(name, args=values)
