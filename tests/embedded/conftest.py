"""Data directories and supervisors that are gone after the test, whatever happened in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.embedded.binaries import SHARED_COPIES
from portal.embedded.paths import Paths
from tests.embedded.running import Running, processes_of, reachable_directory

if not sys.platform.startswith("linux"):
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture
def place() -> Iterator[Path]:
    directory = reachable_directory()
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def kept_var() -> Iterator[Path]:
    """One data directory for the tests of a module, so that only the first makes a cluster."""
    directory = reachable_directory()
    yield directory / "var"
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def start(place: Path) -> Iterator[Callable[..., Running]]:
    """`start(var, ...)` gives a Running; everything of it is stopped after the test.

    It asks for `place` only to be torn down before it: servers need their data to stop well.
    """
    started: list[Running] = []

    def begin(var: Path, **options: object) -> Running:
        started.append(Running(var, **options))  # type: ignore[arg-type]
        return started[-1]

    yield begin
    for running in started:  # all at once, to save time
        if running.process.poll() is None:
            running.process.send_signal(signal.SIGINT)
    for running in started:
        running.clean_up()
    for running in started:
        for pid in processes_of(running.var):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        key = Paths(Path(os.path.realpath(running.var))).key
        shutil.rmtree(SHARED_COPIES / f"data-{key}", ignore_errors=True)
        # A killed supervisor leaves its socket directory to the next start, which never comes.
        shutil.rmtree(Path(tempfile.gettempdir()) / f"portal-{os.geteuid()}-{key}", True)
