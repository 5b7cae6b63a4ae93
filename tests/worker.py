"""A real Celery worker on the database of the running test and a queue of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[1]


def worker_environment() -> dict[str, str]:
    """The environment in which a process sees the test database."""
    kept = connection.settings_dict
    host = kept["HOST"] or ""
    where = f"?host={host}" if host.startswith("/") else ""
    net = "" if host.startswith("/") else f"{host}:{kept['PORT']}"
    login = kept["USER"] + (f":{kept['PASSWORD']}" if kept["PASSWORD"] else "")
    url = f"postgresql://{login}@{net}/{kept['NAME']}{where}"
    return {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings.test"}


def start_worker(queue: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "celery", "-A", "portal", "worker", "-P", "solo", "-Q", queue,
               "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]  # fmt: skip
    return subprocess.Popen(
        command, cwd=ROOT, env=worker_environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


def until(condition: Callable[[], bool], what: str, seconds: float = 120) -> None:
    """Wait for a condition; fail when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited too long for {what}"
        time.sleep(0.05)
