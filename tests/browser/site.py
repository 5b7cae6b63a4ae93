"""The portal as people meet it: a seeded school behind gunicorn, with a Celery worker.

The site has a database of its own, copied from the test database when that is migrated, so that
what a journey commits never reaches another test. Its cache and broker are its own too.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from portal.embedded import schema_copies
from portal.embedded.application import Application
from portal.embedded.children import Child, wait_until
from portal.embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent.parent
STUDENTS = 3000
_PASSWORD = re.compile(r"^密码 password: (\S+)", re.M)


@dataclass
class Site:
    """A running portal. ``url`` has no slash at the end."""

    database: str
    template: str
    directory: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="portal-site-")))
    url: str = ""
    password: str = ""
    processes: list[Child] = field(default_factory=list)

    def start(self) -> "Site":
        schema_copies.create(self.database, self.template)
        valkey = Valkey(self.directory, self.directory, self.directory / "valkey.log", False)
        self._start(valkey.child, valkey.is_ready)
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings.test",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": valkey.url,
            "PORTAL_VAR": str(self.directory),
            "DEMO_STUDENTS": str(STUDENTS),
            "PYTHONWARNINGS": "default",
        }
        if self.value("select to_regclass('students_student')") is None:
            self.manage("migrate", "-v0")  # no other test of this run wanted a database
        self.manage("prepare_demo", "-v0")
        accounts = (self.directory / "demo-accounts.txt").read_text(encoding="utf-8")
        found = _PASSWORD.search(accounts)
        assert found, accounts
        self.password = found[1]
        application = Application(settings="portal.settings.test")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            log = self.directory / "web.log"
            self._start(application.web(listener.fileno(), log, self.environment), self._is_up)
        worker = application.worker("browser@site", self.directory / "worker.log", self.environment)
        self.processes.append(worker.start())
        return self

    def stop(self) -> None:
        for child in reversed(self.processes):
            child.stop()
        schema_copies.drop(self.database)
        shutil.rmtree(self.directory, ignore_errors=True)

    def value(self, sql: str, *values: Any) -> Any:
        """First column of the first row, read past the portal: ``None`` when there is no row."""
        row = self.row(sql, *values)
        return row[0] if row else None

    def row(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        connection = psycopg2.connect(self.database_url)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql, values)
                found: tuple[Any, ...] | None = cursor.fetchone()
                return found
        finally:
            connection.close()

    def manage(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]

    @property
    def database_url(self) -> str:
        return schema_copies.with_name(os.environ["DATABASE_URL"], self.database)

    def _start(self, child: Child, is_ready: Any) -> None:
        self.processes.append(child.start())
        ready = wait_until(lambda: is_ready() or not child.is_running(), 60)
        assert ready, f"{child.name} does not answer:\n{child.tail()}"
        assert is_ready(), f"{child.name} did not start:\n{child.tail()}"

    def _is_up(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
