"""PostgreSQL and Valkey of one data directory, or the servers that the environment names."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass

from .accounts import Account, database_account
from .console import say
from .paths import Paths
from .postgres import Postgres
from .repair import remove_stale_pid_file
from .runner import Runner
from .valkey import Valkey

READY_SECONDS = 60
# Recovery after a crash may have much to replay.
RECOVERY_SECONDS = 600


@dataclass
class Servers:
    """`urls` are DATABASE_URL and REDIS_URL for the Django side.

    `cluster` tells one PostgreSQL cluster from another, empty for a server of somebody else.
    """

    urls: dict[str, str]
    cluster: str = ""
    is_new: bool = False


def start_servers(runner: Runner, paths: Paths, lock_fd: int) -> Servers:
    """Start what the environment does not name and wait until it answers.

    Both servers inherit the lock, see `lock.py`. Raises StackError.
    """
    urls = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
    servers = Servers(urls)
    postgres = valkey = None
    account: Account | None = None
    if not urls["DATABASE_URL"]:
        account = database_account(paths.data_owner())
    socket_dir = paths.socket_dir(account) if not all(urls.values()) else None
    if socket_dir:
        runner.at_end.append(lambda: shutil.rmtree(socket_dir, ignore_errors=True))
    if socket_dir and not urls["REDIS_URL"]:
        log = paths.fresh_log("valkey")
        valkey = Valkey(paths.valkey, socket_dir, log, pass_fds=(lock_fd,))
        runner.serve(valkey.child)
        urls["REDIS_URL"] = valkey.url
    if socket_dir and not urls["DATABASE_URL"]:
        home = paths.postgres_home(account)
        if home.parent != paths.var:
            say(f"The account {account.name if account else ''} cannot reach {paths.var};")
            say(f"PostgreSQL keeps its data in {home}.")
        log = paths.fresh_log("postgres")
        postgres = Postgres(home / "data", socket_dir / "pg", log, account, pass_fds=(lock_fd,))
        urls["DATABASE_URL"] = postgres.url
        if postgres.needs_initdb():
            say("Making a new database cluster")
            runner.complete(postgres.initdb(paths.fresh_log("initdb")))
            postgres.adopt()
        elif remove_stale_pid_file(postgres.data):
            say("Removed the pid file of a PostgreSQL that did not end in order")
        runner.serve(postgres.child)
        runner.await_ready(postgres.child, postgres.is_ready, RECOVERY_SECONDS)
        servers.is_new = postgres.ensure_database()
        servers.cluster = _identity(postgres)
    if valkey:
        runner.await_ready(valkey.child, valkey.is_ready, READY_SECONDS)
    return servers


def _identity(postgres: Postgres) -> str:
    made = (postgres.data / "PG_VERSION").stat()
    return f"{made.st_dev}:{made.st_ino}:{made.st_mtime_ns}"
