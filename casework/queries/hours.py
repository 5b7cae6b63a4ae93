"""Counselling hours that are free, and all hours for the centre."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from casework.models import Booking, Slot, Way
from casework.sealed_access import CLEARED
from portal.core.ui.dates import format_day
from portal.core.ui.words import choice_words

MOST = 60


def _words(one: Slot) -> dict[str, Any]:
    names = choice_words(Way)
    offered = [way for way in one.ways.split(",") if way in names]
    return {
        "pk": one.pk,
        "at": format_day(one.starts_at, "weekday,time"),
        "minutes": one.minutes,
        "teacher": one.teacher.name,
        "place": one.place,
        "ways": [{"code": way, "label": names[way]} for way in offered],
    }


def _open_slots() -> Any:
    taken = Booking.objects.filter(slot=OuterRef("pk"), cancelled_at=None)
    return (
        Slot.objects.filter(withdrawn_at=None, starts_at__gt=timezone.now())
        .annotate(is_taken=Exists(taken))
        .select_related("teacher")
        .order_by("starts_at", "pk")
    )


def free_slots() -> list[dict[str, Any]]:
    """For every student: hours nobody has booked. Who has booked the others is not told."""
    return [_words(one) for one in _open_slots().filter(is_taken=False)[:MOST]]


def slot_rows(user: Any) -> list[dict[str, Any]]:
    """For the centre: whether an hour is taken, not by whom (that stands on the desk)."""
    mine = Slot.objects.restrict(user, CLEARED)
    rows = _open_slots().filter(pk__in=mine.values("pk"))[:MOST]
    return [_words(one) | {"is_taken": one.is_taken} for one in rows]
