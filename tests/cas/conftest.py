"""The CAS server, a browser at it, and an ear for its log-out messages."""

import html
import re
import select
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
import requests

from tests.cas import PASSWORD


class Ear:
    """Stands at the portal's address and hears what the CAS server posts there."""

    def __init__(self) -> None:
        heard: Queue[tuple[str, str]] = Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                heard.put((self.path, self.rfile.read(length).decode()))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.heard = heard
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@dataclass
class Cas:
    url: str
    database: Path
    ear: Ear
    browsers: list[requests.Session] = field(default_factory=list)

    @property
    def service(self) -> str:
        return f"http://127.0.0.1:{self.ear.port}/sso/cas/"

    def browser(self) -> requests.Session:
        self.browsers.append(requests.Session())
        return self.browsers[-1]

    def log_in(self, browser: requests.Session, username: str, address: str) -> str:
        """Log in at the page to which the portal sent; where the server sends back to."""
        page = browser.get(address, allow_redirects=False)
        if page.status_code == 200:
            fields = {
                name: html.unescape(value)
                for name, value in re.findall(
                    r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text
                )
            }
            fields |= {"username": username, "password": PASSWORD}
            page = browser.post(address, data=fields, allow_redirects=False)
        assert page.status_code == 302, page.text[:2000]
        return page.headers["Location"]

    def run(self, sql: str, *values: Any) -> None:
        """Change what the server keeps, behind its back."""
        connection = sqlite3.connect(self.database, timeout=10)
        try:
            with connection:
                assert connection.execute(sql, values).rowcount > 0
        finally:
            connection.close()


@pytest.fixture(scope="package")
def cas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cas]:
    folder, ear = tmp_path_factory.mktemp("cas"), Ear()
    script = Path(__file__).with_name("server.py")
    command = [sys.executable, str(script), str(folder), rf"^http://127\.0\.0\.1:{ear.port}/.*$"]
    log = folder / "cas.log"
    with log.open("w") as errors, subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout
        found = Cas("", folder / "cas.sqlite3", ear)
        try:
            ready, _write, _error = select.select([process.stdout], [], [], 60)
            found.url = process.stdout.readline().strip() if ready else ""
            assert found.url.startswith("http"), log.read_text()
            yield found
        finally:
            for browser in found.browsers:
                browser.close()
            process.stdin.close()  # by which it ends itself
            process.wait(30)
            ear.stop()
