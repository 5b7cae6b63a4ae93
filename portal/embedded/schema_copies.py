"""One migrated database for all workers of a parallel test run, which copy it.

The controlling process has it made (from the kept file where there is one, and by the migrations
in a process of its own, while the workers are still collecting). That process holds a lock to its
end, however it
ends; each worker waits for the lock and copies. Should the migrations have failed, the worker's own
migration of its copy fails with the words that belong to it.
"""

from __future__ import annotations

import fcntl
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from . import kept_schema
from .children import Child
from .throwaway import ThrowAwayStack

# Names the database to copy and the lock; workers inherit them.
TEMPLATE = "PORTAL_TEST_TEMPLATE"
LOCK = "PORTAL_TEST_TEMPLATE_LOCK"


def prepare(stack: ThrowAwayStack) -> Child | None:
    """Called in the controlling process. With a server of somebody else each worker migrates."""
    if stack.postgres is None or stack.directory is None:
        return None
    lock = stack.directory / "test-schema.lock"
    held = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX)
    made: Child | None = None
    try:
        if not (kept_schema.is_wanted() and kept_schema.restore(stack.postgres)):
            stack.postgres.sql(f"CREATE DATABASE {kept_schema.TEST_DATABASE}")
        # A kept schema has its migrations behind it, but no rows: these are written after them.
        made = _migration(stack, held).start()
    finally:
        os.close(held)  # the migrating process has it still
    os.environ.update({TEMPLATE: kept_schema.TEST_DATABASE, LOCK: str(lock)})
    return made


def _migration(stack: ThrowAwayStack, lock: int) -> Child:
    assert stack.directory is not None
    environment = {**os.environ, **stack.environment()}
    environment["DATABASE_URL"] = with_name(environment["DATABASE_URL"], kept_schema.TEST_DATABASE)
    environment["DJANGO_SETTINGS_MODULE"] = "portal.settings.test"
    return Child(
        "test schema",
        [sys.executable, "manage.py", "migrate", "-v0"],
        stack.directory / "test-schema.log",
        env=environment,
        cwd=kept_schema.ROOT,
        pass_fds=(lock,),
    )


def copy(name: str) -> bool:
    """Called in a worker: make database ``name`` from the template; False when there is none."""
    template = os.environ.get(TEMPLATE)
    if not template:
        return False
    with Path(os.environ[LOCK]).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
    create(name, template)
    return True


def create(name: str, template: str) -> None:
    """Make a database by copying another, which nobody may be using; one so named goes first."""
    drop(name)
    _on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def drop(name: str) -> None:
    _on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _on_server(statement: str) -> None:
    # Outside any transaction, as these statements demand.
    connection = psycopg2.connect(with_name(os.environ["DATABASE_URL"], "postgres"))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


def with_name(url: str, name: str) -> str:
    """The address of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
