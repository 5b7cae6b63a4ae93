"""Telling people of a crisis: the bell at once, an alarm by mail behind it; no name, no level, no
ground."""

from collections.abc import Collection, Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from casework.models import Crisis
from portal.core.domain.mails import mail_at_once
from portal.core.models import Notification


def tell(crisis: Crisis, people: Iterable[int], what: str, words: str) -> int:
    """One line in each bell, once per ``what``; returns how many people were named."""
    url = reverse("casework:crisis", args=[crisis.pk])
    lines = [
        Notification(user_id=pk, key=f"crisis:{crisis.pk}:{what}", text=words, url=url)
        for pk in sorted(set(people))
    ]
    Notification.objects.bulk_create(lines, ignore_conflicts=True)
    return len(lines)


def ring(crisis: Crisis, people: Collection[int], what: str, words: str) -> int:
    """``tell``, and a mail to each that waits for no quiet hours and says only that something
    urgent stands in the portal (docs/reminders.md). Called in the transaction of what it is
    about; returns how many people were named."""
    mail_at_once(people=people, key=f"crisis:{crisis.pk}:{what}", is_alarm=True)
    return tell(crisis, people, what, words)


def ring_called(crisis: Crisis, people: Collection[int]) -> None:
    """Bell and mail to everybody on the call list who has an account."""
    words = _("Crisis alarm: open the page and say that you act on it.")
    ring(crisis, people, "alarm", words)
