"""The audit chain when the database is killed in the middle of writing and sealing."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from portal.embedded.children import wait_until
from portal.embedded.postgres import DATABASE, USER
from portal.embedded.throwaway import ThrowAwayStack

ROOT = Path(settings.BASE_DIR)


def copy_schema(stack: ThrowAwayStack) -> None:
    """The tables of the test database in the other one: faster than all migrations again, and in
    one transaction, which waits once for the disk."""
    there = stack.postgres
    assert there is not None
    here = connection.settings_dict
    dump = subprocess.run(
        [str(there.program("pg_dump")), "-s", "-O", "-h", str(here["HOST"]), "-U", USER,
         "-d", str(here["NAME"])],
        check=True, capture_output=True, env=there.environment(),
    )  # fmt: skip
    subprocess.run(
        [str(there.program("psql")), "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1",
         "-h", str(there.socket_dir), "-U", USER, "-d", DATABASE],
        input=dump.stdout, check=True, capture_output=True, env=there.environment(),
    )  # fmt: skip


def verify(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "verify_audit"],
        check=False, capture_output=True, text=True, env=env, cwd=ROOT,
    )  # fmt: skip


@pytest.mark.stack
@pytest.mark.django_db
def test_a_killed_database_keeps_every_committed_entry_and_a_whole_chain(
    tmp_path: Path, monkeypatch: Any
) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    # Durable, as in production: what was committed is on the disk.
    with ThrowAwayStack(durable=True) as stack:
        there = stack.postgres
        assert there is not None
        copy_schema(stack)
        env = {
            **os.environ, **stack.environment(), "AUDIT_DIR": str(tmp_path / "audit"),
            "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "portal.settings.test",
        }  # fmt: skip
        log = tmp_path / "written"
        with log.open("wb") as out:
            writers = subprocess.Popen(
                [sys.executable, "tests/core/audit_writers.py"],
                stdout=out,
                stderr=subprocess.DEVNULL,
                env=env,
                cwd=ROOT,
            )
            assert wait_until(
                lambda: len(log.read_bytes().splitlines()) > 300 or writers.poll() is not None, 60
            )
            process = there.child.process
            assert process is not None
            os.killpg(process.pid, 9)
            process.wait()
            writers.wait(30)
        there.child.start()
        assert wait_until(there.is_ready, 60)
        kept = set(map(int, there.sql("SELECT id FROM core_auditentry", DATABASE).split()))
        written = set(map(int, log.read_text(encoding="ascii").split()))
        assert len(written) > 300
        assert written <= kept
        done = verify(env)
        assert done.returncode == 0, done.stdout + done.stderr
        there.sql(
            "ALTER TABLE core_auditentry DISABLE TRIGGER USER;"
            f"UPDATE core_auditentry SET action = 'x' WHERE id = {max(written)}",
            DATABASE,
        )
        done = verify(env)
        assert done.returncode == 1
        assert str(max(written)) in done.stdout.splitlines()[0]
