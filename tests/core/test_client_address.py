"""Whose address the audit trail and the lock-out see behind a proxy."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from portal.core.accounts.client import check_proxies, client_ip
from portal.core.models import AuditEntry
from tests.world import World

FORGED = "203.0.113.66"
REAL = "198.51.100.7"


def address(peer: str, forwarded: str = "") -> str | None:
    return client_ip({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded})


def test_without_a_proxy_the_header_is_ignored() -> None:
    assert address(REAL, FORGED) == REAL


@pytest.mark.parametrize(
    ("count", "forwarded", "expected"),
    [
        (1, REAL, REAL),
        (1, f"{FORGED}, {REAL}", REAL),
        (2, f"{FORGED}, {REAL}, 10.0.0.2", REAL),
        (2, REAL, "10.0.0.1"),  # shorter than it can be: somebody went past the outer proxy
        (1, "", "10.0.0.1"),
        (1, "not an address", "10.0.0.1"),
        (1, f"{REAL}:4711", REAL),
        (1, "[2001:db8::7]:4711", "2001:db8::7"),
        (1, f"::ffff:{REAL}", REAL),
    ],
)
def test_so_many_proxies_are_believed(
    settings: Any, count: int, forwarded: str, expected: str
) -> None:
    settings.PROXY_COUNT = count
    assert address("10.0.0.1", forwarded) == expected


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("10.0.0.1", f"{FORGED}, {REAL}", REAL),
        ("10.0.0.1", f"{FORGED}, {REAL}, 10.3.0.2", REAL),
        (REAL, FORGED, REAL),  # straight to the port, past the proxy
        ("10.0.0.1", "10.9.9.9", "10.9.9.9"),
        ("10.0.0.1", "rubbish, 10.3.0.2", "10.3.0.2"),
    ],
)
def test_proxies_within_our_networks_are_believed(
    settings: Any, peer: str, forwarded: str, expected: str
) -> None:
    settings.PROXY_NETWORKS = ["10.0.0.0/8", "fd00::/8"]
    assert address(peer, forwarded) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"PROXY_COUNT": 1, "PROXY_NETWORKS": ["10.0.0.0/8"]},
        {"PROXY_COUNT": -1},
        {"PROXY_NETWORKS": ["ten"]},
    ],
)
def test_contradicting_settings_stop_the_start(settings: Any, wrong: dict[str, Any]) -> None:
    for name, value in wrong.items():
        setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured):
        check_proxies()


@pytest.mark.django_db
def test_a_forged_header_neither_hides_the_caller_nor_dodges_the_lock(
    world: World, settings: Any
) -> None:
    settings.PROXY_COUNT = 1
    for n in range(5):
        Client(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}, {REAL}").post(
            "/login/", {"username": "zhou", "password": "wrong"}
        )
    assert set(AuditEntry.objects.filter(action="log_in_failed").values_list("ip", flat=True)) == {
        REAL
    }
    assert AuditEntry.objects.filter(action="log_in_locked").exists()
