"""When the next contact is due (rulebook 3.2; running time, nights and weekends included)."""

import datetime as dt

from django.utils import timezone

from casework.models import CaseLevel


def first_action_due(level: CaseLevel, entered_at: dt.datetime) -> dt.datetime:
    """A red case opened Saturday 22:30 is due Sunday 00:30 (example 21)."""
    return entered_at + dt.timedelta(hours=level.first_action_hours)


def next_contact_due(
    level: CaseLevel, last_contact_at: dt.datetime, agreed_on: dt.date | None
) -> dt.datetime:
    """End of the day by which the level asks for contact, or of the agreed day if earlier."""
    by_level = timezone.localtime(last_contact_at).date() + dt.timedelta(
        days=level.contact_every_days
    )
    day = min(by_level, agreed_on) if agreed_on else by_level
    return timezone.make_aware(dt.datetime.combine(day, dt.time(23, 59, 59)))
