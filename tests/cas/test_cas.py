"""Log-in at a real CAS server: what it confirms opens the account, and nothing else does."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client

from portal.core.models import AccountSession, AuditEntry, User
from tests.cas.conftest import Cas
from tests.core.factors import code_of, enrol
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def switched_on(settings: Any, cas: Cas) -> None:
    settings.CAS_ENABLED, settings.CAS_SERVER_URL = True, cas.url
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS, "portal.core.accounts.sso.CasBackend",
    ]  # fmt: skip


def window(cas: Cas) -> Client:
    """A browser at the portal, whose address is the one that the CAS server calls."""
    return Client(HTTP_HOST=f"127.0.0.1:{cas.ear.port}")


def fetch_ticket(cas: Cas, client: Client, username: str, there: Any = None) -> str:
    """From the button to the CAS server's log-in and back; the address with the ticket."""
    begun = client.get("/sso/cas/?next=/me/")
    return cas.log_in(there or cas.browser(), username, begun["Location"])


def deliver(client: Client, address: str) -> Any:
    return client.get(address.partition("/sso/")[1] + address.partition("/sso/")[2])


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def log_in(cas: Cas, username: str, there: Any = None) -> Client:
    client = window(cas)
    answer = deliver(client, fetch_ticket(cas, client, username, there))
    assert answer["Location"] == "/me/", answer.content.decode()[:500]
    return client


def hear(cas: Cas) -> tuple[str, str]:
    """What the CAS server posted to the portal: path and body."""
    return cas.ear.heard.get(timeout=20)


def pass_on(cas: Cas, path: str, body: str) -> Any:
    form = "application/x-www-form-urlencoded"
    # From the server's own machine: without cookie, referrer or token, checked as in real life.
    portal = Client(HTTP_HOST=f"127.0.0.1:{cas.ear.port}",
                    enforce_csrf_checks=True)  # fmt: skip
    return portal.post(path, body, content_type=form)


def test_a_person_whom_the_campus_knows_is_logged_in(world: World, cas: Cas) -> None:
    client = log_in(cas, "zhou")
    assert is_in(client)
    entry = AuditEntry.objects.filter(action="log_in").latest("pk")
    assert (entry.actor, entry.detail["method"]) == (world.zhou, "cas")
    assert AccountSession.objects.get(account=world.zhou).method == "cas"


def test_the_number_may_stand_in_an_attribute(world: World, cas: Cas, settings: Any) -> None:
    settings.CAS_USERNAME_ATTRIBUTE = "number"
    client = log_in(cas, "alias-zhou")
    assert AccountSession.objects.get(account=world.zhou).session_key == client.session.session_key


def test_a_ticket_opens_one_door_once(world: World, cas: Cas) -> None:
    first = window(cas)
    address = fetch_ticket(cas, first, "zhou")
    assert deliver(first, address).status_code == 302
    thief = window(cas)
    thief.get("/sso/cas/")
    answer = deliver(thief, address)
    assert answer.status_code == 403
    assert not is_in(thief)
    assert is_in(first)


def test_a_ticket_counts_only_in_the_browser_that_asked_for_it(world: World, cas: Cas) -> None:
    """A link with somebody's unused ticket logs nobody in as that person."""
    address = fetch_ticket(cas, window(cas), "zhou")
    victim = window(cas)
    assert deliver(victim, address).status_code == 403
    assert not is_in(victim)


def test_a_ticket_for_another_service_is_refused(world: World, cas: Cas) -> None:
    other = cas.service.replace("/sso/cas/", "/another/")
    address = cas.log_in(cas.browser(), "zhou", f"{cas.url}login?{urlencode({'service': other})}")
    ticket = parse_qs(urlsplit(address).query)["ticket"][0]
    client = window(cas)
    client.get("/sso/cas/")
    assert client.get("/sso/cas/", {"ticket": ticket}).status_code == 403
    assert not is_in(client)


def test_an_expired_ticket_is_refused(world: World, cas: Cas) -> None:
    client = window(cas)
    address = fetch_ticket(cas, client, "zhou")
    ticket = parse_qs(urlsplit(address).query)["ticket"][0]
    cas.run("UPDATE cas_server_serviceticket SET creation = '2026-01-01 00:00:00' WHERE value = ?",
            ticket)  # fmt: skip
    assert deliver(client, address).status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize("ticket", ["ST-invented", "", "ST-" + "x" * 5000, "<a&b>", "ST-1\r\nX: 1"])
def test_an_invented_ticket_is_refused(world: World, cas: Cas, ticket: str) -> None:
    client = window(cas)
    client.get("/sso/cas/")
    assert client.get("/sso/cas/", {"ticket": ticket}).status_code in (302, 403)
    assert not is_in(client)


