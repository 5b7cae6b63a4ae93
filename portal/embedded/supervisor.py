"""Start everything in order, watch it, stop it in reverse.

lock -> port -> secrets -> sockets -> pid repair -> initdb if needed -> PostgreSQL + Valkey ->
database -> migrate -> demo data -> web + worker + beat -> own health answers -> address printed.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from .application import Application
from .children import Child
from .console import say
from .errors import StackError, Stopped
from .lock import Lock
from .network import address_of, answers_as, listen
from .paths import Paths
from .runner import Runner
from .secretfile import load_or_make, write_private
from .servers import Servers, start_servers

# What a command needs to join the running stack, see attach.py.
SHARED = (
    *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS", "SEALED_KEYS"),
    *("DJANGO_SETTINGS_MODULE", "PORTAL_VAR", "PORTAL_INSTANCE"),
)


def _today() -> str:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()


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
        return self._orderly(lambda: self._serve(host, port))

    def run(self, argv: list[str]) -> int:
        """Run one command on PostgreSQL and Valkey alone; returns its exit status."""
        return self._orderly(lambda: self._run(argv))

    def _serve(self, host: str, port: int) -> int:
        listener = listen(host, port)
        environment, servers = self._start_servers()
        environment.setdefault("PORTAL_URL", address_of(listener))
        collecting = self._begin_collecting(environment)
        preparing = self._bring_up_to_date(environment, servers)
        if collecting:
            self.runner.finish(collecting)
            self._remember("assets", self.application.assets_key())
        web, worker = self._start_django(environment, listener.fileno())
        if preparing:
            self.runner.finish(preparing)
            self._note_prepared(self.paths.stamp("migrated").read_text(encoding="utf-8"))
        self._await_django(web, worker, listener)
        self._start_beat(environment)
        self._announce(address_of(listener), environment)
        self.runner.watch()
        return 0

    def _run(self, argv: list[str]) -> int:
        environment, _ = self._start_servers()
        command = self.runner.begin(Child("command", argv, None, env=environment))
        while command.is_running():
            self.runner.check()
            self.runner.signals.pause()
        status = command.returncode() or 0
        return status if status >= 0 else 128 - status

    def _orderly(self, work: Callable[[], int]) -> int:
        """Signals and lock around a run; whatever happens, everything is stopped at the end."""
        self.runner.signals.install()
        try:
            self.lock.acquire(self.runner.signals.pause)
            self.paths.running.unlink(missing_ok=True)  # of a run that was killed
            return work()
        except Stopped:
            say("\nStopping; running tasks may take up to 20 s to end.")
            return 0
        except StackError as error:
            say(f"\n{error}")
            return 1
        finally:
            self.runner.stop()
            if self.lock.is_held:
                self.paths.running.unlink(missing_ok=True)
            self.lock.close()

    def _start_servers(self) -> tuple[dict[str, str], Servers]:
        base = self.application.child_environment(self.paths, load_or_make(self.paths.secrets))
        servers = start_servers(self.runner, self.paths, self.lock.fd)
        return {**base, **servers.urls, "PORTAL_INSTANCE": self.instance}, servers

    def _begin_collecting(self, environment: Mapping[str, str]) -> Child | None:
        """Gather static files beside the other work, unless nothing changed."""
        if self._remembers("assets", self.application.assets_key()):
            return None
        arguments = ("--noinput", "--verbosity", "0")
        return self.runner.begin(self._management("collectstatic", *arguments, env=environment))

    def _bring_up_to_date(self, environment: Mapping[str, str], servers: Servers) -> Child | None:
        """Migrate and prepare the demo data, as far as code, cluster or day are new.

        When there is nothing to migrate, the preparation runs beside the start of the web
        server: its command is returned unfinished.
        """
        key = f"{servers.cluster} {self.application.code_key()}"
        prepare = self._management(self.application.prepare, env=environment)
        if servers.cluster and not servers.is_new and self._remembers("migrated", key):
            # Once a day, because the demo data may hold what is due today.
            done = self._remembers("prepared", f"{key} {_today()}")
            return None if done else self.runner.begin(prepare)
        say("Bringing the database up to date")
        self.paths.stamp("migrated").unlink(missing_ok=True)
        self.runner.complete(self._management("migrate", "--noinput", env=environment))
        say("Preparing the demo data")
        self.runner.complete(prepare)
        self._remember("migrated", key)
        self._note_prepared(key)
        return None

    def _note_prepared(self, key: str) -> None:
        self._remember("prepared", f"{key} {_today()}")

    def _start_django(self, environment: Mapping[str, str], listener: int) -> tuple[Child, Child]:
        """Web and worker at once."""
        paths, application = self.paths, self.application
        web = application.web(listener, paths.fresh_log("web"), environment)
        node = f"portal-{self.instance}@localhost"
        worker = application.worker(node, paths.fresh_log("worker"), environment)
        return self.runner.serve(web), self.runner.serve(worker)

    def _start_beat(self, environment: Mapping[str, str]) -> None:
        """Last: nobody waits for it, and on two cores it would only slow the others."""
        schedule, log = self.paths.beat / "schedule", self.paths.fresh_log("beat")
        self.runner.serve(self.application.beat(schedule, log, environment))

    def _await_django(self, web: Child, worker: Child, listener: socket.socket) -> None:
        application, runner = self.application, self.runner

        def answers() -> bool:
            return answers_as(listener, application.health, self.instance)

        runner.await_ready(web, answers, application.ready_seconds)
        runner.await_ready(worker, lambda: " ready." in worker.tail(), application.ready_seconds)

    def _announce(self, address: str, environment: Mapping[str, str]) -> None:
        shared = {name: environment.get(name, "") for name in SHARED}
        running = {"pid": os.getpid(), "address": address, "environment": shared}
        write_private(self.paths.running, json.dumps(running, indent=1))
        self.lock.note_address(address)
        with contextlib.suppress(OSError):
            say("\n" + self.paths.accounts.read_text(encoding="utf-8").rstrip())
        say(f"\nThe portal is ready: {address}")
        say(f"Data and logs: {self.paths.var}. Ctrl-C stops it.")

    def _management(self, name: str, *arguments: str, env: Mapping[str, str]) -> Child:
        log = self.paths.fresh_log(name)
        return self.application.management(name, *arguments, log=log, env=env)

    def _remembers(self, name: str, key: str) -> bool:
        with contextlib.suppress(OSError):
            return self.paths.stamp(name).read_text(encoding="utf-8") == key
        return False

    def _remember(self, name: str, key: str) -> None:
        self.paths.stamp(name).write_text(key, encoding="utf-8")
