"""Fixtures shared by all tests: the small campus with its named cast."""

from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations

from portal.embedded.pytest_boot import keep_schema
from tests.world import World, build_world


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """The migrated database is kept as a file for the next run of a few tests."""
    keep_schema()


@pytest.fixture
def world(db: None) -> World:
    """A campus of two colleges and two academies; see tests/world.py for who is who."""
    return build_world()


@pytest.fixture(autouse=True, scope="session")
def _emptied_between_tests() -> None:
    """Tests with real commits empty all tables afterwards, the append-only ones too."""
    flush = DatabaseOperations.sql_flush

    def with_leave(self: Any, *args: Any, **kwargs: Any) -> list[str]:
        statements = flush(self, *args, **kwargs)
        leave = "SET LOCAL portal.audit_archive = 'on';"
        return [leave, *statements] if statements else []

    DatabaseOperations.sql_flush = with_leave  # type: ignore[method-assign]
