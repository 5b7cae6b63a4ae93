"""A postmaster.pid left by a crash, naming a process that has nothing to do with us.

Usual after the restart of a container, where the same small numbers are given out again:
PostgreSQL then believes that it is still running. Only called while the lock is held.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .errors import StackError


def remove_stale_pid_file(data: Path) -> bool:
    """Remove the pid file when no server works on `data`; whether there was one.

    Raises StackError when one does: it was started by hand, as our own would still hold the
    lock. The file also names a shared-memory segment that must not be taken from live
    backends, hence the look at every process, not only at the one in the file.
    """
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return False
    users = servers_on(data)
    if users:
        raise StackError(
            f"PostgreSQL (pid {', '.join(map(str, users))}) already works on {data} and was "
            "not started by this program. Stop it first."
        )
    pid_file.unlink()
    return True


def servers_on(data: Path) -> list[int]:
    """PostgreSQL processes whose working directory or command line is `data`."""
    if not Path("/proc/self/stat").exists():
        return _named_server(data)
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _is_server_on(entry, data):
            found.append(int(entry.name))
    return sorted(found)


def _is_server_on(process: Path, data: Path) -> bool:
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
        # Only PostgreSQL's own: somebody's shell may well stand in the directory.
        if not os.path.basename(words[0]).startswith(b"postgres"):
            return False
        if os.fsencode(data) in words:
            return True
        return os.path.samefile(process / "cwd", data)
    except OSError:  # gone meanwhile, or another user's
        return False


def _named_server(data: Path) -> list[int]:
    """Without /proc (macOS): ask ps about the one process that the file names."""
    try:
        pid = int((data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        return []
    asked = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], check=False, capture_output=True
    )
    return [pid] if os.fsencode(data) in asked.stdout else []
