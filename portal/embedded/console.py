"""What the person at the keyboard sees. A closed terminal must not break an orderly stop."""

from __future__ import annotations

import contextlib
import os
import sys


def say(text: str = "") -> None:
    """Print a line; once standard output is gone (`| head`, closed terminal), print no more."""
    try:
        print(text, flush=True)
    except (OSError, ValueError):
        _give_up_stdout()


def _give_up_stdout() -> None:
    # Otherwise the interpreter meets the same error while it flushes at exit, and ends with 120.
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
