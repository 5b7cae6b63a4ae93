"""The Django side as command lines; nothing of it is imported here."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .children import Child
from .paths import Paths

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = ("portal", "cohorts", "students", "partybranch", "casework")
# What a person's shell may hold and what would bend our command lines.
FOREIGN = ("GUNICORN_CMD_ARGS", "CELERY_BROKER_URL", "CELERY_RESULT_BACKEND", "WEB_CONCURRENCY")


@dataclass(frozen=True)
class Application:
    """How to run a project in `root`. Tests replace the pieces by small ones."""

    root: Path = ROOT
    settings: str = "portal.settings.demo"
    manage: tuple[str, ...] = (sys.executable, "manage.py")
    wsgi: str = "portal.wsgi:application"
    celery: str = "portal.celery:app"
    health: str = "/healthz"
    prepare: str = "prepare_demo"
    logger: str = "portal.embedded.access_log.Logger"
    ready_seconds: float = 120

    def child_environment(self, paths: Paths, secrets: Mapping[str, str]) -> dict[str, str]:
        """Environment of every Django process, without the addresses of the servers."""
        inherited = {key: value for key, value in os.environ.items() if key not in FOREIGN}
        if inherited.get("ALLOWED_HOSTS"):  # else our own health check would be turned away
            inherited["ALLOWED_HOSTS"] += ",127.0.0.1"
        return {
            **inherited,
            **secrets,
            **({"DJANGO_SETTINGS_MODULE": self.settings} if self.settings else {}),
            "PORTAL_VAR": str(paths.var),
            "PYTHONUNBUFFERED": "1",
            "PYTHONUTF8": "1",
        }

    def management(self, name: str, *arguments: str, log: Path, env: Mapping[str, str]) -> Child:
        """A management command, not yet started."""
        argv = [*self.manage, name, *arguments]
        return Child(name, argv, log, grace=5, env=env, cwd=self.root)

    def web(self, listener: int, log: Path, env: Mapping[str, str]) -> Child:
        """gunicorn on a socket that is already bound and listening."""
        argv = [
            *[sys.executable, "-m", "gunicorn", self.wsgi, "--bind", f"fd://{listener}"],
            *["--worker-class", "gthread", "--workers", "2", "--threads", "4"],
            # Django is loaded once and shared by the workers: half a start's work, half the memory.
            "--preload",
            *["--timeout", "60", "--graceful-timeout", "8", "--keep-alive", "5"],
            # Its control socket has one fixed name per user: two portals would fight for it.
            *["--no-control-socket", "--access-logfile", "-", "--log-level", "info"],
            *(["--logger-class", self.logger] if self.logger else []),
        ]
        return Child("web", argv, log, grace=10, env=env, cwd=self.root, pass_fds=(listener,))

    def worker(self, node: str, log: Path, env: Mapping[str, str]) -> Child:
        """Celery worker; a warm stop lets running tasks end, acks_late repeats killed ones."""
        argv = [
            *[sys.executable, "-m", "celery", "-A", self.celery, "worker", "-c", "2"],
            # Mingle and gossip look for other workers for a second; there are none.
            *["--without-mingle", "--without-gossip", "--without-heartbeat"],
            *["-n", node, "--loglevel", "INFO"],
        ]
        return Child("worker", argv, log, grace=20, env=env, cwd=self.root)

    def beat(self, schedule: Path, log: Path, env: Mapping[str, str]) -> Child:
        argv = [
            *[sys.executable, "-m", "celery", "-A", self.celery, "beat"],
            # Without a pid file: one left by a crash would block the next start.
            *["--pidfile=", "--schedule", str(schedule), "--loglevel", "INFO"],
        ]
        return Child("beat", argv, log, grace=5, env=env, cwd=self.root)

    def code_key(self) -> str:
        """Changes when code or locked packages change: the migrations may have to run."""
        files = [path for name in CODE for path in (self.root / name).rglob("*.py")]
        return digest([*files, self.root / "requirements" / "base.txt"])

    def assets_key(self) -> str:
        """Changes when the files that collectstatic gathers may have changed."""
        files = [path for path in (self.root / "static").rglob("*") if path.is_file()]
        finders = sorted((self.root / "portal").rglob("finders.py"))
        locks = [self.root / "package-lock.json", self.root / "requirements" / "base.txt"]
        return digest([*files, *finders, *locks, self.root / "portal/settings/base.py"])


def digest(files: Iterable[Path]) -> str:
    """Names and contents as one number; missing files count as such."""
    seen = hashlib.sha256()
    for path in sorted(set(files)):
        seen.update(os.fsencode(path) + b"\0")
        if path.is_file():
            seen.update(hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()
