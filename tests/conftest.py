"""Fixtures shared by all tests: the small campus with its named cast."""

import pytest

from tests.world import World, build_world


@pytest.fixture
def world(db: None) -> World:
    """A campus of two colleges and two academies; see tests/world.py for who is who."""
    return build_world()
