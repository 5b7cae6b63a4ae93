"""pytest plugin: real PostgreSQL and Valkey for the whole run, before any settings are read.

Load it with `-p portal.embedded.pytest_boot` in `addopts`. A root conftest.py is too late:
pytest-django imports the settings before it. Only the controlling process boots servers; xdist
workers inherit the addresses, and pytest-django gives each its own database name.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Generator

import pytest

from . import kept_schema
from .throwaway import ThrowAwayStack

_stack: ThrowAwayStack | None = None


# A wrapper runs before every plain implementation, pytest-django's tryfirst one included.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    global _stack
    # The same DATABASE_URL in every process tells xdist workers that there is nothing to boot.
    if _stack is None and "PYTEST_XDIST_WORKER" not in os.environ:
        _stack = ThrowAwayStack()
        # For a run that ends before it is configured: a wrong option, a broken conftest.
        atexit.register(_close)
        _stack.__enter__()
        os.environ.update(_stack.environment())
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """A kept schema is put in place of all migrations, unless a fresh one is asked for."""
    if _stack is None or _stack.postgres is None or not kept_schema.is_wanted():
        return
    is_parallel = bool(getattr(config.option, "numprocesses", None))
    if not is_parallel and not config.option.create_db and kept_schema.restore(_stack.postgres):
        config.option.reuse_db = True


def keep_schema() -> None:
    """Called with the fresh test database in place, before the first test."""
    if _stack is not None and _stack.postgres is not None and kept_schema.is_wanted():
        kept_schema.keep(_stack.postgres)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Also reached after Ctrl-C. After kill -9 the kernel stops the servers."""
    _close()


def _close() -> None:
    global _stack
    if _stack is not None:
        _stack.close()
        _stack = None
