"""A calendar of due days as iCalendar (RFC 5545): days and moments, no names."""

import datetime as dt
import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core.dues import Entry

# Part of every UID: it must not change when the portal moves to another address.
_DOMAIN = "dual-college-portal"
_SHOWN = dt.timedelta(minutes=30)


def feed(entries: Sequence[Entry], made_at: dt.datetime) -> bytes:
    """The calendar as a file. The same entries give the same bytes, whenever they are asked for;
    ``made_at`` stands as the stamp that the format demands."""
    from icalendar import Calendar, Event  # half a second at start-up for a page seldom asked for

    calendar = Calendar()
    for name, value in (
        ("prodid", "-//dual-college-portal//due days//ZH"), ("version", "2.0"),
        ("method", "PUBLISH"), ("x-wr-calname", _("My due days")),
        ("x-wr-timezone", settings.TIME_ZONE), ("x-published-ttl", "PT1H"),
    ):  # fmt: skip
        calendar.add(name, value)
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.key}@{_DOMAIN}")
        event.add("dtstamp", made_at.astimezone(dt.UTC).replace(microsecond=0))
        event.add("summary", entry.title)
        event.add("url", f"{settings.PORTAL_URL.rstrip('/')}{entry.url}")
        event.add("transp", "TRANSPARENT")
        if isinstance(entry.at, dt.datetime):
            at = timezone.localtime(entry.at).replace(microsecond=0)
            event.add("dtstart", at)
            event.add("dtend", at + _SHOWN)
        else:
            event.add("dtstart", entry.at)
            event.add("dtend", entry.at + dt.timedelta(days=1))
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def etag_of(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'
