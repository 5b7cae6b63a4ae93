"""PostgreSQL on a Unix socket only, with the sort order of production.

The same locale flags stand in POSTGRES_INITDB_ARGS of docker-compose.yml: builtin C.UTF-8, so a
plain btree serves prefix searches and no operating-system locale is needed.
"""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from .accounts import Account
from .binaries import POSTGRES_MAJOR, postgres_install_for
from .children import Child
from .errors import StackError

DATABASE = "portal"
USER = "portal"
LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8")

# Web 2 x 4 threads, worker 2, beat, management commands, spare.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    # A first load dirties more than the usual buffers hold and waits for the log otherwise.
    "wal_buffers": "16MB",
    "max_wal_size": "2GB",
    "jit": "off",
    # The data lies in memory or on a disk without arms: reading a page out of turn is not dear,
    # and a list in index order beats sorting the whole school.
    "random_page_cost": "1.1",
    # Fewer cores than people: a helper process for one page is taken from another one.
    "max_parallel_workers_per_gather": "0",
    "log_timezone": "Asia/Shanghai",
}
# Tests and benches on a throw-away server: a crash may lose everything.
THROW_AWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_naptime": "10min",
}
ROOMY_SHM_BYTES = 256 * 1024 * 1024


def shared_memory_type(shm: Path = Path("/dev/shm")) -> str:
    """`posix`, or `mmap` where /dev/shm is missing or small (containers give 64 MB).

    Parallel queries take their memory there and would fail half-way.
    """
    try:
        stat = os.statvfs(shm)
    except OSError:
        return "mmap"
    return "posix" if stat.f_bavail * stat.f_frsize >= ROOMY_SHM_BYTES else "mmap"


@dataclass
class Postgres:
    """`data` need not exist; its parent must, owned by `account` when there is one."""

    data: Path
    socket_dir: Path
    log: Path
    account: Account | None = None
    durable: bool = True
    extra: dict[str, str] = field(default_factory=dict)
    pass_fds: tuple[int, ...] = ()
    child: Child = field(init=False)
    install: Path = field(init=False)

    def __post_init__(self) -> None:
        self.install = postgres_install_for(self.account)
        settings = {
            **SETTINGS,
            "dynamic_shared_memory_type": shared_memory_type(),
            **({} if self.durable else THROW_AWAY),
            **self.extra,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.child = Child(
            "postgres",
            # A list, no shell and no pg_ctl: paths with spaces and Chinese names stay whole.
            [self.program("postgres"), "-D", self.data, "-k", self.socket_dir, *options],
            self.log,
            # "Fast": SIGTERM would wait for clients to leave, SIGQUIT would skip the checkpoint.
            stop_signal=signal.SIGINT if self.durable else signal.SIGQUIT,
            grace=15,
            env=self.environment(),
            cwd=Path("/"),
            account=self.account,
            pass_fds=self.pass_fds,
            holds_data=True,
        )

    def program(self, name: str) -> Path:
        return self.install / "bin" / name

    def environment(self) -> dict[str, str]:
        """Ours without PG*, which would redirect initdb, postgres or psql elsewhere."""
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith("PG")},
            "LC_ALL": "C",
        }

    @property
    def url(self) -> str:
        # The user@/name?host= form: django-environ leaves a host of the %2F form undecoded.
        return f"postgres://{USER}@/{DATABASE}?host={quote(str(self.socket_dir))}"

    def needs_initdb(self) -> bool:
        """Whether there is no cluster yet.

        Raises StackError for a cluster of another major version, or a directory with something
        else in it: nothing is ever overwritten.
        """
        try:
            found = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            if self.data.exists() and any(self.data.iterdir()):
                raise StackError(
                    f"{self.data} is not empty and holds no complete PostgreSQL cluster. Move "
                    "it away, or choose another place with --var."
                ) from None
            return True
        if found != POSTGRES_MAJOR:
            raise StackError(
                f"{self.data} was made by PostgreSQL {found}, this portal brings "
                f"{POSTGRES_MAJOR}. Dump it with the old version's pg_dump and restore it into "
                "a new --var directory; the old data is left as it is."
            )
        return False

    def initdb(self, log: Path) -> Child:
        """The command that makes the cluster, not yet started.

        It writes into a directory beside the final one; `adopt` moves it into place, so a
        killed initdb leaves nothing that looks like a cluster.
        """
        return Child(
            "initdb",
            [
                *[self.program("initdb"), "-D", self._unfinished, "--username", USER],
                # The socket's directory is 0700: whoever reaches it is us.
                *["--auth=trust", "--no-sync", "--no-instructions", *LOCALE],
            ],
            log,
            env=self.environment(),
            cwd=Path("/"),
            account=self.account,
        )

    @property
    def _unfinished(self) -> Path:
        return self.data.with_name(f"{self.data.name}.new")

    def adopt(self) -> None:
        if self.data.exists():
            self.data.rmdir()
        self._unfinished.rename(self.data)

    def is_ready(self) -> bool:
        """Whether our own server (not an older one) says in its pid file that it is ready."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return False
        return (
            len(lines) >= 8
            and lines[0].strip() == str(self.child.pid)
            and lines[7].strip() == "ready"
        )

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run one statement with the wheel's psql; returns its rows, unaligned.

        Raises StackError with the server's words.
        """
        done = subprocess.run(
            [
                *[str(self.program("psql")), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"],
                *["-h", str(self.socket_dir), "-U", USER, "-d", database, "-c", statement],
            ],
            check=False,
            capture_output=True,
            env=self.environment(),
            text=True,
            timeout=30,
        )
        if done.returncode:
            raise StackError(f"PostgreSQL said: {done.stderr.strip()}")
        return done.stdout.strip()

    def ensure_database(self) -> bool:
        """Create the database when it is missing; whether it was."""
        if self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"):
            return False
        self.sql(f"CREATE DATABASE {DATABASE}")
        return True
