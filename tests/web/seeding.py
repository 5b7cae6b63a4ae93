"""A seeded school that all tests of one module share; each test's own changes are undone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction


@contextmanager
def shared_by_module(blocker: Any, fill: Callable[[], object]) -> Iterator[None]:
    """Fill the database in a transaction around all tests of the module, then undo it."""
    with blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            fill()
            yield
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
