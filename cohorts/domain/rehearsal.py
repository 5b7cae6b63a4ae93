"""Showing what a write would do: the write itself, taken back."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from portal.core.scope import forget_reach

T = TypeVar("T")


def rehearse(work: Callable[[], T]) -> T:
    """Run ``work`` and roll back everything it wrote; returns what it returned.

    So a preview tells exactly what the write will do, and a refusal (DomainError) comes before
    anybody has confirmed anything.
    """
    try:
        with transaction.atomic():
            result = work()
            transaction.set_rollback(True)
        return result
    finally:
        forget_reach()
