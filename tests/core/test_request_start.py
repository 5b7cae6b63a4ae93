"""What a request begins with: its connection, its session and its account."""

import select
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.core.accounts.session_store import SessionStore
from portal.core.models import User
from portal.core.postgresql.base import _is_silent
from portal.core.rows import fetch
from portal.core.scope import request_scope
from tests.world import World


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
