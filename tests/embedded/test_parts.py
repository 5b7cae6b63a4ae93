"""Children, lock, secrets, commands: the small parts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from portal.embedded.attach import (
    adopt_running_environment,
    running_environment,
    stand_in_environment,
)
from portal.embedded.children import Child, wait_until
from portal.embedded.cli import main
from portal.embedded.errors import StackError
from portal.embedded.lock import Lock, is_alive
from portal.embedded.secretfile import load_or_make
from portal.embedded.signals import Signals

PYTHON = sys.executable


def test_what_is_left_of_a_childs_group_is_killed(tmp_path: Path) -> None:
    """A killed web master leaves workers; here a shell leaves its sleeping child."""
    child = Child("master", ["sh", "-c", "sleep 300 & echo $!; wait"], tmp_path / "log").start()
    assert wait_until(lambda: child.tail().strip().isdigit(), 10)
    worker = int(child.tail())
    os.kill(child.pid, signal.SIGKILL)
    child.stop()
    assert wait_until(lambda: not is_alive(worker), 10)


def test_a_child_that_ignores_its_signal_is_killed_after_its_grace(tmp_path: Path) -> None:
    script = "import signal; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); input()"
    command = f'exec 0<> "{tmp_path}/fifo"; exec "{PYTHON}" -c "{script}"'
    os.mkfifo(tmp_path / "fifo")
    child = Child("deaf", ["sh", "-c", command], tmp_path / "log", grace=0.2).start()
    assert wait_until(lambda: "deaf" in child.tail(), 10)
    child.stop()
    assert child.returncode() == -signal.SIGKILL


def test_the_lock_is_free_only_when_the_last_heir_has_ended(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "lock")
    lock.acquire()
    heir = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=(lock.fd,))
    lock.close()
    try:
        _hold_by_the_dead(tmp_path / "lock")
        second = Lock(tmp_path / "lock")
        waits = []

        def pause(seconds: float) -> None:
            waits.append(seconds)
            heir.communicate()

        second.acquire(pause)
        assert waits, "it had to wait for the heir"
        second.close()
    finally:
        heir.kill()
        heir.wait()


def _hold_by_the_dead(path: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    path.write_text(json.dumps({"pid": dead.pid}), encoding="utf-8")


def test_a_second_start_is_told_who_runs(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "lock")
    lock.acquire()
    lock.note_address("http://127.0.0.1:8000/")
    with pytest.raises(StackError, match=rf"pid {os.getpid()}\), at http://127.0.0.1:8000/"):
        Lock(tmp_path / "lock").acquire()
    lock.close()
    third = Lock(tmp_path / "lock")
    third.acquire()
    third.close()


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    made = load_or_make(tmp_path / "secrets.json")
    assert load_or_make(tmp_path / "secrets.json") == made
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    from cryptography.fernet import Fernet

    Fernet(made["FIELD_KEYS"])
    Fernet(made["SEALED_KEYS"])
    assert made["SEALED_KEYS"] != made["FIELD_KEYS"]


def test_a_data_directory_from_before_the_sealed_files_gets_their_key(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(json.dumps({"SECRET_KEY": "x", "FIELD_KEYS": "y"}), encoding="utf-8")
    made = load_or_make(path)
    assert made["SECRET_KEY"] == "x"
    assert load_or_make(path) == made
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"SECRET_KEY": "x"}'])
def test_damaged_secrets_are_never_replaced(tmp_path: Path, damage: str) -> None:
    (tmp_path / "secrets.json").write_text(damage, encoding="utf-8")
    with pytest.raises(StackError, match="encrypted fields are lost"):
        load_or_make(tmp_path / "secrets.json")
    assert (tmp_path / "secrets.json").read_text(encoding="utf-8") == damage


def test_a_command_on_files_alone_is_given_what_settings_want(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SECRET_KEY", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REDIS_URL", "redis://mine:1/0")
    stand_in_environment()
    made = {name: os.environ.pop(name) for name in ("SECRET_KEY", "DATABASE_URL")}
    assert made["DATABASE_URL"].startswith("postgres://")
    assert len(made["SECRET_KEY"]) >= 50
    assert os.environ["REDIS_URL"] == "redis://mine:1/0"


def test_commands_join_a_running_stack_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert running_environment(tmp_path) == {}
    shared = {"pid": os.getpid(), "environment": {"DATABASE_URL": "postgres://x@/y"}}
    (tmp_path / "running.json").write_text(json.dumps(shared), encoding="utf-8")
    monkeypatch.setenv("PORTAL_VAR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgres://mine@/mine")
    assert not adopt_running_environment(), "what is said explicitly stands"
    monkeypatch.delenv("DATABASE_URL")
    assert adopt_running_environment()
    assert os.environ.pop("DATABASE_URL") == "postgres://x@/y"
    monkeypatch.setenv("DATABASE_URL", "restored by monkeypatch")
    dead = subprocess.Popen(["true"])
    dead.wait()
    shared["pid"] = dead.pid
    (tmp_path / "running.json").write_text(json.dumps(shared), encoding="utf-8")
    assert running_environment(tmp_path) == {}


def test_exec_gives_a_command_its_servers_and_its_exit_status(tmp_path: Path) -> None:
    script = (
        "import os, sys, psycopg2, environ;"
        "c = environ.Env.db_url_config(os.environ['DATABASE_URL']);"
        "psycopg2.connect(host=c['OPTIONS']['host'], user=c['USER'], dbname=c['NAME']).close();"
        "sys.exit(7)"
    )
    ours = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    env = {key: value for key, value in os.environ.items() if key not in ours}
    command = [PYTHON, "-m", "portal.embedded", "exec", "--temporary", "--", PYTHON, "-c", script]
    assert subprocess.run(command, env=env, timeout=60).returncode == 7


def test_a_wrong_port_is_one_line_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PORT", "eighty")
    assert main(["--var", str(tmp_path)]) == 1
    assert capsys.readouterr().out == "PORT must be a number from 0 to 65535, not 'eighty'.\n"


def test_a_closed_terminal_stops_but_nohup_is_respected() -> None:
    before = signal.getsignal(signal.SIGHUP)
    kept = {number: signal.getsignal(number) for number in (2, 15, signal.SIGCHLD)}
    try:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        Signals().install()
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        Signals().install()
        assert callable(signal.getsignal(signal.SIGHUP))
    finally:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGHUP, before)
        for number, handler in kept.items():
            signal.signal(number, handler)


def test_the_package_is_standard_library_only() -> None:
    """It must run before any database exists: importing it may not import Django or Celery."""
    script = (
        "import sys, portal.embedded.cli; print('django' in sys.modules, 'celery' in sys.modules)"
    )
    done = subprocess.run([PYTHON, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
