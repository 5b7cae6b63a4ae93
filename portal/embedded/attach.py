"""Joining a stack that runs already, from a command in another terminal."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from .application import ROOT
from .lock import is_alive
from .paths import RUNNING


def running_environment(var: Path | None = None) -> dict[str, str]:
    """Environment of the stack that runs on `var` (default: PORTAL_VAR, then ./var).

    Empty when none does or when its file belongs to another user.
    """
    directory = var or Path(os.environ.get("PORTAL_VAR") or ROOT / "var")
    try:
        running = json.loads((directory / RUNNING).read_text(encoding="utf-8"))
        pid, environment = int(running["pid"]), dict(running["environment"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return environment if is_alive(pid) else {}


def adopt_running_environment() -> bool:
    """Let this process use the running stack where nothing else is said; whether it does.

    For manage.py: `manage.py explain_access ...` beside `make demo` needs no further word.
    """
    if os.environ.get("DATABASE_URL"):
        return False
    environment = running_environment()
    for name, value in environment.items():
        os.environ.setdefault(name, value)
    return bool(environment)


def stand_in_environment() -> None:
    """For a command that works on files alone: settings want addresses, and nothing is at these.

    Whatever is set already stays.
    """
    for name, value in {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }.items():
        os.environ.setdefault(name, value)
