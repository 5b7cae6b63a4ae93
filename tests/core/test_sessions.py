"""Sessions: time-outs, the list, and what ends them (rulebook 8.2)."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.core.accounts.session_store import _read
from portal.core.domain.accounts import change_account
from portal.core.models import AccountSession, AuditEntry
from portal.core.prepared import prepared
from students.domain.statuses import change_status
from students.enums import StudentStatus
from tests.core.test_passwords import FRESH, enter, try_log_in, words
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("key", "minutes"), [("zhou", 30), ("sec", 15)])
def test_an_idle_session_ends(world: World, key: str, minutes: int) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        client = enter(world.people[key])
        for _n in range(3):  # work keeps it alive
            clock.shift(minutes * 60 - 130)
            assert client.get("/me/").status_code == 200
        clock.shift(minutes * 60 + 1)
        answer = client.get("/me/")
    assert answer["Location"] == "/login/?why=idle&next=%2Fme%2F"
    assert AuditEntry.objects.filter(action="log_out").latest("pk").detail["reason"] == "idle"
    assert "log_out" not in client.session


def test_no_session_outlives_eight_hours_however_busy(world: World) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = enter(world.zhou)
        for _n in range(23):
            clock.shift(1200)
            assert client.get("/me/").status_code == 200
        clock.shift(1200)
        assert client.get("/me/")["Location"].startswith("/login/?why=hours")


def test_an_ordinary_request_costs_no_statement_more(world: World) -> None:
    """Session and account are read at once; the stamp is written every other minute at most."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = enter(world.nobody)
        client.get("/notices/")
        with CaptureQueriesContext(connection, ) as seen:  # fmt: skip
            clock.shift(60)
            client.get("/notices/")
    kept = prepared(_read()).name  # session and account, by the plan the connection keeps
    own = [row["sql"] for row in seen
           if re.search(rf'"core_(accountsession|user|pastpass|second)|{kept}', row["sql"])]  # fmt: skip
    assert len(own) == 1, own
    assert not [sql for sql in own if sql.startswith("UPDATE")]


def test_the_list_of_sessions_ends_one_or_all_others(world: World) -> None:
    here, phone, library = (enter(world.zhou) for _n in range(3))
    for client, agent in ((here, "Firefox"), (phone, "MicroMessenger Android"), (library, "Edg")):
        client.get("/me/", headers={"User-Agent": agent})
    page = words(here.get("/me/sessions/"))
    marks = re.findall(r'name="mark" value="(\w+)"', page)
    assert len(marks) == 2
    assert all(client.session.session_key not in page for client in (here, phone, library))
    enter(world.lu).post("/me/sessions/", {"mark": marks[0]})  # not somebody else's
    assert AccountSession.objects.filter(account=world.zhou).count() == 3
    here.post("/me/sessions/", {"mark": marks[0]})
    assert AccountSession.objects.filter(account=world.zhou).count() == 2
    here.post("/me/sessions/")
    assert here.get("/me/").status_code == 200
    assert phone.get("/me/").status_code == library.get("/me/").status_code == 302


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(world: World) -> None:
    here, other = enter(world.zhou), enter(world.zhou)
    key = here.session.session_key
    here.post("/me/password/", {"present": PASSWORD, "new": FRESH, "again": FRESH})
    assert here.get("/me/").status_code == 200
    assert here.session.session_key != key
    assert other.get("/me/").status_code == 302
    assert AccountSession.objects.filter(account=world.zhou).count() == 1


def test_leaving_for_good_ends_the_account_of_the_student(world: World) -> None:
    client = enter(world.gu_account)
    change_status(actor=world.han, student=world.gu, status=StudentStatus.ON_LEAVE,
                  since=dt.date(2026, 5, 1))  # fmt: skip
    assert client.get("/my/").status_code == 200
    change_status(actor=world.han, student=world.gu, status=StudentStatus.GRADUATED,
                  since=timezone.localdate())  # fmt: skip
    assert not AccountSession.objects.filter(account=world.gu_account).exists()
    assert client.get("/my/")["Location"].startswith("/login/")
    assert try_log_in("gu_account", PASSWORD).status_code == 200


@pytest.mark.parametrize("way", ["frozen", "ended"])
def test_the_sessions_of_a_closed_account_are_gone(world: World, way: str) -> None:
    client = enter(world.zhou)
    if way == "frozen":
        world.zhou.is_active = False
        change_account(actor=world.sec, user=world.zhou, fields={"is_active"})
    else:
        world.zhou.expires_on = dt.date(2026, 1, 31)
        change_account(actor=world.sec, user=world.zhou, fields={"expires_on"})
    assert not AccountSession.objects.filter(account=world.zhou).exists()
    assert client.get("/me/").status_code == 302


def test_the_oldest_session_gives_way_to_the_sixth(world: World, settings: Any) -> None:
    settings.SESSIONS_PER_ACCOUNT = 5
    with time_machine.travel(timezone.now(), tick=False) as clock:
        clients = []
        for _n in range(6):
            clients.append(enter(world.zhou))
            clock.shift(1)
        assert [client.get("/me/").status_code for client in clients] == [302] + [200] * 5


def test_every_log_in_and_log_out_is_audited(world: World) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.post("/login/", {"username": "zhou", "password": PASSWORD})
    client.post("/logout/")
    rows = list(AuditEntry.objects.order_by("pk").values_list("action", "actor_id", "ip"))
    assert rows[-2:] == [("log_in", world.zhou.pk, "192.0.2.7"),
                         ("log_out", world.zhou.pk, "192.0.2.7")]  # fmt: skip
