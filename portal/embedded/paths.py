"""Where everything lies: data and logs in `var`, sockets in a short private directory."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .accounts import Account
from .binaries import SHARED_COPIES
from .errors import StackError

# A socket's path ends at 107 bytes; the longest name in the directory is pg/.s.PGSQL.5432.lock.
LONGEST_SOCKET_DIR = 107 - len("/pg/.s.PGSQL.5432.lock")


RUNNING = "running.json"


@dataclass(frozen=True)
class Paths:
    """`var` is absolute and resolved. Directories of ours in it are readable by us alone."""

    var: Path

    @classmethod
    def at(cls, var: Path) -> Paths:
        paths = cls(Path(os.path.realpath(var)))
        try:
            for directory in (paths.var, paths.log, paths.valkey, paths.beat):
                directory.mkdir(parents=True, exist_ok=True)
                if directory != paths.var:
                    directory.chmod(0o700)
        except OSError as error:
            raise StackError(
                f"Cannot write to {paths.var}: {error.strerror}. Choose another directory with "
                "--var DIR (make demo VAR=DIR)."
            ) from None
        return paths

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def valkey(self) -> Path:
        return self.var / "valkey"

    @property
    def beat(self) -> Path:
        return self.var / "beat"

    @property
    def secrets(self) -> Path:
        return self.var / "secrets.json"

    @property
    def lock(self) -> Path:
        return self.var / "demo.lock"

    @property
    def running(self) -> Path:
        """Environment of the running stack, for commands that join it (mode 0600)."""
        return self.var / RUNNING

    @property
    def accounts(self) -> Path:
        return self.var / "demo-accounts.txt"

    def everything(self) -> list[Path]:
        """All that a run leaves behind in `var`, the lock excepted."""
        directories = [self.var / name for name in ("pg", "static", "media")]
        files = [self.secrets, self.running, self.accounts]
        stamps = [self.stamp(name) for name in ("migrated", "prepared", "assets")]
        return [self.log, self.valkey, self.beat, *directories, *files, *stamps]

    def stamp(self, name: str) -> Path:
        """A file that remembers for what state of the code some work was done."""
        return self.var / f".{name}"

    @property
    def key(self) -> str:
        """Eight hex digits that tell this data directory from others."""
        return hashlib.sha256(os.fsencode(self.var)).hexdigest()[:8]

    def fresh_log(self, name: str) -> Path:
        """A log file for this run; the previous run's is kept as NAME.old.log."""
        log = self.log / f"{name}.log"
        if log.exists():
            log.replace(self.log / f"{name}.old.log")
        return log

    def postgres_home(self, account: Account | None) -> Path:
        """The directory for PostgreSQL's data, owned by its account.

        With root, a checkout below a 0700 directory such as /root cannot be reached by the
        other account. Then it is a system directory named after `var`; the modes of parent
        directories are never touched.
        """
        home = self.var / "pg"
        if account is None:
            home.mkdir(mode=0o700, exist_ok=True)
            return home
        for candidate in (home, SHARED_COPIES / f"data-{self.key}"):
            candidate.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            created = not candidate.exists()
            candidate.mkdir(mode=0o700, exist_ok=True)
            account.own(candidate)
            if account.can_enter(candidate):
                return candidate
            if created:
                candidate.rmdir()
        raise StackError(
            f"The account {account.name} reaches neither {home} nor {SHARED_COPIES}. Choose a "
            "data directory it can reach with --var DIR, for example /srv/portal."
        )

    def data_owner(self) -> int | None:
        """Uid that owns an existing cluster, so that a later start as root keeps using it."""
        try:
            return (self.var / "pg" / "data").stat().st_uid
        except OSError:
            return None

    def socket_dir(self, account: Account | None) -> Path:
        """A short directory for sockets, emptied: `pg` in it belongs to PostgreSQL's account.

        The name is the same at every start, so that nothing piles up. Another user may have
        taken the name; then a random one is used.
        """
        for base in dict.fromkeys((Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"))):
            wanted = base / f"portal-{os.geteuid()}-{self.key}"
            plain = str(wanted).isascii() and " " not in str(wanted)
            if not plain or len(os.fsencode(wanted)) > LONGEST_SOCKET_DIR or not base.is_dir():
                continue
            directory = _own_directory(wanted, base)
            directory.chmod(0o711 if account else 0o700)
            (directory / "pg").mkdir(mode=0o700)
            if account:
                account.own(directory / "pg")
                if not account.can_enter(directory / "pg"):
                    shutil.rmtree(directory)
                    continue
            return directory
        raise StackError("No temporary directory with a short enough path (tried TMPDIR, /tmp).")


def _own_directory(wanted: Path, base: Path) -> Path:
    try:
        wanted.mkdir(mode=0o700)
        return wanted
    except FileExistsError:
        found = wanted.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid():
        for left in wanted.iterdir():
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
        return wanted
    return Path(tempfile.mkdtemp(prefix=f"portal-{os.geteuid()}-", dir=base))
