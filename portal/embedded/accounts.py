"""Under which account PostgreSQL runs. It refuses to run as root, so root hands it to another."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import StackError

# A dedicated account first; `nobody` works everywhere but is shared with other services, so
# their processes could read the demo data. Name another one with PORTAL_PG_USER.
CANDIDATES = ("portal", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """An existing account of this machine; none is ever created."""

    name: str
    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_enter(self, directory: Path) -> bool:
        """Whether the account reaches a directory, asked of the system itself (modes, ACLs)."""
        asked = subprocess.run(
            ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(directory)],
            check=False,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self.popen_arguments(),
        )
        return asked.returncode == 0


def database_account(data_owner: int | None = None) -> Account | None:
    """The account for PostgreSQL, or `None` when we are not root and it runs as we do.

    `data_owner` is the uid that owns an existing cluster: root keeps it. Raises StackError where
    PostgreSQL could not start: a uid without an entry in the passwd database (usual in
    containers), or root without any account to step down to.
    """
    if os.geteuid() != 0:
        _check_own_entry()
        return None
    if data_owner:
        return Account(str(data_owner), data_owner, pwd.getpwuid(data_owner).pw_gid)
    wanted = os.environ.get("PORTAL_PG_USER")
    for name in (wanted,) if wanted else CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise StackError(
        "PostgreSQL does not run as root, and no account to hand it to was found "
        f"(looked for {wanted or ', '.join(CANDIDATES)}). "
        "Create one (useradd --system portal) or start as an ordinary user."
    )


def _check_own_entry() -> None:
    uid = os.geteuid()
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise StackError(
            f"User id {uid} has no entry in the passwd database, and PostgreSQL refuses such "
            "users. In a container image add one "
            f"(useradd --uid {uid} portal) or start with another user."
        ) from None
