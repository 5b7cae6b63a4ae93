"""Log-in by OpenID Connect: the code flow, and every way in which it may be wrong."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from portal.core.models import AuditEntry, User
from portal.settings import sso
from tests.cas.provider import CLIENT, SECRET, Provider
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def kept() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture
def provider(kept: Provider, settings: Any) -> Provider:
    kept.twist, kept.wrong_key, kept.is_away, kept.info_sub = {}, False, False, ""
    settings.OIDC_ENABLED, settings.OIDC_ISSUER = True, kept.url
    settings.OIDC_OP_AUTHORIZATION_ENDPOINT = f"{kept.url}/authorise"
    settings.OIDC_OP_TOKEN_ENDPOINT = f"{kept.url}/token"
    settings.OIDC_OP_USER_ENDPOINT = f"{kept.url}/person"
    settings.OIDC_OP_JWKS_ENDPOINT = f"{kept.url}/keys"
    settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = CLIENT, SECRET
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS, "portal.core.accounts.sso.OidcBackend",
    ]  # fmt: skip
    return kept


def begin(provider: Provider, client: Client, name: str, wanted: str = "/me/") -> str:
    """From the button to the provider's log-in; the address with the code."""
    return provider.authorise(client.get("/sso/oidc/", {"next": wanted})["Location"], name)


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def test_a_person_whom_the_provider_knows_is_logged_in(world: World, provider: Provider) -> None:
    client = Client()
    assert client.get(begin(provider, client, "zhou"))["Location"] == "/me/"
    assert is_in(client)
    entry = AuditEntry.objects.filter(action="log_in").latest("pk")
    assert (entry.actor, entry.detail["method"]) == (world.zhou, "oidc")


def test_a_code_opens_one_door_once(world: World, provider: Provider) -> None:
    first = Client()
    address = begin(provider, first, "zhou")
    first.get(address)
    first.post("/logout/")
    assert first.get(address).status_code == 403
    assert not is_in(first)


def test_a_state_of_another_browser_is_refused(world: World, provider: Provider) -> None:
    address = begin(provider, Client(), "zhou")
    for victim in (Client(), Client()):
        begin(provider, victim, "lu")
        assert victim.get(address).status_code == 403
        assert not is_in(victim)
    assert Client().get(address).status_code == 403


def test_a_code_under_the_own_state_but_with_the_nonce_of_another_is_refused(
    world: World, provider: Provider
) -> None:
    client = Client()
    own = parse_qs(urlsplit(begin(provider, client, "lu")).query)
    foreign = parse_qs(urlsplit(begin(provider, Client(), "zhou")).query)
    mixed = urlencode({"code": foreign["code"][0], "state": own["state"][0]})
    assert client.get(f"/sso/oidc/back/?{mixed}").status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize(
    "twist",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
    ],
)
def test_a_wrong_token_is_refused(world: World, provider: Provider, twist: dict[str, Any]) -> None:
    client = Client()
    address = begin(provider, client, "zhou")
    provider.twist = twist
    assert client.get(address).status_code == 403
    assert not is_in(client)


def test_a_token_signed_by_another_is_refused(world: World, provider: Provider) -> None:
    client = Client()
    address = begin(provider, client, "zhou")
    provider.wrong_key = True
    assert client.get(address).status_code == 403
    assert not is_in(client)


def test_particulars_of_another_person_are_refused(world: World, provider: Provider) -> None:
    client = Client()
    address = begin(provider, client, "zhou")
    provider.info_sub = "id-sec"
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("who", ["stranger", "frozen"])
def test_no_account_no_entry(world: World, provider: Provider, who: str) -> None:
    User.objects.filter(pk=world.zhou.pk).update(is_active=False)
    client = Client()
    name = "zhou" if who == "frozen" else "stranger"
    answer = client.get(begin(provider, client, name))
    assert answer.status_code == 403
    assert 'name="password"' in answer.content.decode()
    assert not User.objects.filter(username="stranger").exists()


def test_a_password_log_in_does_not_slip_into_the_code_flow(
    world: World, provider: Provider
) -> None:
    address = begin(provider, Client(), "zhou")
    query = urlsplit(address).query
    client = Client()
    answer = client.post(f"/login/?{query}", {"username": "zhou", "password": "wrong"})
    assert answer.status_code == 200
    assert not is_in(client)


def test_an_error_from_elsewhere_logs_nobody_out(world: World, provider: Provider) -> None:
    client = Client()
    client.post("/login/", {"username": "zhou", "password": PASSWORD})
    client.get("/sso/oidc/back/?error=access_denied&state=x")
    assert is_in(client)
    assert Client().get("/sso/oidc/back/?error=access_denied").status_code == 403
    assert Client().get("/sso/oidc/back/").status_code == 403


def test_a_provider_that_is_away_is_said(world: World, provider: Provider, settings: Any) -> None:
    client = Client()
    address = begin(provider, client, "zhou")
    settings.OIDC_OP_TOKEN_ENDPOINT = "http://127.0.0.1:9/token"
    assert client.get(address).status_code == 403
    second = Client()
    provider.is_away = True
    settings.OIDC_OP_TOKEN_ENDPOINT = f"{provider.url}/token"
    assert second.get(begin(provider, second, "zhou")).status_code == 403


def test_nobody_is_sent_to_another_host(world: World, provider: Provider) -> None:
    for wanted in ("https://evil.example/", "//evil.example/x", "javascript:alert(1)"):
        client = Client()
        assert client.get(begin(provider, client, "zhou", wanted))["Location"] == "/", wanted


def test_off_it_is_not_there(world: World) -> None:
    assert Client().get("/sso/oidc/").status_code == 404
    assert Client().get("/sso/oidc/back/?code=1&state=2").status_code == 404


def test_a_half_configured_log_in_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {"A": "1", "B": "2"}
    assert sso.together("x", whole)
    assert not sso.together("x", dict.fromkeys(whole, ""))
    with pytest.raises(ImproperlyConfigured, match="B"):
        sso.together("x", {**whole, "B": ""})
    for wrong in ("cas.example.edu", "http://cas.example.edu/cas/", "https:///cas"):
        monkeypatch.setenv("SOME_URL", wrong)
        with pytest.raises(ImproperlyConfigured, match="SOME_URL"):
            sso.address("SOME_URL")
