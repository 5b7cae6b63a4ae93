"""Telling people of a crisis: the bell at once, e-mail behind it; no name, no level, no ground."""

import datetime as dt
import logging
from collections.abc import Collection, Iterable

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from casework.models import Crisis
from portal.core.models import Notification, User

logger = logging.getLogger(__name__)
# Namespace of the advisory lock by which one worker at a time mails one crisis.
_MAIL_LOCK = 814_010
# What was not mailed within a day is not mailed any more.
MAIL_FOR = dt.timedelta(days=1)
MAIL_TASK = "casework.tasks.mail_crisis"


def tell(crisis: Crisis, people: Iterable[int], what: str, words: str) -> int:
    """One line in each bell, once per ``what``; returns how many people were named."""
    url = reverse("casework:crisis", args=[crisis.pk])
    lines = [
        Notification(user_id=pk, key=f"crisis:{crisis.pk}:{what}", text=words, url=url)
        for pk in sorted(set(people))
    ]
    Notification.objects.bulk_create(lines, ignore_conflicts=True)
    return len(lines)


def tell_called(crisis: Crisis, people: Collection[int]) -> None:
    """The bells of the call list, and a mail as soon as the alarm is saved."""
    tell(crisis, people, "alarm", _("Crisis alarm: open the page and say that you act on it."))
    transaction.on_commit(lambda: _mail_soon(crisis.pk))


def _mail_soon(pk: int) -> None:
    try:
        current_app.send_task(MAIL_TASK, args=[pk], retry=False)
    except Exception:  # the broker is away: the watch sends it within minutes, the alarm stands
        logger.exception("The mail of a crisis waits for the watch.")


def mail_crisis(pk: int) -> int:
    """Mail everybody who was told. Subject and text name nobody. Returns how many mails were sent.

    Claimed by an advisory lock and marked afterwards: a worker killed between the mail server and
    the mark sends again, since twice is better here than never.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_MAIL_LOCK, pk % 2**31])
        if not cursor.fetchone()[0]:
            return 0
        crisis = Crisis.objects.filter(pk=pk, mailed_at=None).first()
        if crisis is None:
            return 0
        told = User.objects.filter(crisis_parts__crisis=crisis, is_active=True).exclude(email="")
        addresses = told.order_by("pk").values_list("email", flat=True).distinct()
        sent = _send(crisis, list(addresses))
        Crisis.objects.filter(pk=pk).update(mailed_at=timezone.now())
    return sent


def _send(crisis: Crisis, addresses: list[str]) -> int:
    with override(settings.LANGUAGE_CODE):
        subject = _("[Urgent] Please open the dual-college portal now")
        text = _(
            "An alarm was raised for which you stand on the call list. Log in and open: "
            "%(path)s\nThis mail names nobody; do not answer it."
        ) % {"path": reverse("casework:crisis", args=[crisis.pk])}
    with get_connection() as line:
        mails = [EmailMessage(subject, text, to=[one], connection=line) for one in addresses]
        return line.send_messages(mails) or 0 if mails else 0