def test_an_unknown_person_gets_no_account_and_a_clear_word(world: World, cas: Cas) -> None:
    client = window(cas)
    answer = deliver(client, fetch_ticket(cas, client, "stranger"))
    assert answer.status_code == 403
    assert 'name="password"' in answer.content.decode()  # the local account stays
    assert not User.objects.filter(username="stranger").exists()
    assert AuditEntry.objects.filter(action="log_in_failed").exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"expires_on": "2026-01-31"}])
def test_a_closed_account_stays_closed(world: World, cas: Cas, change: dict[str, Any]) -> None:
    User.objects.filter(pk=world.zhou.pk).update(**change)
    client = window(cas)
    answer = deliver(client, fetch_ticket(cas, client, "zhou"))
    assert answer.status_code == 403
    assert not is_in(client)


def test_single_log_out_ends_this_session_and_no_other(world: World, cas: Cas) -> None:
    there = cas.browser()
    campus = log_in(cas, "zhou", there)
    local = Client()
    local.post("/login/", {"username": "zhou", "password": PASSWORD})
    stranger = log_in(cas, "lu")
    there.get(f"{cas.url}logout")
    path, body = hear(cas)
    assert pass_on(cas, path, body).status_code == 204
    assert not is_in(campus)
    assert is_in(local)
    assert is_in(stranger)
    gone = AuditEntry.objects.filter(action="log_out").latest("pk")
    assert (gone.actor, gone.detail["reason"]) == (world.zhou, "campus")


def test_single_log_out_finds_a_session_whose_key_has_changed(world: World, cas: Cas) -> None:
    """django-cas-ng looks a session up by the key it had at log-in, which changes afterwards."""
    there = cas.browser()
    client = log_in(cas, "zhou", there)
    key = client.session.session_key
    enrol(world.zhou)
    client.post("/me/confirm/", {"code": code_of(world.zhou, 1)})
    assert client.session.session_key != key
    there.get(f"{cas.url}logout")
    pass_on(cas, *hear(cas))
    assert not is_in(client)


def test_logging_out_here_leaves_nothing_and_leads_to_the_campus_log_out(
    world: World, cas: Cas
) -> None:
    client = log_in(cas, "zhou")
    answer = client.post("/logout/")
    assert answer["Location"].startswith(f"{cas.url}logout?")
    assert not AccountSession.objects.filter(account=world.zhou).exists()


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "ST-1"><!ENTITY b "&a;&a;">]>'
    '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">'
    "<samlp:SessionIndex>&b;</samlp:SessionIndex></samlp:LogoutRequest>"
)


@pytest.mark.parametrize("words", ["", "no xml", BOMB, "<a/>", "<" * 30_000])
def test_a_forged_log_out_ends_nothing(world: World, cas: Cas, words: str) -> None:
    client = log_in(cas, "zhou")
    answer = pass_on(cas, "/sso/cas/", urlencode({"logoutRequest": words}))
    assert answer.status_code == 204
    assert is_in(client)


def test_nobody_is_sent_to_another_host(world: World, cas: Cas) -> None:
    for wanted in ("https://evil.example/", "//evil.example/x", "javascript:alert(1)"):
        client = window(cas)
        begun = client.get("/sso/cas/", {"next": wanted})
        back = deliver(client, cas.log_in(cas.browser(), "zhou", begun["Location"]))
        assert back["Location"] == "/", wanted
        assert client.get("/sso/cas/", {"next": wanted})["Location"] == "/"


def test_a_campus_server_that_is_away_is_said(world: World, cas: Cas, settings: Any) -> None:
    client = window(cas)
    address = fetch_ticket(cas, client, "zhou")
    settings.CAS_SERVER_URL = "http://127.0.0.1:9/cas/"
    assert deliver(client, address).status_code == 403
    assert not is_in(client)


def test_a_campus_log_in_is_never_asked_for_our_password(world: World, cas: Cas) -> None:
    User.objects.filter(pk=world.zhou.pk).update(must_change_password=True)
    assert is_in(log_in(cas, "zhou"))


def test_campus_log_in_gives_no_right_of_its_own(world: World, cas: Cas) -> None:
    client = log_in(cas, "nobody")
    assert client.get(f"/students/{world.gu.student_no}/").status_code == 404
    assert client.get("/admin/").status_code == 302


def test_the_page_offers_the_button_only_when_it_is_on(world: World, settings: Any) -> None:
    assert "/sso/cas/" in Client().get("/login/").content.decode()
    settings.CAS_ENABLED = False
    assert "/sso/" not in Client().get("/login/").content.decode()
    assert Client().get("/sso/cas/").status_code == 404
