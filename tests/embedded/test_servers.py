"""PostgreSQL and Valkey by themselves: pid files, versions, locale, memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from portal.embedded import kept_schema
from portal.embedded import postgres as postgres_module
from portal.embedded.children import wait_until
from portal.embedded.errors import StackError
from portal.embedded.postgres import Postgres, shared_memory_type
from portal.embedded.repair import remove_stale_pid_file, servers_on
from portal.embedded.throwaway import ThrowAwayStack
from portal.embedded.valkey import Valkey


@pytest.fixture(scope="module")
def stack() -> Iterator[ThrowAwayStack]:
    given = {name: os.environ.pop(name, None) for name in ("DATABASE_URL", "REDIS_URL")}
    try:
        with ThrowAwayStack(durable=True) as booted:
            yield booted
    finally:
        os.environ.update({name: value for name, value in given.items() if value})


@pytest.fixture
def server(stack: ThrowAwayStack) -> Postgres:
    assert stack.postgres
    return stack.postgres


def test_sort_order_is_that_of_production(server: Postgres) -> None:
    wanted = "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'portal'"
    assert server.sql(wanted, "portal") == "b|C.UTF-8"
    compose = (Path(__file__).parents[2] / "docker-compose.yml").read_text(encoding="utf-8")
    assert all(flag in compose for flag in postgres_module.LOCALE)


def test_it_listens_on_no_network_address(server: Postgres) -> None:
    assert server.sql("SHOW listen_addresses") == ""
    assert server.sql("SHOW unix_socket_permissions") == "0700"


def test_a_kill_of_the_postmaster_loses_no_committed_row(server: Postgres) -> None:
    server.sql("CREATE TABLE kept (id int)", "portal")
    server.sql("INSERT INTO kept VALUES (1)", "portal")
    server.child.process.kill()  # type: ignore[union-attr]
    server.child.finish()
    assert (server.data / "postmaster.pid").exists(), "left behind, as after a power cut"
    assert wait_until(lambda: not servers_on(server.data), 20)
    assert remove_stale_pid_file(server.data)
    server.child.start()
    assert wait_until(server.is_ready, 30), server.child.tail()
    assert server.sql("SELECT count(*) FROM kept", "portal") == "1"


def test_the_pid_file_of_a_living_server_is_never_removed(server: Postgres) -> None:
    assert server.child.pid in servers_on(server.data)
    with pytest.raises(StackError, match="already works on"):
        remove_stale_pid_file(server.data)
    assert (server.data / "postmaster.pid").exists()


@pytest.mark.parametrize("kind", ["of a stranger", "empty", "not a number"])
def test_a_stale_pid_file_is_no_obstacle(server: Postgres, kind: str) -> None:
    # A stranger of the same user and alive: the number was given out again.
    stranger = subprocess.Popen(
        [sys.executable, "-c", "input()"],
        stdin=subprocess.PIPE,
        **(server.account.popen_arguments() if server.account and _shared_python() else {}),
    )
    try:
        server.child.stop()
        text = {"of a stranger": f"{stranger.pid}\n{server.data}\n", "empty": ""}
        pid_file = server.data / "postmaster.pid"
        pid_file.write_text(text.get(kind, "?\n"), encoding="utf-8")
        pid_file.chmod(0o644)
        assert remove_stale_pid_file(server.data)
        server.child.start()
        assert wait_until(server.is_ready, 30), server.child.tail()
    finally:
        stranger.communicate(b"\n")
    assert not remove_stale_pid_file(server.data / "nowhere")


def test_a_shell_in_the_data_directory_is_no_server(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").touch()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, cwd=tmp_path) as shell:
        assert servers_on(tmp_path) == []
        shell.communicate(b"")


def test_data_of_another_major_version_is_refused_and_left_alone(
    server: Postgres, tmp_path: Path
) -> None:
    old = Postgres(tmp_path, tmp_path, tmp_path / "log", server.account)
    (tmp_path / "PG_VERSION").write_text("16\n", encoding="ascii")
    with pytest.raises(StackError, match=r"made by PostgreSQL 16.*pg_dump"):
        old.needs_initdb()
    assert [path.name for path in tmp_path.iterdir()] == ["PG_VERSION"]


def test_a_directory_with_other_things_in_it_is_refused(server: Postgres, tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(StackError, match="not empty"):
        Postgres(tmp_path, tmp_path, tmp_path / "log", server.account).needs_initdb()


def test_little_shared_memory_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shared_memory_type(Path("/no/such/place")) == "mmap"
    monkeypatch.setattr(postgres_module, "ROOMY_SHM_BYTES", 0)
    assert shared_memory_type(Path("/dev")) == "posix"


def test_valkey_keeps_what_it_is_given_and_never_evicts(place: Path) -> None:
    first = _valkey(place)
    with redis.Redis.from_url(first.url) as client:
        settings = client.config_get("*")
        assert settings["appendonly"] == "yes"
        assert settings["maxmemory-policy"] == "noeviction"
        assert settings["port"] == "0"
        client.set("kept", "yes")
    first.child.stop()
    assert first.child.returncode() == 0, first.child.tail()
    again = _valkey(place)
    with redis.Redis.from_url(again.url) as client:
        assert client.get("kept") == b"yes"
    again.child.stop()


def _valkey(place: Path) -> Valkey:
    data = place / "资料 data"
    data.mkdir(exist_ok=True)
    server = Valkey(data, place, place / "valkey.log")
    server.child.start()
    assert wait_until(server.is_ready, 20), server.child.tail()
    assert server.socket_path.stat().st_mode & 0o777 == 0o700
    return server


def _shared_python() -> bool:
    return not os.path.realpath(sys.executable).startswith("/root/")


def test_a_kept_schema_has_the_list_of_migrations_and_no_other_row(
    server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_schema, "FOLDER", tmp_path)
    name = kept_schema.TEST_DATABASE
    server.sql(f"CREATE DATABASE {name}")
    server.sql("CREATE TABLE django_migrations AS SELECT 'done'::text AS name", name)
    server.sql("CREATE TABLE roles AS SELECT 'stale'::text AS name", name)
    kept_schema.keep(server)
    server.sql(f"DROP DATABASE {name}")
    assert kept_schema.restore(server)
    assert server.sql("SELECT name FROM django_migrations", name) == "done"
    assert server.sql("SELECT count(*) FROM roles", name) == "0"
    server.sql(f"DROP DATABASE {name}")
