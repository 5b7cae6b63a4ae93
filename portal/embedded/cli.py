"""`python -m portal.embedded`: serve (default), exec, reset."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .accounts import database_account
from .application import ROOT, Application
from .attach import running_environment
from .binaries import SHARED_COPIES
from .console import say
from .errors import StackError
from .lock import Lock
from .network import port_from
from .paths import Paths
from .supervisor import Supervisor
from .throwaway import ThrowAwayStack


def main(arguments: Sequence[str] | None = None, application: Application | None = None) -> int:
    """Returns the exit status; never raises for what a person can put right."""
    options = _parser().parse_args(arguments)
    application = application or Application()
    var = Path(options.var or os.environ.get("PORTAL_VAR") or ROOT / "var")
    try:
        if options.action == "exec":
            return _exec(var, options.temporary, _after_dashes(options.command), application)
        if options.action == "reset":
            return _reset(var)
        host = os.environ.get("HOST") or "127.0.0.1"
        port = port_from(os.environ.get("PORT") or "8000")
        return Supervisor(Paths.at(var), application).serve(host, port)
    except StackError as error:
        say(str(error))
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m portal.embedded",
        description="The portal with its own PostgreSQL, Valkey, web server, worker and beat. "
        "PORT (8000; 0 picks a free one) and HOST (127.0.0.1) come from the environment; with "
        "DATABASE_URL or REDIS_URL set, that server is used instead of an own one.",
    )
    parser.add_argument("--var", help="directory for data and logs (default: PORTAL_VAR or var)")
    actions = parser.add_subparsers(dest="action")
    actions.add_parser("serve", help="run until Ctrl-C (default)")
    runs = actions.add_parser(
        "exec", help="run one command on the running portal's servers, or start them for it"
    )
    runs.add_argument("--temporary", action="store_true", help="on throw-away servers instead")
    runs.add_argument("command", nargs=argparse.REMAINDER)
    actions.add_parser("reset", help="delete the data of --var")
    return parser


def _after_dashes(command: list[str]) -> list[str]:
    command = command[1:] if command[:1] == ["--"] else command
    if not command:
        raise StackError("Say which command to run: python -m portal.embedded exec -- COMMAND")
    return command


def _exec(var: Path, temporary: bool, command: list[str], application: Application) -> int:
    if temporary:
        with ThrowAwayStack() as stack:
            extra = {"DJANGO_SETTINGS_MODULE": application.settings, **os.environ}
            return subprocess.run(command, env={**extra, **stack.environment()}).returncode
    if joined := running_environment(var):
        return subprocess.run(command, env={**os.environ, **joined}).returncode
    return Supervisor(Paths.at(var), application).run(command)


def _reset(var: Path) -> int:
    """Delete databases, secrets, uploads and logs; refuses while they are in use."""
    paths = Paths.at(var)
    lock = Lock(paths.lock)
    lock.acquire()
    for path in paths.everything():
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    if database_account():
        shutil.rmtree(SHARED_COPIES / f"data-{paths.key}", ignore_errors=True)
    lock.close()
    return 0
