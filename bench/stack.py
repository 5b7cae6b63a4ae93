"""One PostgreSQL and one Valkey, a database per size of school, a web server on each."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from bench import meter
from portal.embedded.accounts import database_account
from portal.embedded.application import ROOT
from portal.embedded.children import Child, wait_until
from portal.embedded.errors import StackError
from portal.embedded.network import answers_as, listen
from portal.embedded.postgres import DATABASE, USER, Postgres
from portal.embedded.throwaway import ThrowAwayStack
from portal.embedded.valkey import Valkey

# One worker: its CPU is that of one process. As many threads as in the demo.
WORKERS, THREADS = 1, 4


@dataclass
class Bench:
    """Servers with the durable settings of the demo. `keep` holds the data for the next run."""

    keep: Path | None = None
    directory: Path = field(init=False)
    postgres: Postgres = field(init=False)
    schools: dict[int, School] = field(default_factory=dict)
    seed: int = 7
    quick: bool = False

    def __enter__(self) -> Bench:
        self._closing = contextlib.ExitStack()
        try:
            self._start()
        except BaseException:
            self._closing.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()

    def _start(self) -> None:
        account = database_account()
        self.directory = self._make_directory()
        home = self.directory / "pg"
        home.mkdir(mode=0o700, exist_ok=True)
        if account:
            self.directory.chmod(0o711)  # reachable, not readable, for the other account
            account.own(home)
        self.postgres = Postgres(home / "data", home, self.directory / "postgres.log", account)
        if self.postgres.needs_initdb():
            shutil.rmtree(home / "data.new", ignore_errors=True)
            initdb = self.postgres.initdb(self.directory / "initdb.log").start()
            if not wait_until(lambda: not initdb.is_running(), 60) or initdb.returncode():
                raise StackError(f"initdb failed:\n{initdb.tail()}")
            self.postgres.adopt()
        valkey_home = self.directory / "valkey"
        valkey_home.mkdir(exist_ok=True)
        valkey = Valkey(valkey_home, self.directory, self.directory / "valkey.log")
        for server in (self.postgres, valkey):
            self._closing.callback(server.child.stop)
            server.child.start()
        for server in (self.postgres, valkey):
            if not wait_until(server.is_ready, 120):
                raise StackError(f"{server.child.name} did not start:\n{server.child.tail()}")
        self.environment = {
            **{k: v for k, v in os.environ.items() if k != "GUNICORN_CMD_ARGS"},
            **self._secrets(),
            "REDIS_URL": valkey.url,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "PORTAL_VAR": str(self.directory),
            "PYTHONUTF8": "1",
        }
        self.run("postgres", "-m", "django", "collectstatic", "--noinput", "-v0")

    def _make_directory(self) -> Path:
        if self.keep is None:
            directory = Path(tempfile.mkdtemp(prefix="portal-bench-"))
            self._closing.callback(shutil.rmtree, directory, ignore_errors=True)
            return directory
        self.keep.mkdir(parents=True, exist_ok=True)
        lock = (self.keep / "lock").open("w")
        self._closing.callback(lock.close)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StackError(f"Another bench is using {self.keep}.") from None
        return self.keep

    def _secrets(self) -> dict[str, str]:
        """Kept beside kept data, because encrypted columns need the same key again."""
        path = self.directory / "secrets.json"
        if not path.exists():
            made = ThrowAwayStack().environment()
            kept = {name: made[name] for name in ("SECRET_KEY", "FIELD_KEYS", "SEALED_KEYS")}
            path.touch(mode=0o600)
            path.write_text(json.dumps(kept), encoding="utf-8")
        found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def url(self, database: str) -> str:
        return self.postgres.url.replace(f"/{DATABASE}?", f"/{database}?")

    def run(self, database: str, *arguments: str, check: bool = True) -> str:
        """Run `python ARGUMENTS` on a database; returns its output, raises StackError."""
        done = subprocess.run(
            [sys.executable, *arguments],
            check=False,
            capture_output=True,
            cwd=ROOT,
            env={**self.environment, "DATABASE_URL": self.url(database)},
            text=True,
        )
        if check and done.returncode:
            words = (done.stdout + done.stderr).strip()[-3000:]
            raise StackError(f"{' '.join(arguments)} failed:\n{words}")
        return done.stdout

    def has_database(self, name: str) -> bool:
        asked = f"SELECT 1 FROM pg_database WHERE datname = '{name}'"
        return bool(self.postgres.sql(asked))

    def copy_school(self, school: School, name: str) -> None:
        """A database with the same rows. The web server's connections to the original end; it
        opens new ones with the next request."""
        self.postgres.sql(f"DROP DATABASE IF EXISTS {name}")
        self.postgres.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{school.database}'"
        )
        # File by file, not through the log, which would still be flushed while a job is timed.
        self._psql_patiently(
            f"CREATE DATABASE {name} TEMPLATE {school.database} STRATEGY FILE_COPY"
        )

    def _psql_patiently(self, statement: str) -> None:
        """Copying takes longer than the half minute that single statements are given."""
        argv = [self.postgres.program("psql"), "-X", "-q", "-h", self.postgres.socket_dir]
        done = subprocess.run(
            [*map(str, argv), "-U", USER, "-d", "postgres", "-c", statement],
            check=False,
            capture_output=True,
            env=self.postgres.environment(),
            text=True,
        )
        if done.returncode:
            raise StackError(f"PostgreSQL said: {done.stderr.strip()}")

    def open_school(self, students: int) -> School:
        """Seed the database of this size once, prepare accounts, start a web server on it."""
        name = f"school_{students}"
        if not self.has_database(name):
            self.postgres.sql(f"CREATE DATABASE {name}")
        say(f"preparing the school of {students:,} students")
        facts = self.directory / f"{name}.json"
        self.run(name, "-m", "bench.prepare", str(students), str(self.seed), str(facts))
        self.environment["PORTAL_INSTANCE"] = name
        listener = listen("127.0.0.1", 0)
        self._closing.callback(listener.close)
        log = self.directory / f"web_{students}.log"
        argv = [
            *[sys.executable, "-m", "gunicorn", "portal.wsgi:application"],
            *["--bind", f"fd://{listener.fileno()}", "--worker-class", "gthread"],
            *["--workers", str(WORKERS), "--threads", str(THREADS), "--timeout", "120"],
            *["--no-control-socket", "--keep-alive", "60", "--log-level", "warning"],
        ]
        env = {**self.environment, "DATABASE_URL": self.url(name)}
        child = Child("web", argv, log, env=env, cwd=ROOT, pass_fds=(listener.fileno(),))
        self._closing.callback(child.stop)
        child.start()
        if not wait_until(lambda: answers_as(listener, "/healthz", name), 60):
            raise StackError(f"the web server did not start:\n{child.tail()}")
        school = School(
            students,
            name,
            json.loads(facts.read_text(encoding="utf-8")),
            listener,
            child.pid,
            self.postgres.child.pid,
        )
        self.schools[students] = school
        return school


@dataclass
class School:
    """One database with its web server. `site` are the facts that `bench.prepare` wrote."""

    students: int
    database: str
    site: dict[str, Any]
    listener: socket.socket
    web_pid: int
    postgres_pid: int

    def web_ms(self) -> float:
        return meter.cpu_ms(self.web_pid)

    def database_ms(self) -> float:
        """Of all backends of the server: only one of its databases is asked at a time."""
        return meter.cpu_ms(self.postgres_pid)


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)
