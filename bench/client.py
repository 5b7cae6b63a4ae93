"""A browser with one kept connection and a session that `bench.prepare` opened."""

from __future__ import annotations

import http.client
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.registry import Visit

TOKEN = "b" * 32  # Django accepts any well-formed token that cookie and header share


@dataclass(frozen=True)
class Reply:
    status: int
    ms: float
    body: bytes
    location: str
    queries: int | None


class Client:
    def __init__(self, host: str, port: int, session: str) -> None:
        self.connection = http.client.HTTPConnection(host, port, timeout=120)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.headers = {
            "Host": "127.0.0.1",
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
            "Accept-Language": "zh-hans",
        }

    def send(self, visit: Visit, **asked: str) -> Reply:
        """One request; `ms` runs from the first byte sent to the last byte received.

        `bench="count"` asks the middleware of `bench.middleware` for more; such replies are
        never timed.
        """
        headers = dict(self.headers)
        if asked:
            headers["X-Bench"] = asked["bench"]
        body = None
        if visit.form is not None:
            body = urlencode(visit.form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["X-CSRFToken"] = TOKEN
        method = "GET" if visit.form is None else "POST"
        started = time.perf_counter()
        self.connection.request(method, visit.path, body, headers)
        reply = self.connection.getresponse()
        content = reply.read()
        ms = (time.perf_counter() - started) * 1000
        queries = reply.getheader("X-Queries")
        return Reply(
            reply.status,
            ms,
            content,
            reply.getheader("Location") or "",
            int(queries) if queries else None,
        )

    def close(self) -> None:
        self.connection.close()
