"""Start, serve, stop: in order, by Ctrl-C, by kill, and again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.embedded.children import wait_until
from portal.embedded.lock import read_holder
from tests.embedded.running import OURS, SERVE, Running, nothing_left, processes_of

pytestmark = pytest.mark.stack
Start = Callable[..., Running]


def calls(var: Path) -> list[str]:
    return (var / "calls").read_text(encoding="utf-8").split()


def test_ctrl_c_stops_all_and_a_second_start_is_quick_and_keeps_rows(
    start: Start, place: Path
) -> None:
    var = place / "var"
    # As from a script with `&`: SIGINT arrives ignored and must still work.
    first = start(var, ignore_sigint=True).until_ready()
    assert "leader  sesame" in first.text
    assert first.ask("/rows", "POST")["rows"] == 1
    assert sorted(calls(var)) == ["collectstatic", "migrate", "prepare_demo"]
    assert first.interrupt() == 0
    assert not processes_of(var)
    assert not (var / "running.json").exists()

    second = start(var).until_ready()
    busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert second.seconds < 6 * busy, second.text
    assert second.ask("/rows")["rows"] == 1
    assert calls(var).count("migrate") == 1, "nothing changed, so nothing to migrate"
    second.process.send_signal(signal.SIGTERM)
    second.process.send_signal(signal.SIGINT)
    second.process.send_signal(signal.SIGINT)
    assert second.ended() == 0, "impatience changes nothing"
    assert not processes_of(var)


def test_a_killed_supervisor_leaves_no_process_and_loses_no_committed_row(
    start: Start, kept_var: Path
) -> None:
    first = start(kept_var).until_ready()
    rows = first.ask("/rows", "POST")["rows"]
    first.process.kill()
    # At once: the next start waits for the leftovers, which still hold the lock.
    second = start(kept_var).until_ready()
    assert second.ask("/rows")["rows"] == rows
    second.process.kill()
    second.process.wait()
    assert nothing_left(kept_var), processes_of(kept_var)


@pytest.mark.parametrize("word", ["postgres", "valkey-server", "gunicorn", "worker", "beat"])
def test_the_death_of_any_child_stops_all_and_loses_no_committed_row(
    start: Start, kept_var: Path, word: str
) -> None:
    running = start(kept_var).until_ready()
    rows = running.ask("/rows", "POST")["rows"]
    os.kill(running.child(word), signal.SIGKILL)
    assert running.ended() == 1
    name = {"gunicorn": "web", "valkey-server": "valkey"}.get(word, word)
    assert f"{name} ended (killed by signal 9)" in running.text
    assert nothing_left(kept_var, 5), processes_of(kept_var)
    if word in ("worker", "beat"):  # they hold no data
        return
    again = start(kept_var).until_ready()
    assert again.ask("/rows")["rows"] == rows
    # Not in order, to save the time: the kill of the supervisor is tested above.
    again.process.kill()
    again.process.wait()
    assert nothing_left(kept_var)


def test_a_closed_standard_output_does_not_break_the_stop(kept_var: Path) -> None:
    inherited = {k: v for k, v in os.environ.items() if k not in OURS}
    process = subprocess.Popen(
        [sys.executable, str(SERVE), "--var", str(kept_var)],
        env={**inherited, "PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout
    process.stdout.close()  # nobody reads: every line it prints fails
    assert wait_until(lambda: read_holder(kept_var / "demo.lock").get("pid") == process.pid, 30)
    assert wait_until((kept_var / "running.json").exists, 60)
    process.send_signal(signal.SIGINT)
    assert process.wait(40) == 0
    assert not processes_of(kept_var)


def test_a_stop_during_the_start_leaves_nothing(start: Start, place: Path) -> None:
    running = start(place / "var")
    assert wait_until(lambda: "new database cluster" in running.text, 30)
    assert running.interrupt() == 0
    assert not processes_of(place)
    assert start(place / "var").until_ready().address, "half a cluster is no obstacle"
