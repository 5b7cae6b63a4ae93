"""Figures that need not be counted anew: past days, and sums over the whole school."""

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

T = TypeVar("T")

# A closed month is re-read a few times a day, since late entries may still change it.
PAST_SECONDS = 6 * 3600
# Sums over the whole school carry their time on the page (数据截至).
SCHOOL_SECONDS = 300


def kept(key: str, seconds: int, make: Callable[[], T]) -> T:
    """``make()``, kept under ``key`` for ``seconds``; 0 means: count now."""
    if not seconds:
        return make()
    found = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, seconds)
    value: T = found
    return value
