"""How a parallel run shares its tests out, and that continuous integration accepts no skip.

Each worker has a database, a key space and ports of its own; a file stays whole, because its tests
may share a world. What takes longest is begun first, so that all workers end together.
"""

from collections import Counter
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# One running portal, one server for all tests of the package.
WHOLE = ("tests/browser", "tests/cas")
# Files of long tests that share nothing: each test goes to whoever is free.
SPLIT = (
    "tests/permissions/test_oracle.py",
    "tests/review/test_hostile_addresses.py",
    "tests/web/test_every_url.py",
)
# Long ones, the longest first; the others follow by their number of tests.
LONG = (
    "tests/browser",
    "tests/embedded/test_life.py",
    "tests/review/test_hostile_addresses.py",
    "tests/permissions/test_oracle.py::test_without",
    "tests/web/test_every_url.py::test_every",
    "tests/web/test_api_schemathesis.py",
    "tests/permissions/test_oracle.py",
    "tests/embedded",
    "tests/core/test_audit_killed.py",
    "tests/core/test_admin",
    "tests/core/test_jobs.py",
    "tests/core",
    "tests/cohorts",
    "tests/cas",
)


def together(test: str) -> str:
    """The tests that one worker does one after the other are those of the same name."""
    file = test.partition("::")[0]
    if file in SPLIT:
        return test
    return next((folder for folder in WHOLE if file.startswith(f"{folder}/")), file)


def rank(unit: str) -> int:
    """Place in LONG; after all of them for the rest."""
    return next((place for place, long in enumerate(LONG) if unit.startswith(long)), len(LONG))


class Sharing(LoadScopeScheduling):
    """Gives the next unit, in the order of collection, to a worker that has ended its own."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)


def put_in_order(items: list[pytest.Item]) -> None:
    sizes = Counter(together(item.nodeid) for item in items)

    def place(item: pytest.Item) -> tuple[int, int, str]:
        unit = together(item.nodeid)
        return rank(unit), -sizes[unit], unit

    items.sort(key=place)  # stable: inside a file tests with real commits stay the last


# May be left out also under CI: records that are not part of the project, and long forms.
MAY_BE_LEFT_OUT = (
    "tests/web/test_real_records.py",
    "tests/web/test_api_schemathesis.py",
    "tests/students/test_early_oulad.py",
)


def refuse_skips(session: pytest.Session) -> None:
    """A skipped test proves nothing: under CI the run fails and says which they were, except for
    those that want what a machine need not have (``MAY_BE_LEFT_OUT``)."""
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    left = [
        report
        for report in (*reporter.stats.get("skipped", ()), *reporter.stats.get("xfailed", ()))
        if not report.nodeid.startswith(MAY_BE_LEFT_OUT)
    ]
    if left:
        names = "\n".join(f"  {report.nodeid}: {report.longrepr}" for report in left)
        reporter.write_line(f"\nCI accepts no skipped test:\n{names}", red=True)
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
