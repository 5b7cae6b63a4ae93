"""One supervisor per data directory.

The lock is an flock that the two servers inherit: it is free again only when the last process
that could write the data has ended, however the supervisor died.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from .children import wait_until
from .errors import StackError

LEFTOVERS_SECONDS = 30


class Lock:
    """Held from `acquire` to `close`; `fd` is to be passed to the servers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd = -1
        self.is_held = False

    def acquire(self, pause: Callable[[float], None] = time.sleep) -> None:
        """Take the lock. Raises StackError when a supervisor has it.

        Where that supervisor was killed, its servers are on their way out: wait for them.
        """
        try:
            self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except PermissionError:
            raise StackError(
                f"{self.path.parent} belongs to another user. Choose a directory of your own "
                "with --var DIR (make demo VAR=DIR)."
            ) from None
        if not self._try():
            self._refuse_if_alive()
            if not wait_until(self._try, LEFTOVERS_SECONDS, pause=pause):
                self._refuse_if_alive()
                self.close()
                raise StackError(
                    "A previous run was killed and its servers have not ended; they still "
                    f"hold {self.path}. End them (see `fuser {self.path}`) and start again."
                )
        self.is_held = True
        self._write({"pid": os.getpid()})

    def note_address(self, address: str) -> None:
        self._write({"pid": os.getpid(), "address": address})

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
            self.is_held = False

    def _try(self) -> bool:
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _refuse_if_alive(self) -> None:
        holder = read_holder(self.path)
        pid = holder.get("pid")
        if not isinstance(pid, int) or not is_alive(pid):
            return
        self.close()
        address = holder.get("address")
        raise StackError(
            f"The portal is already running on {self.path.parent} (pid {pid})"
            + (f", at {address}" if address else "")
            + ". For a second one choose another directory and port: "
            "make demo VAR=var/second PORT=0."
        )

    def _write(self, holder: dict[str, object]) -> None:
        text = json.dumps(holder).encode()
        os.pwrite(self.fd, text, 0)
        os.ftruncate(self.fd, len(text))


def read_holder(path: Path) -> dict[str, object]:
    """Who holds (or last held) the lock: pid, and address once it serves."""
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return holder if isinstance(holder, dict) else {}


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and only not yet collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] != "Z"
