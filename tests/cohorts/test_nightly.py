"""The nightly task: alarm on drift, mending, duties that begin, and the same by a real worker."""

import datetime as dt
import logging
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.utils import timezone

from casework.models import Case
from casework.tasks import remind_overdue
from cohorts.domain.reconcile import drift
from cohorts.models import Grant
from cohorts.tasks import reconcile_grants
from portal.core.models import Notification
from tests.world import World, build_world

ROOT = Path(__file__).resolve().parents[2]


def test_a_quiet_night_raises_no_alarm(world: World, caplog: pytest.LogCaptureFixture) -> None:
    assert reconcile_grants() == {"extra": 0, "missing": 0, "removed": 0, "added": 0}
    assert not [r for r in caplog.records if r.levelno >= logging.CRITICAL]


def test_drift_raises_an_alarm_and_is_mended(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    lost, _rows = Grant.objects.filter(user=world.zhou).delete()
    found = reconcile_grants()
    assert (found["missing"], found["added"]) == (lost, lost)
    (alarm,) = [r for r in caplog.records if r.levelno >= logging.CRITICAL]
    assert str(lost) in alarm.getMessage()
    assert drift() == (0, 0)


def test_grants_that_ran_out_are_swept_without_an_alarm(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    today = timezone.localdate()
    world.add_post("nobody", "class_adviser", "c2302", ends_on=today)
    number = Grant.objects.filter(user=world.nobody).count()
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        found = reconcile_grants()
    assert found == {"extra": 0, "missing": 0, "removed": number, "added": 0}
    assert not [r for r in caplog.records if r.levelno >= logging.CRITICAL]


def test_an_administrator_s_duty_begins_and_ends_with_the_night(world: World) -> None:
    today = timezone.localdate()
    day = today + dt.timedelta(days=2)
    world.add_post("nobody", "auditor", "uni", starts_on=day, ends_on=day)
    assert not world.nobody.groups.exists()
    for days, expected in ((1, 0), (2, 1), (3, 0)):
        with time_machine.travel(timezone.now() + dt.timedelta(days=days), tick=False):
            reconcile_grants()
            assert world.nobody.groups.count() == expected, days


def test_both_tasks_are_on_the_clock() -> None:
    planned = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {reconcile_grants.name, remind_overdue.name} <= planned


def worker_environment() -> dict[str, str]:
    kept = connection.settings_dict
    host = kept["HOST"] or ""
    where = f"?host={host}" if host.startswith("/") else ""
    net = "" if host.startswith("/") else f"{host}:{kept['PORT']}"
    login = kept["USER"] + (f":{kept['PASSWORD']}" if kept["PASSWORD"] else "")
    url = f"postgresql://{login}@{net}/{kept['NAME']}{where}"
    return {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings.test"}


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_mends_drift_and_sends_the_reminders() -> None:
    world = build_world()
    case = world.add_case("gu", owner=world.zhou)
    Case.objects.filter(pk=case.pk).update(contact_due_at=timezone.now() - dt.timedelta(days=2))
    Grant.objects.filter(user=world.zhou).delete()
    queue = f"test-{uuid.uuid4().hex}"
    command = [sys.executable, "-m", "celery", "-A", "portal", "worker", "-P", "solo", "-Q", queue,
               "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]  # fmt: skip
    worker = subprocess.Popen(
        command, cwd=ROOT, env=worker_environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        reconcile_grants.apply_async(queue=queue)
        for _delivery in range(2):
            remind_overdue.apply_async(queue=queue)
        deadline = time.monotonic() + 60
        reminded = Notification.objects.filter(user=world.zhou)  # others hear of the drift
        while drift() != (0, 0) or not reminded.exists():
            assert worker.poll() is None, "the worker ended"
            assert time.monotonic() < deadline, "the worker did not do its work"
            time.sleep(0.1)
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
        assert reminded.count() == 1
    finally:
        if worker.poll() is None:
            worker.kill()
            worker.wait(10)
