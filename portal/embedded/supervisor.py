"""Start everything in order, watch it, stop it in reverse.

lock -> port -> secrets -> sockets -> pid repair -> initdb if needed -> PostgreSQL + Valkey ->
database -> migrate -> demo data -> web + worker + beat -> own health answers -> address printed.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from .application import Application
from .children import Child
from .console import say
from .errors import StackError, Stopped
from .lock import Lock
from .network import address_of, answers_as, listen
from .paths import Paths
from .runner import Runner, report
from .secretfile import load_or_make, write_private
from .servers import Servers, start_servers

WEB_READY_SECONDS = 120


class Supervisor:
    """One run of the portal, or of one command on its servers."""

    def __init__(self, paths: Paths, application: Application) -> None:
        self.paths = paths
        self.application = application
        self.instance = secrets.token_hex(8)
        self.runner = Runner()
        self.lock = Lock(paths.lock)

    def serve(self, host: str, port: int) -> int:
        """Serve until a stop signal (returns 0) or until anything fails or dies (1)."""
        with self._orderly() as outcome:
            self.lock.acquire(self.runner.signals.pause)
            listener = listen(host, port)
            environment, servers = self._base()
            collect = self._begin_collecting(environment)
            prepare = self._bring_up_to_date(environment, servers)
            if collect:
                self._finish(collect, "assets", self.application.assets_key())
            self._start_django(environment, listener.fileno())
            if prepare:
                self.runner.finish(prepare)
            web = self.runner.servers[2 if len(self.runner.servers) > 3 else 0]
            path = self.application.health
            self.runner.await_ready(
                web, lambda: answers_as(listener, path, self.instance), WEB_READY_SECONDS
            )
            self._announce(address_of(listener), environment)
            self.runner.watch()
        return outcome.status

    def run(self, argv: list[str]) -> int:
        """Run one command on PostgreSQL and Valkey alone; returns its exit status."""
        with self._orderly() as outcome:
            self.lock.acquire(self.runner.signals.pause)
            environment, _ = self._base()
            command = Child("command", argv, Path(os.devnull), env=environment, streams=False)
            self.runner.begin(command)
            while command.is_running():
                self.runner.check()
                self.runner.signals.pause()
            status = command.returncode() or 0
            outcome.status = status if status >= 0 else 128 - status
        return outcome.status
