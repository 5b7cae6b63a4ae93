"""pytest plugin: real PostgreSQL and Valkey for the whole run, before any settings are read.

Load it with `-p portal.embedded.pytest_boot` in `addopts`. A root conftest.py is too late:
pytest-django imports the settings before it. Only the controlling process boots servers; xdist
workers inherit the addresses. Each has a PostgreSQL database of its own, copied from one migrated
template, and a Valkey database of its own for cache and queues.
"""

from __future__ import annotations

import atexit
import os
import re
from collections.abc import Generator

import pytest

from . import kept_schema, schema_copies
from .children import Child
from .throwaway import ThrowAwayStack

_stack: ThrowAwayStack | None = None
_migration: Child | None = None


# A wrapper runs before every plain implementation, pytest-django's tryfirst one included.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    global _stack
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is not None:
        os.environ["REDIS_URL"] = keys_of(worker, os.environ["REDIS_URL"])
    elif _stack is None:
        _stack = ThrowAwayStack()
        # For a run that ends before it is configured: a wrong option, a broken conftest.
        atexit.register(_close)
        _stack.__enter__()
        os.environ.update(_stack.environment())
    return (yield)


def keys_of(worker: str, url: str) -> str:
    """The address of a worker's own key space: gw0 has database 1, gw1 database 2, ..."""
    number = int(worker.removeprefix("gw")) + 1
    if url.startswith("unix://"):
        return f"{url.partition('?')[0]}?db={number}"
    return re.sub(r"(//[^/]+)(/\d*)?$", rf"\1/{number}", url)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """A kept schema is put in place of all migrations, unless a fresh one is asked for."""
    global _migration
    if _stack is None or _stack.postgres is None:
        return
    if getattr(config.option, "numprocesses", None):
        _migration = schema_copies.prepare(_stack)
    elif not config.option.create_db and kept_schema.is_wanted():
        config.option.reuse_db |= kept_schema.restore(_stack.postgres)


def keep_schema() -> None:
    """Called with the fresh test database in place, before the first test."""
    if _stack is not None and _stack.postgres is not None and kept_schema.is_wanted():
        kept_schema.keep(_stack.postgres)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Also reached after Ctrl-C. After kill -9 the kernel stops the servers."""
    _close()


def _close() -> None:
    global _stack, _migration
    if _migration is not None:
        _migration.stop()
        _migration = None
    if _stack is not None:
        _stack.close()
        _stack = None
