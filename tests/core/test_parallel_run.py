"""How `make test` shares its tests out: workers keep apart, long files are known by name."""

from pathlib import Path

import pytest

from portal.embedded.pytest_boot import keys_of
from tests import parallel

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("worker", "url", "own"),
    [
        ("gw0", "unix:///tmp/a/valkey.sock?db=0", "unix:///tmp/a/valkey.sock?db=1"),
        ("gw3", "unix:///tmp/a/valkey.sock", "unix:///tmp/a/valkey.sock?db=4"),
        ("gw1", "redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/2"),
        ("gw1", "redis://:secret@cache:6379", "redis://:secret@cache:6379/2"),
    ],
)
def test_each_worker_has_a_key_space_of_its_own(worker: str, url: str, own: str) -> None:
    assert keys_of(worker, url) == own


def test_the_files_known_by_name_exist() -> None:
    for place in (*parallel.WHOLE, *parallel.SPLIT, *parallel.LONG):
        file = place.partition("::")[0]
        assert list(ROOT.glob(f"{file}*")), place


def test_one_portal_serves_all_journeys_and_long_tests_are_spread() -> None:
    assert parallel.together("tests/browser/test_pages.py::test_a[x]") == "tests/browser"
    assert parallel.together("tests/core/test_floor.py::test_a") == "tests/core/test_floor.py"
    split = f"{parallel.SPLIT[0]}::test_a[1]"
    assert parallel.together(split) == split
    assert parallel.rank("tests/browser") == 0
    assert parallel.rank("tests/students/test_plan.py") == len(parallel.LONG)
