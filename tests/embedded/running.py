"""A supervisor as a process of its own, on the tiny project beside this file."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from portal.embedded.children import wait_until

SERVE = Path(__file__).parent / "tiny" / "serve.py"
STARTS_WITHIN = 60
STOPS_WITHIN = 40
# What this test run itself lives on.
OURS = (
    *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS", "SEALED_KEYS", "PORTAL_VAR"),
    *("HOST", "DJANGO_SETTINGS_MODULE"),
)


def reachable_directory() -> Path:
    """A new directory any account may enter; pytest's own is closed to others."""
    directory = Path(tempfile.mkdtemp(prefix="portal-test-"))
    directory.chmod(0o755)
    return directory


class Running:
    """Started at once; `until_ready` waits for the address."""

    def __init__(
        self,
        var: Path,
        *,
        env: Mapping[str, str] | None = None,
        port: int = 0,
        argv: Sequence[str] = (sys.executable, str(SERVE)),
        ignore_sigint: bool = False,
        user: int | None = None,
    ) -> None:
        self.var = var
        inherited = {k: v for k, v in os.environ.items() if k not in OURS}
        self.output = Path(tempfile.mkstemp(prefix="portal-output-")[1])
        self.began = time.monotonic()
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*argv, "--var", str(var)],
                env={**inherited, "PORT": str(port), **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # What a shell script does to everything it starts with `&`.
                preexec_fn=(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN) and None)
                if ignore_sigint
                else None,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )
        self.address = ""

    @property
    def text(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    def until_ready(self) -> Running:
        def is_ready() -> bool:
            found = re.search(r"portal is ready: (http\S+)", self.text)
            self.address = found[1] if found else ""
            return bool(found) or self.process.poll() is not None

        assert wait_until(is_ready, STARTS_WITHIN), self.text
        assert self.address, self.text
        self.seconds = time.monotonic() - self.began
        return self

    def ended(self) -> int:
        """Its exit status, once it has stopped by itself or was told to."""
        return self.process.wait(STOPS_WITHIN)

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.ended()

    def ask(self, path: str, method: str = "GET") -> dict[str, object]:
        request = urllib.request.Request(self.address.rstrip("/") + path, method=method)
        with urllib.request.urlopen(request, timeout=20) as reply:
            return dict(json.loads(reply.read()))

    def child(self, word: str) -> int:
        """The direct child that has `word`, or a path ending in it, in its command line."""
        for pid in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            for child in pid.read_text().split():
                words = (
                    Path(f"/proc/{child}/cmdline").read_bytes().replace(b" ", b"\0").split(b"\0")
                )
                if any(part.split(b"/")[-1] == word.encode() for part in words):
                    return int(child)
        raise AssertionError(f"no child {word}")

    def clean_up(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.output.unlink()


def processes_of(var: Path) -> dict[int, str]:
    """Live processes that belong to a data directory, by command line, environment or cwd."""
    found = {}
    needle = os.fsencode(var)
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            state = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
            command = (entry / "cmdline").read_bytes()
            belongs = needle in command or needle in (entry / "environ").read_bytes()
            if state != "Z" and (belongs or needle in os.fsencode(os.readlink(entry / "cwd"))):
                found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
    return found


def nothing_left(var: Path, seconds: float = 30) -> bool:
    return wait_until(lambda: not processes_of(var), seconds, step=0.1)
