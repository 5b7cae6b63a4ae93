"""The migrated test database as a file, so that a run of a few tests need not migrate again.

The file is named by everything that a migration can depend on; another migration, month or library
gives another name. It holds the structure and the list of migrations, and no rows: roles, levels,
permissions and whatever else is written after migrations are written anew in each run, so an edited
catalogue counts at once. (Migrations themselves write no rows, which a test checks.) Continuous
integration keeps nothing: there every run migrates from the start.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
from pathlib import Path

from .postgres import USER, Postgres

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "test-schema"
# What pytest-django names the test database of DATABASE_URL.
TEST_DATABASE = "test_portal"
# One of each branch that is worked on.
_KEPT = 16


def is_wanted() -> bool:
    return not os.environ.get("CI") and "PYTEST_XDIST_WORKER" not in os.environ


def file() -> Path:
    """Where the schema of the present migrations is or would be."""
    sources = sorted(ROOT.glob("*/migrations/*.py")) + sorted(ROOT.glob("portal/*/migrations/*.py"))
    sources += [ROOT / "requirements" / "dev.txt", ROOT / "portal" / "core" / "at_once.py"]
    month = dt.date.today().strftime("%Y-%m")  # noqa: DTZ011 - partitions of the audit trail
    digest = hashlib.sha256(f"{month} without rows".encode())
    for source in sources:
        digest.update(str(source.relative_to(ROOT)).encode() + source.read_bytes())
    return FOLDER / f"{digest.hexdigest()[:20]}.sql"


def restore(postgres: Postgres) -> bool:
    """Fill the test database from the file; False when there is none that fits."""
    kept = file()
    if not kept.exists():
        return False
    postgres.sql(f"CREATE DATABASE {TEST_DATABASE}")
    done = _run(postgres, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-1", "-f", str(kept))
    if done.returncode:
        postgres.sql(f"DROP DATABASE {TEST_DATABASE}")
        kept.unlink(missing_ok=True)
    return done.returncode == 0


def keep(postgres: Postgres) -> None:
    """Write the fresh test database to its file; of the others the newest stay."""
    kept = file()
    if kept.exists():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    parts = [
        _run(postgres, "pg_dump", "--no-owner", "--no-privileges", *what)
        for what in (["--schema-only"], ["--data-only", "--table=django_migrations"])
    ]
    if any(part.returncode for part in parts):
        return
    unfinished = kept.with_suffix(f".{os.getpid()}")
    unfinished.write_text("".join(part.stdout for part in parts), encoding="utf-8")
    unfinished.replace(kept)
    by_age = sorted(FOLDER.glob("*.sql"), key=lambda one: one.stat().st_mtime)
    for earlier in by_age[:-_KEPT]:
        earlier.unlink(missing_ok=True)


def _run(postgres: Postgres, program: str, *options: str) -> subprocess.CompletedProcess[str]:
    where = ["-h", postgres.socket_dir, "-U", USER, "-d", TEST_DATABASE]
    return subprocess.run(
        [*map(str, (postgres.program(program), *where)), *options],
        check=False, capture_output=True, text=True, env=postgres.environment(),
    )  # fmt: skip
