"""Children of one run: started, watched, waited for, stopped in reverse order."""

from __future__ import annotations

from collections.abc import Callable

from .children import Child, wait_until
from .errors import StackError
from .signals import Signals

COMMAND_SECONDS = 1800


class Runner:
    """Servers must not end by themselves; commands must, with status 0."""

    def __init__(self) -> None:
        self.signals = Signals()
        self.servers: list[Child] = []
        self.commands: list[Child] = []
        self.at_end: list[Callable[[], object]] = []

    def serve(self, child: Child) -> Child:
        """Start a child whose end means the end of all."""
        self.servers.append(child.start())
        return child

    def begin(self, command: Child) -> Child:
        """Start a command that runs beside other work; `finish` waits for it."""
        self.commands.append(command.start())
        return command

    def finish(self, command: Child) -> None:
        """Wait for a command. Raises StackError with the tail of its log when it failed."""
        self._wait(lambda: not command.is_running(), COMMAND_SECONDS, command)
        self.commands.remove(command)
        command.kill_group()
        if command.returncode():
            raise StackError(f"{command.name} failed ({_status(command)}). {_log_of(command)}")

    def complete(self, command: Child) -> None:
        self.finish(self.begin(command))

    def await_ready(self, child: Child, is_ready: Callable[[], bool], seconds: float) -> None:
        """Wait until a server answers. Raises StackError with the tail of its log if not."""
        self._wait(is_ready, seconds, child)

    def check(self) -> None:
        """Raise StackError when a server has ended."""
        for child in self.servers:
            if not child.is_running():
                raise StackError(
                    f"{child.name} ended ({_status(child)}), so everything stops. {_log_of(child)}"
                )

    def watch(self) -> None:
        """Sleep until a server ends (StackError) or a stop signal comes (Stopped)."""
        while True:
            self.check()
            self.signals.pause()

    def stop(self) -> None:
        """Stop all, last started first; those of the Django side together, to save time.

        The servers that hold data come first in the list and last here, one by one.
        """
        self.signals.ignore_stop()
        data = [child for child in self.servers if child.holds_data]
        rest = [*self.commands, *(child for child in self.servers if not child.holds_data)]
        for child in reversed(rest):
            child.signal_to_stop()
        for child in reversed(rest):
            child.finish()
        for child in reversed(data):
            child.stop()
        self.servers, self.commands = [], []
        while self.at_end:
            self.at_end.pop()()

    def _wait(self, condition: Callable[[], bool], seconds: float, subject: Child) -> None:
        def done() -> bool:
            self.check()
            return condition()

        if not wait_until(done, seconds, pause=self.signals.pause):
            raise StackError(
                f"{subject.name} was not ready after {seconds:.0f} s. {_log_of(subject)}"
            )


def _status(child: Child) -> str:
    status = child.returncode()
    if status is not None and status < 0:
        return f"killed by signal {-status}"
    return f"exit status {status}"


def _log_of(child: Child) -> str:
    return f"The end of {child.log}:\n{child.tail()}"
