"""The campus with family contacts, health and aid on it."""

import pytest

from tests.students.record_cast import with_records
from tests.world import World


@pytest.fixture
def school(world: World) -> World:
    return with_records(world)
