"""Mails that were promised: handed over once, on a real connection to a mail server."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from portal.core import mailing
from portal.core.domain import mails
from portal.core.models import (
    AuditEntry,
    MailKind,
    MailRhythm,
    MailState,
    Notification,
    OutMail,
)
from portal.core.tasks import send_mails
from portal.embedded.access_log import without_secrets
from tests.mail_sink import Sink
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with Sink() as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        settings.PORTAL_URL = "https://portal.example.edu"
        yield found


@pytest.fixture
def zhou(world: World) -> World:
    world.zhou.email = "zhou@example.edu"
    world.zhou.save()
    MailRhythm.objects.create(user=world.zhou, quiet_from=0, quiet_until=0)
    Notification.objects.create(user=world.zhou, key="x", text="顾*川：红色")
    return world


def promised(world: World, key: str = "slot:x", kind: MailKind = MailKind.DIGEST) -> OutMail:
    now = timezone.now()
    mails.promise_mails(
        people=[world.zhou.pk], kind=kind, key=key, due_at=now, gone_at=now + dt.timedelta(hours=1)
    )
    return OutMail.objects.get(user=world.zhou, key=key)


def state_of(mail: OutMail) -> str:
    mail.refresh_from_db()
    return mail.state


def test_a_promise_is_kept_once_and_its_mail_says_numbers_only(zhou: World, sink: Sink) -> None:
    mail, again = promised(zhou), promised(zhou)
    assert mail == again
    assert send_mails() == {"sent": 1, "unknown": 0}
    assert send_mails()["sent"] == 0
    (taken,) = sink.taken
    assert taken["To"] == "zhou@example.edu"
    assert taken["Message-ID"] == mailing.message_id(mail)
    assert taken["Auto-Submitted"] == "auto-generated"
    text = taken.get_content()
    assert "周启文" in text
    assert "https://portal.example.edu/notices/" in text
    for word in ("顾", "红", str(zhou.gu.student_no)):
        assert word not in text + taken["Subject"]
    assert "周" not in taken["Subject"]
    assert state_of(mail) == MailState.SENT
    assert mail.counts == {"notices": 1}
    assert AuditEntry.objects.get(action="send_mail").detail["to"] == zhou.zhou.pk


def test_what_is_read_meanwhile_sends_nothing(zhou: World, sink: Sink) -> None:
    mail = promised(zhou)
    Notification.objects.update(read_at=timezone.now())
    send_mails()
    assert (sink.taken, state_of(mail), mail.fault) == ([], MailState.NOTHING, "nothing due")


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}, {"expires_on": dt.date(2026, 1, 1)}])  # fmt: skip
def test_a_closed_account_or_one_without_address_gets_nothing(
    zhou: World, sink: Sink, change: dict[str, Any]
) -> None:
    mail = promised(zhou)
    type(zhou.zhou).objects.filter(pk=zhou.zhou.pk).update(**change)
    send_mails()
    assert (sink.taken, state_of(mail)) == ([], MailState.NOTHING)


def test_a_late_digest_is_worth_nothing(zhou: World, sink: Sink) -> None:
    mail = promised(zhou)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=2)):
        send_mails()
    assert (sink.taken, state_of(mail), mail.fault) == ([], MailState.NOTHING, "late")


def test_quiet_hours_hold_everything_but_an_alarm(zhou: World, sink: Sink) -> None:
    MailRhythm.objects.update(quiet_from=22, quiet_until=7, at_once=False)
    night = dt.datetime(2026, 11, 24, 23, 30, tzinfo=timezone.get_default_timezone())
    with time_machine.travel(night, tick=False):
        mail = promised(zhou)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE core_outmail SET gone_at = due_at + interval '12 hours'")
        mails.mail_at_once(people=[zhou.zhou.pk], key="crisis:1", is_alarm=True)
        mails.mail_at_once(people=[zhou.zhou.pk], key="glass:1")
        send_mails()
        assert len(sink.taken) == 1
        assert "/notices/" in sink.taken[0].get_content()
    assert timezone.localtime(OutMail.objects.get(pk=mail.pk).due_at).hour == 7
    with time_machine.travel(night + dt.timedelta(hours=8), tick=False):
        send_mails()
    assert len(sink.taken) == 2
    states = dict(OutMail.objects.values_list("key", "state"))
    assert states == {"slot:x": "sent", "alarm:crisis:1": "sent", "urgent:glass:1": "nothing"}


@pytest.mark.parametrize(
    ("begin", "end", "hour", "left"),
    [(22, 7, 21, None), (22, 7, 22, 9), (22, 7, 3, 4), (22, 7, 7, None), (12, 14, 13, 1), (8, 8, 8, None)],
)  # fmt: skip
def test_quiet_hours_run_over_midnight(begin: int, end: int, hour: int, left: int | None) -> None:
    now = dt.datetime(2026, 11, 24, hour, tzinfo=timezone.get_default_timezone())
    over = mailing.end_of_quiet(MailRhythm(quiet_from=begin, quiet_until=end), now)
    assert over == (None if left is None else now + dt.timedelta(hours=left))


def test_a_refused_address_fails_and_a_busy_server_is_tried_again(zhou: World, sink: Sink) -> None:
    sink.refuse["zhou@"] = "451 later"
    mail = promised(zhou)
    send_mails()
    assert (state_of(mail), sink.taken) == (MailState.WAITING, [])
    assert mail.due_at > timezone.now()
    sink.refuse["zhou@"] = "550 nobody here"
    with time_machine.travel(mail.due_at + dt.timedelta(seconds=1)):
        send_mails()
    assert (state_of(mail), sink.taken) == (MailState.FAILED, [])
    assert "550" in mail.fault


def test_a_server_that_is_away_has_taken_nothing(zhou: World, settings: Any) -> None:
    with Sink() as gone:
        port = gone.port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    mail = promised(zhou)
    assert send_mails()["sent"] == 0
    assert (state_of(mail), mail.attempts) == (MailState.WAITING, 0)


def test_what_breaks_off_is_not_sent_again_and_told_in_the_portal(zhou: World, sink: Sink) -> None:
    sink.drop = True
    mail = promised(zhou)
    send_mails()
    assert state_of(mail) == MailState.SENDING
    sink.drop = False
    assert send_mails() == {"sent": 0, "unknown": 0}
    with time_machine.travel(timezone.now() + mails.LEASE + dt.timedelta(seconds=1)):
        assert send_mails() == {"sent": 0, "unknown": 1}
        assert send_mails() == {"sent": 0, "unknown": 0}
    assert (sink.taken, state_of(mail)) == ([], MailState.UNKNOWN)
    assert Notification.objects.filter(user=zhou.zhou, key=f"mail:{mail.pk}").count() == 1


def test_a_sender_whose_lease_ran_out_hands_nothing_over(zhou: World, sink: Sink) -> None:
    promised(zhou)
    slow = mails.claim_mail()
    assert slow is not None
    assert mails.claim_mail() is None
    with time_machine.travel(timezone.now() + mails.LEASE + dt.timedelta(seconds=1)):
        quick = mails.claim_mail()
        assert quick is not None
        assert not mails.begin_sending(slow)
        assert mails.begin_sending(quick)
        mails.note_sent(slow, {})
        assert state_of(quick) == MailState.SENDING


def test_without_a_mail_server_nothing_is_promised(zhou: World, settings: Any) -> None:
    settings.MAIL_ON = False
    assert mails.mail_at_once(people=[zhou.zhou.pk], key="x") == 0
    assert not OutMail.objects.exists()


def test_the_log_of_the_web_server_hides_the_secret_of_a_calendar() -> None:
    line = "GET /calendar/abc-DEF_1.ics?x=1 HTTP/1.1"
    assert without_secrets(line) == "GET /calendar/….ics?x=1 HTTP/1.1"
    assert without_secrets("GET /me/calendar/ HTTP/1.1") == "GET /me/calendar/ HTTP/1.1"
