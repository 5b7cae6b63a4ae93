"""Two at once, ports that are taken, health pages that lie or fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from portal.embedded.errors import StackError
from portal.embedded.network import answers_as, listen, port_from
from tests.embedded.running import Running, processes_of

pytestmark = pytest.mark.stack
Start = Callable[..., Running]


def test_two_copies_run_at_once_but_one_data_directory_serves_one(
    start: Start, place: Path
) -> None:
    one, two = start(place / "one"), start(place / "two")
    one.until_ready()
    two.until_ready()
    assert one.address != two.address
    assert one.ask("/healthz")["instance"] != two.ask("/healthz")["instance"]
    port = int(one.address.rstrip("/").rpartition(":")[2])
    theirs, ours = _NamedLike(("127.0.0.1", port)), str(one.ask("/healthz")["instance"])
    assert answers_as(theirs, "/healthz", ours)
    assert not answers_as(theirs, "/healthz", str(two.ask("/healthz")["instance"]))
    third = start(place / "one")
    assert third.ended() == 1
    assert f"already running on {place / 'one'} (pid {one.process.pid})" in third.text
    assert "Traceback" not in third.text
    assert one.address in third.text
    assert one.ask("/healthz"), "the refused one changed nothing"


def test_a_taken_port_is_named_with_a_way_out(start: Start, place: Path) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        running = start(place / "var", port=port)
        assert running.ended() == 1
    assert f"Port {port} is in use" in running.text
    assert "PORT=0" in running.text
    assert not processes_of(place)


def test_the_loser_of_a_race_for_a_port_learns_it_when_binding() -> None:
    with listen("127.0.0.1", 0) as winner, pytest.raises(StackError, match="is in use"):
        listen("127.0.0.1", winner.getsockname()[1])


def test_a_health_page_that_fails_ends_the_start_with_the_tail_of_the_log(
    start: Start, place: Path
) -> None:
    running = start(place / "var", env={"TINY_HEALTH": "500", "TINY_READY_SECONDS": "2"})
    assert running.ended() == 1
    assert "web was not ready after 2 s" in running.text
    assert "the health page is broken" in running.text
    assert not processes_of(place)


def test_a_failing_command_ends_the_start_and_is_repeated_next_time(
    start: Start, place: Path
) -> None:
    running = start(place / "var", env={"TINY_FAILS": "prepare_demo"})
    assert running.ended() == 1
    assert "prepare_demo failed (exit status 1)" in running.text
    assert "prepare_demo cannot be done today" in running.text
    assert not processes_of(place)
    start(place / "var").until_ready()
    calls = (place / "var" / "calls").read_text(encoding="utf-8").split()
    assert calls.count("migrate") == 2


@pytest.mark.parametrize("text", ["", "eighty", "-1", "65536", "８０", "80.0"])
def test_a_port_that_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(StackError, match="PORT must be a number"):
        port_from(text)


class _NamedLike:
    """Has the address of somebody else's listening socket."""

    def __init__(self, name: tuple[str, int]) -> None:
        self.name = name

    def getsockname(self) -> tuple[str, int]:
        return self.name
