"""CPU time of process trees, from /proc alone, in milliseconds.

`schedstat` counts nanoseconds per thread; where the kernel has none, the clock ticks of `stat`
(10 ms each) have to do, which is enough for sums over many requests.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def cpu_ms(root: int) -> float:
    """CPU of a process, its living descendants, and its children that ended already."""
    total = 0.0
    for pid in [root, *descendants(root)]:
        with contextlib.suppress(OSError):
            total += _own(pid)
    with contextlib.suppress(OSError):
        fields = _stat(root)
        total += (int(fields[13]) + int(fields[14])) * TICK_MS  # cutime + cstime
    return total


def descendants(root: int) -> list[int]:
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        for task in _tasks(pid):
            with contextlib.suppress(OSError):
                children = (task / "children").read_text().split()
                found += map(int, children)
                queue += map(int, children)
    return found


def _tasks(pid: int) -> list[Path]:
    try:
        return list((PROC / str(pid) / "task").iterdir())
    except OSError:
        return []


def _own(pid: int) -> float:
    total = 0.0
    try:
        for task in _tasks(pid):
            total += int((task / "schedstat").read_text().split()[0]) / 1e6
    except OSError:
        fields = _stat(pid)
        return (int(fields[11]) + int(fields[12])) * TICK_MS
    return total


def _stat(pid: int) -> list[str]:
    """Fields after the command name, so field 14 of proc(5) has index 11."""
    text = (PROC / str(pid) / "stat").read_text()
    return text.rpartition(")")[2].split()
