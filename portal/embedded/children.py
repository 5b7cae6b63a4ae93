"""A child process that dies with us, writes to its own log, and is stopped in a stated way."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .accounts import Account

PR_SET_PDEATHSIG = 1


def die_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """A function for the forked child: ask the kernel to send `stop_signal` when we die.

    Linux only; elsewhere `None`, and a killed supervisor leaves its children. The kernel ties
    the request to the thread that forked, so children are started from the main thread only.
    It runs after the change of user, because a change of user clears the request.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def in_child() -> None:
        prctl(PR_SET_PDEATHSIG, int(stop_signal))
        # The parent may have died between fork and prctl: then nobody would ever signal us.
        if os.getppid() != parent:
            os._exit(70)

    return in_child


@dataclass
class Child:
    """A process in its own session, so that Ctrl-C on the terminal reaches us alone.

    Without a `log` it is a person's own command: it keeps our terminal and our session.
    `holds_data` marks the servers that must outlive all who use them. `grace` is how many
    seconds it may take to end after `stop_signal`; whatever is left of its process group
    afterwards is killed, because workers of a killed web or Celery master live on.
    """

    name: str
    argv: Sequence[object]
    log: Path | None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    account: Account | None = None
    pass_fds: Sequence[int] = ()
    holds_data: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> Child:
        """Start it; returns itself. The log file is opened by us, so any account may write."""
        with contextlib.ExitStack() as closing:
            streams: dict[str, Any] = {}
            if self.log is not None:
                self.log.parent.mkdir(parents=True, exist_ok=True)
                log = closing.enter_context(self.log.open("ab"))
                streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": subprocess.STDOUT}
            self.process = subprocess.Popen(
                [str(part) for part in self.argv],
                env=dict(self.env) if self.env is not None else None,
                cwd=self.cwd,
                pass_fds=tuple(self.pass_fds),
                start_new_session=self.log is not None,
                preexec_fn=die_with_parent(self.stop_signal),
                **streams,
                **(self.account.popen_arguments() if self.account else {}),
            )
        return self

    @property
    def pid(self) -> int:
        if self.process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self.process.pid

    def returncode(self) -> int | None:
        """Exit status once it has ended (negative: the signal that ended it), else `None`."""
        return self.process.poll() if self.process else None

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal_to_stop(self) -> None:
        if self.is_running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, self.stop_signal)

    def finish(self) -> None:
        """Wait out the grace, then kill the whole group in any case."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.grace)
        self.kill_group()
        self.process.wait()

    def stop(self) -> None:
        self.signal_to_stop()
        self.finish()

    def kill_group(self) -> None:
        """Kill what is left of its session; our own session is not its."""
        if self.log is None:
            if self.process is not None:
                self.process.kill()
            return
        # The group lives as long as any member, so its number cannot have been given away
        # while somebody is left; with nobody left the call fails, which is the usual case.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def tail(self, lines: int = 20) -> str:
        """The last lines of its log, for error messages."""
        return tail(self.log, lines) if self.log else ""


def tail(path: Path, lines: int = 20) -> str:
    """The last `lines` lines of a text file, empty when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 64 * 1024))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def wait_until(
    condition: Callable[[], bool],
    seconds: float,
    *,
    pause: Callable[[float], None] = time.sleep,
    step: float = 0.02,
) -> bool:
    """Whether `condition` came true within `seconds`. `pause` may raise to break the wait off."""
    deadline = time.monotonic() + seconds
    while not condition():
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        pause(min(step, left))
    return True
