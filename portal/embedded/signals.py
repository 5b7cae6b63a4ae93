"""Stop signals and the end of children wake one waiting place; nothing polls while idle."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from types import FrameType

from .errors import Stopped

STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """Handlers for the life of the process; `pause` is the only place that waits."""

    def __init__(self) -> None:
        self.stop: signal.Signals | None = None
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def install(self) -> None:
        """SIGINT explicitly: a script that starts us with `&` has it ignored.

        SIGHUP keeps being ignored when it is (nohup).
        """
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in STOP:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def ignore_stop(self) -> None:
        """Once stopping, a second and third Ctrl-C change nothing."""
        for number in STOP:
            signal.signal(number, signal.SIG_IGN)

    def pause(self, seconds: float | None = None) -> None:
        """Wait for a signal, at most `seconds`. Raises Stopped once a stop was asked for."""
        if self.stop is None:
            select.select([self._read], [], [], seconds)
            with contextlib.suppress(BlockingIOError):
                while os.read(self._read, 512):
                    pass
        if self.stop is not None:
            raise Stopped

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self.stop = signal.Signals(number)
