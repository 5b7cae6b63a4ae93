"""PostgreSQL, Valkey, web server and Celery worker as in production, each of which can be killed.

What was committed is on the disk (``durable``); the programs are started by the portal's own
command lines (``portal.embedded.application``).
"""

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from celery import Celery

from portal.embedded.application import ROOT, Application
from portal.embedded.children import Child, wait_until
from portal.embedded.network import listen
from portal.embedded.postgres import DATABASE
from portal.embedded.throwaway import ThrowAwayStack
from tests.core.test_audit_killed import copy_schema

_INSTANCE = "kills"


class KillSite:
    def __init__(self, stack: ThrowAwayStack, place: Path, mail_port: int) -> None:
        assert stack.postgres is not None
        copy_schema(stack)
        self.stack, self.place, self.postgres = stack, place, stack.postgres
        self.application = Application(settings="portal.settings.test")
        self.env = {
            **os.environ, **stack.environment(), "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "portal.settings.test", "PORTAL_INSTANCE": _INSTANCE,
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(mail_port), "API_RATE": "100000/min",
        }  # fmt: skip
        made = subprocess.run(
            [sys.executable, "-m", "tests.embedded.kill_cast"], cwd=ROOT, env=self.env, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr[-3000:]
        self.known: dict[str, Any] = json.loads(made.stdout.splitlines()[-1])
        self.listener = listen("127.0.0.1", 0)
        self.port = self.listener.getsockname()[1]
        self.web: Child | None = None
        self.worker: Child | None = None

    def close(self) -> None:
        for child in (self.web, self.worker):
            if child is not None:
                kill(child)
        self.listener.close()

    def start_web(self) -> None:
        """Returns at once: early requests wait in the queue of the socket, which is ours."""
        log = self.place / "web.log"
        self.web = self.application.web(self.listener.fileno(), log, self.env).start()

    def start_worker(self) -> None:
        log = self.place / "worker.log"
        log.unlink(missing_ok=True)
        self.worker = self.application.worker("kills@localhost", log, self.env).start()
        assert wait_until(lambda: " ready." in self.worker.tail(200), 60), self.worker.tail()

    def kill_at_work(self) -> None:
        """The processes of the worker that do tasks; their parent starts others."""
        assert self.worker is not None
        children = Path(f"/proc/{self.worker.pid}/task/{self.worker.pid}/children").read_text()
        for pid in children.split():
            os.kill(int(pid), signal.SIGKILL)

    def kill_database(self) -> None:
        kill(self.postgres.child)
        self.postgres.child.start()
        assert wait_until(self.postgres.is_ready, 60)

    def send_task(self, name: str) -> None:
        url = self.env["REDIS_URL"].removeprefix("unix://")
        where, _mark, number = url.partition("?db=")
        broker = f"redis+socket://{where}?virtual_host={number or 0}"
        # Not the current one: tasks of this process would go to this broker from then on.
        with Celery(broker=broker, set_as_current=False) as app:
            app.send_task(name)

    def sql(self, statement: str) -> str:
        return self.postgres.sql(statement, DATABASE).strip()

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> int:
        """The status of an answer; 0 when there was none, because somebody died."""
        talk = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            talk.request(method, path, body or None, headers)
            return talk.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            talk.close()


def kill(child: Child) -> None:
    """With everything it started, without a chance to tidy up."""
    child.kill_group()
    assert child.process is not None
    child.process.wait()
