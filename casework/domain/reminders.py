"""The daily reminder of follow-ups that are overdue."""

import datetime as dt

from django.db.models import Count, Exists, Min, OuterRef
from django.utils import timezone
from django.utils.translation import ngettext

from casework.models import Case
from portal.core.models import Notification


def remind_owners(now: dt.datetime | None = None) -> int:
    """One notice per owner and day: how many follow-ups are overdue, and the longest wait.

    Two statements for any number of owners. Running again on the same day adds nothing; a second
    worker at the same moment loses to the unique key. Names no student. Returns new notices.
    """
    now = now or timezone.now()
    today = timezone.localdate(now)
    key = f"overdue-{today.isoformat()}"
    told = Notification.objects.filter(user=OuterRef("owner"), key=key)
    rows = (
        Case.objects.filter(
            ~Exists(told), closed_at=None, contact_due_at__lt=now, owner__is_active=True
        )
        .exclude(owner__expires_on__lt=today)
        .order_by()
        .values("owner")
        .annotate(number=Count("pk"), oldest=Min("contact_due_at"))
    )
    notices = [
        Notification(
            user_id=row["owner"], key=key, url=f"/cases/?figure=overdue&owner={row['owner']}",
            text=_sentence(row["number"], (today - timezone.localdate(row["oldest"])).days),
        )
        for row in rows
    ]  # fmt: skip
    Notification.objects.bulk_create(notices, ignore_conflicts=True, batch_size=1000)
    return len(notices)


def _sentence(number: int, days: int) -> str:
    if days < 1:
        return ngettext(
            "%(number)s follow-up has become overdue today.",
            "%(number)s follow-ups have become overdue today.",
            number,
        ) % {"number": number}
    return ngettext(
        "%(number)s follow-up is overdue, the longest by %(days)s days.",
        "%(number)s follow-ups are overdue, the longest by %(days)s days.",
        number,
    ) % {"number": number, "days": days}
