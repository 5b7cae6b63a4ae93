"""Statements whose plan the server keeps answer like any other."""

import datetime as dt
import select
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from portal.core import rows
from portal.core.accounts.session_store import SessionStore
from portal.core.models import User
from portal.core.postgresql.base import _is_silent
from portal.core.rows import fetch, planned
from portal.core.scope import request_scope
from tests.world import World

DAY = dt.date(2026, 5, 28)


@pytest.mark.parametrize(
    ("statement", "params"),
    [
        ("SELECT %s::int + 1, %s::date", [4, DAY]),
        ("SELECT %(a)s::int, %(b)s::text, %(a)s + 1", {"a": 3, "b": "50% of 'it'", "unused": 1}),
        ("SELECT 7 %% 4, %s = ANY(%s::bigint[])", [2, "{1,2}"]),
        ("SELECT 'plain'", []),
        ("SELECT username FROM core_user WHERE username LIKE '%%x' AND id = %s", [0]),
    ],
)
def test_a_kept_plan_answers_like_a_plain_statement(db: None, statement: str, params: Any) -> None:
    plain = fetch(statement, params)
    assert [planned(statement, params) for _n in range(7)] == [plain] * 7


def test_the_plan_is_made_once_and_other_values_give_other_rows(db: None) -> None:
    with CaptureQueriesContext(connection) as seen:
        found = [planned("SELECT %s::int * 2 AS twice", [n], "twice") for n in (1, 2, 3)]
    assert found == [[(2,)], [(4,)], [(6,)]]
    assert [sql["sql"].startswith("PREPARE twice_") for sql in seen] == [True, False, False]


def test_a_failed_statement_is_prepared_anew(db: None) -> None:
    for _n in range(2):
        with pytest.raises(DatabaseError), transaction.atomic():
            planned("SELECT 10 / %s::int", [0])
    assert planned("SELECT 10 / %s::int", [5]) == [(2,)]
    fetch("DEALLOCATE ALL; SELECT 1", [])
    with pytest.raises(DatabaseError), transaction.atomic():
        planned("SELECT 10 / %s::int", [5])
    assert planned("SELECT 10 / %s::int", [5]) == [(2,)]


def test_old_plans_give_way_to_new_ones(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_MOST_PLANS", 3)
    for _turn in range(2):
        for n in range(8):
            assert planned(f"SELECT {n} + %s::int", [n]) == [(2 * n,)]
    held = fetch("SELECT count(*) FROM pg_prepared_statements", [])
    assert held[0][0] <= 3


def test_behind_a_pooler_nothing_is_prepared(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    with CaptureQueriesContext(connection) as seen:
        assert planned("SELECT %s::int + 40", [2]) == [(42,)]
    assert "PREPARE" not in seen[0]["sql"]


def test_the_account_comes_with_its_session_and_is_used_once(world: World) -> None:
    store = SessionStore()
    store["_auth_user_id"] = str(world.zhou.pk)
    store.create()
    with request_scope(None):
        assert SessionStore(store.session_key)["_auth_user_id"] == str(world.zhou.pk)
        with CaptureQueriesContext(connection) as seen:
            found = _backend().get_user(world.zhou.pk)
            again = _backend().get_user(world.zhou.pk)
        assert len(seen) == 1  # only for the second time
    for one in (found, again):
        known = User.objects.get(pk=world.zhou.pk)
        assert {f.attname: getattr(one, f.attname) for f in User._meta.concrete_fields} == {
            f.attname: getattr(known, f.attname) for f in User._meta.concrete_fields
        }


def test_a_frozen_account_does_not_come_back_with_its_session(world: World) -> None:
    store = SessionStore()
    store["_auth_user_id"] = str(world.zhou.pk)
    store.create()
    User.objects.filter(pk=world.zhou.pk).update(is_active=False)
    with request_scope(None):
        SessionStore(store.session_key).load()
        assert _backend().get_user(world.zhou.pk) is None


def _backend() -> Any:
    from portal.core.access.backend import AccessBackend

    return AccessBackend()


def test_a_closed_connection_is_noticed_without_asking_the_server(db: None) -> None:
    other = connection.Database.connect(**connection.get_connection_params())
    assert _is_silent(other)
    watch = select.poll()
    watch.register(other.fileno(), select.POLLIN)
    fetch("SELECT pg_terminate_backend(%s)", [other.info.backend_pid])
    assert watch.poll(10_000)
    assert not _is_silent(other)
    other.close()
    assert not _is_silent(other)
