"""A PostgreSQL and a Valkey that live as long as a `with` block: tests, benches, checks.

with ThrowAwayStack() as stack:
    subprocess.run([...], env={**os.environ, **stack.environment()})
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

from .accounts import database_account
from .children import Child, wait_until
from .errors import StackError
from .postgres import Postgres
from .valkey import Valkey

PREFIX = "portal-tmp-"


class ThrowAwayStack:
    """Servers named by DATABASE_URL or REDIS_URL are used as they are and not started here.

    Durability is off unless `durable`; the data is gone afterwards in either case. `extra`
    holds further PostgreSQL settings. Must be entered in the main thread (see
    `children.die_with_parent`); if we are killed, the servers end and the next start sweeps
    the directory away.
    """

    def __init__(self, *, durable: bool = False, extra: dict[str, str] | None = None) -> None:
        self.durable = durable
        self.extra = extra or {}
        self.directory: Path | None = None
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None
        self._lock: int | None = None
        self._given = {
            name: os.environ[name]
            for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS", "SEALED_KEYS")
            if os.environ.get(name)
        }
        self._made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "SEALED_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }

    def __enter__(self) -> ThrowAwayStack:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def environment(self) -> dict[str, str]:
        """DATABASE_URL, REDIS_URL and all keys for processes that use it."""
        urls = {}
        if self.postgres:
            urls["DATABASE_URL"] = self.postgres.url
        if self.valkey:
            urls["REDIS_URL"] = self.valkey.url
        return {**self._made, **urls, **self._given}

    def close(self) -> None:
        for server in (self.valkey, self.postgres):
            if server is not None:
                server.child.stop()
        self.valkey = self.postgres = None
        if self.directory is not None:
            shutil.rmtree(self.directory, ignore_errors=True)
            self.directory = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _start(self) -> None:
        wanted = {"DATABASE_URL", "REDIS_URL"} - set(self._given)
        if not wanted:
            return
        sweep()
        directory = self._make_directory()
        if "REDIS_URL" in wanted:
            (directory / "valkey").mkdir()
            self.valkey = Valkey(
                directory / "valkey", directory, directory / "valkey.log", durable=False
            )
            self.valkey.child.start()
        if "DATABASE_URL" in wanted:
            self._start_postgres(directory)
        if self.valkey:
            _await(self.valkey.child, self.valkey.is_ready)

    def _start_postgres(self, directory: Path) -> None:
        account = database_account()
        home = directory / "pg"
        home.mkdir(mode=0o700)
        if account:
            directory.chmod(0o711)  # reachable, not readable, for the other account
            account.own(home)
        postgres = Postgres(
            home / "data",
            home,
            directory / "postgres.log",
            account,
            durable=self.durable,
            extra=self.extra,
        )
        initdb = postgres.initdb(directory / "initdb.log").start()
        if not wait_until(lambda: not initdb.is_running(), 60) or initdb.returncode():
            initdb.stop()
            raise StackError(f"initdb failed:\n{initdb.tail()}")
        postgres.adopt()
        self.postgres = postgres
        postgres.child.start()
        _await(postgres.child, postgres.is_ready)
        postgres.ensure_database()

    def _make_directory(self) -> Path:
        directory = Path(tempfile.mkdtemp(prefix=PREFIX))
        if len(os.fsencode(directory)) > 60:  # socket paths end at 107 bytes
            directory.rmdir()
            directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir="/tmp"))
        self.directory = directory
        self._lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        return directory


def sweep() -> None:
    """Remove directories of our own whose owner was killed: nobody holds their lock."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            lock = os.open(left / "lock", os.O_RDWR | os.O_NOFOLLOW)
            try:
                if os.fstat(lock).st_uid == os.geteuid():
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(lock)


def _await(child: Child, is_ready: object, seconds: float = 60) -> None:
    if not callable(is_ready):
        raise TypeError("is_ready must be callable")
    if not wait_until(lambda: is_ready() or not child.is_running(), seconds) or not is_ready():
        raise StackError(f"{child.name} did not start:\n{child.tail()}")
