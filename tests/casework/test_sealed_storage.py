"""Sealed text at rest: keys of its own, rotation killed half-way, and what a dump tells."""

import base64
import io
import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from celery import Task
from cryptography.fernet import Fernet, InvalidToken
from django.contrib import admin
from django.core import mail
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.views.debug import ExceptionReporter

from casework import sealed_checks
from casework.domain.sealed_rotation import rotate, waiting_rows
from casework.domain.sealed_text import keep_texts
from casework.models import SealedNote, SealedText
from portal.core import sealing
from portal.core.access import Route, register_route, routes
from portal.core.access.routes import _routes
from portal.core.models import AuditEntry
from tests.web.sealed_life import MARKS, everything_that_leaves, plant
from tests.world import World

ROOT = Path(__file__).resolve().parent.parent.parent


def new_key() -> str:
    return Fernet.generate_key().decode()


@pytest.mark.django_db
def test_rotation_brings_every_row_under_the_newest_key(settings: Any) -> None:
    old, new = settings.SEALED_KEYS[0], new_key()
    texts = [f"第{n}段密封文字" for n in range(7)]
    keep_texts(texts)
    settings.SEALED_KEYS = [new, old]
    assert sum(waiting_rows().values()) == 7
    with pytest.raises(CommandError):
        call_command("rotate_sealed_keys", "--check")
    assert list(rotate(batch=3)) == [3, 3, 1]
    settings.SEALED_KEYS = [new]
    rows = SealedText.objects.order_by("pk")
    assert [sealing.unseal(row.cipher) for row in rows] == texts
    call_command("rotate_sealed_keys", "--check", stdout=io.StringIO())
    settings.SEALED_KEYS = [old]
    with pytest.raises(InvalidToken):
        sealing.unseal(rows[0].cipher)
    with pytest.raises(CommandError):
        call_command("rotate_sealed_keys", "--check")
    assert AuditEntry.objects.filter(action="rotate_sealed_keys").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_rotation_killed_in_the_middle_loses_nothing_and_goes_on(settings: Any) -> None:
    """A real process and a real kill; each row is readable at every moment in between."""
    old, new = settings.SEALED_KEYS[0], new_key()
    texts = [f"第{n}段密封文字" for n in range(300)]
    keep_texts(texts)
    address = connection.settings_dict
    environment = {
        **os.environ,
        "SEALED_KEYS": f"{new},{old}",
        "DATABASE_URL": _url(os.environ["DATABASE_URL"], str(address["NAME"])),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.casework.sealed_rotator"], cwd=ROOT, env=environment,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    settings.SEALED_KEYS = [new, old]
    try:
        for _line in range(5):
            assert process.stdout.readline()
            assert sealing.unseal(SealedText.objects.order_by("pk")[2].cipher) == texts[2]
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    left = sum(waiting_rows().values())
    assert 0 < left < 300
    assert [sealing.unseal(r.cipher) for r in SealedText.objects.order_by("pk")] == texts
    assert sum(rotate()) == left
    settings.SEALED_KEYS = [new]
    assert [sealing.unseal(r.cipher) for r in SealedText.objects.order_by("pk")] == texts


def _url(url: str, name: str) -> str:
    """The address of the test database of this run on the same server."""
    head, _question, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{query}"


def in_any_shape(words: str) -> list[str]:
    """How words would stand in a dump in clear: as text, in bytes, in JSON, in base64."""
    raw = words.encode()
    return [words, raw.hex(), json.dumps(words)[1:-1], base64.b64encode(raw).decode()[:-4]]


def dump() -> str:
    """Every row of every table as text, what this transaction wrote included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()"
        )
        tables = [name for (name,) in cursor.fetchall()]
        parts = []
        for name in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM {name} t")
            parts.append(str(cursor.fetchone()[0]))
    return "\n".join(parts)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Names and arguments of all tasks that are handed to the broker."""
    found: list[Any] = []
    real = Task.apply_async

    def apply_async(task: Any, *args: Any, **kwargs: Any) -> Any:
        found.append((task.name, args, kwargs))
        return real(task, *args, **kwargs)

    monkeypatch.setattr(Task, "apply_async", apply_async)
    return found


@pytest.mark.django_db
def test_no_planted_words_stand_in_the_database_or_in_what_leaves_the_portal(
    world: World, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any,
    queued: list[Any],
) -> None:  # fmt: skip
    """Dump, audit trail, logs, tasks, mails, calendars, API. The table of addresses looks for the
    same words on every page, in every fragment, export and search, as every person (tests/web)."""
    world.add_case("gu", "RED", owner=world.zhou)
    with caplog.at_level(logging.DEBUG), django_capture_on_commit_callbacks(execute=True):
        known = plant(world)
        client = Client()
        client.force_login(world.psy)
        for url in ("/sealed/", f"/sealed/{world.cheng.student_no}/"):
            assert client.get(url).status_code == 200
        client.post(f"/sealed/{world.cheng.student_no}/notes/", {"kind": "talk", "text": "x" * 9})
        # Also the own advice and the own note, which their readers may read on their pages only.
        left = everything_that_leaves(world)
    assert SealedNote.objects.filter(pk=known["sealed_note"]).exists()
    text = dump()
    assert world.cheng.student_no in text  # the dump is a dump
    assert len(mail.outbox) >= len(world.people)
    assert world.zhou.name in left
    assert world.cheng.student_no in left  # the API tells who is there
    asked = json.dumps(queued, default=str)
    assert "send_mails" in asked
    for words in MARKS:
        for shape in in_any_shape(words):
            assert shape not in text, words
            assert shape not in caplog.text, words
            assert shape not in left, words
            assert shape not in asked, words
    details = "".join(json.dumps(row.detail) for row in AuditEntry.objects.all())
    assert not any(json.dumps(words)[1:-1] in details for words in MARKS)


@pytest.mark.django_db
def test_the_dump_would_show_words_in_clear(world: World) -> None:
    """So that the test before can fail."""
    (words,) = list(MARKS)[:1]
    SealedText.objects.create(cipher=words.encode(), mark="x")
    assert any(shape in dump() for shape in in_any_shape(words))


@pytest.mark.django_db
def test_no_error_report_repeats_what_was_typed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = next(iter(MARKS))

    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the audit trail is away")

    plant(world)
    client = Client(raise_request_exception=False)
    client.force_login(world.psy)
    monkeypatch.setattr("casework.domain.sealed_notes.audit.record", broken)
    url = f"/sealed/{world.cheng.student_no}/notes/"
    answer = client.post(url, {"kind": "talk", "text": words})
    assert answer.status_code == 500
    request = answer.wsgi_request
    kind, error, trace = answer.exc_info
    report = ExceptionReporter(request, kind, error, trace)
    text = report.get_traceback_text()
    assert "the audit trail is away" in text
    assert words not in text
    assert words not in report.get_traceback_html()


def test_the_checks_notice_a_second_door() -> None:
    assert not [one for one in run_checks(tags=["sealed"]) if one.id]
    admin.site._registry[SealedNote] = object()  # type: ignore[assignment]
    try:
        assert [one.id for one in sealed_checks.one_door()] == ["casework.E001"]
    finally:
        del admin.site._registry[SealedNote]
    register_route(SealedText, Route("x", lambda user, action: None, lambda *_a: []))
    try:
        assert [one.id for one in sealed_checks.one_door()] == ["casework.E005"]
    finally:
        del _routes[SealedText._meta.label]
    assert not routes(SealedText)


def test_production_wants_keys_that_seal_nothing_else(settings: Any) -> None:
    settings.SEALED_KEYS = []
    assert [one.id for one in sealed_checks.own_keys()] == ["casework.E006"]
    settings.SEALED_KEYS = list(settings.FIELD_KEYS)
    assert [one.id for one in sealed_checks.own_keys()] == ["casework.E007"]
