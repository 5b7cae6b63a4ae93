"""The caller's address. Headers are believed only as far as our own proxies wrote them."""

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

# Longer chains are nobody's but a forger's.
_MOST_HOPS = 20


def client_ip(meta: Mapping[str, Any]) -> str | None:
    """The address in front of our proxies; None when the server was reached by a socket file.

    ``PROXY_COUNT`` proxies, or those within ``PROXY_NETWORKS``, each append the address that
    called them to X-Forwarded-For. What stands further left came from outside and is ignored.
    """
    peer = _address(meta.get("REMOTE_ADDR"))
    count, networks = settings.PROXY_COUNT, settings.PROXY_NETWORKS
    if not count and not networks:
        return peer
    words = str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")[-_MOST_HOPS:]
    chain = [_address(word) for word in words]
    if count:
        return chain[-count] if len(chain) >= count and chain[-count] else peer
    found = peer
    while chain and _is_ours(found, networks):
        caller = chain.pop()
        if caller is None:
            break
        found = caller
    return found


def client_ip_of(request: HttpRequest) -> str | None:
    return client_ip(request.META)


def check_proxies() -> None:
    """Raises ImproperlyConfigured for settings that contradict one another."""
    if settings.PROXY_COUNT and settings.PROXY_NETWORKS:
        raise ImproperlyConfigured("Set PORTAL_PROXY_COUNT or PORTAL_PROXY_NETWORKS, not both.")
    if settings.PROXY_COUNT < 0:
        raise ImproperlyConfigured("PORTAL_PROXY_COUNT must not be negative.")
    for word in settings.PROXY_NETWORKS:
        try:
            ipaddress.ip_network(word, strict=False)
        except ValueError as error:
            raise ImproperlyConfigured(f"PORTAL_PROXY_NETWORKS: {error}") from error


def _address(word: Any) -> str | None:
    """A clean address: without port and brackets, IPv4 not dressed as IPv6."""
    text = str(word or "").strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return str(getattr(found, "ipv4_mapped", None) or found)


def _is_ours(address: str | None, networks: list[str]) -> bool:
    if address is None:
        return False
    found = ipaddress.ip_address(address)
    return any(found in ipaddress.ip_network(word, strict=False) for word in networks)
