"""The desk of the psychology staff: what is asked for today. Names, no text."""

import datetime as dt
from typing import Any

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.models import (
    Booking,
    Certificate,
    Scale,
    Screening,
    ScreeningRound,
    SealedFile,
    Slot,
    Way,
)
from casework.queries.sealed import booking_rows
from casework.sealed_access import CLEARED
from portal.core.rows import fetch
from portal.core.ui.dates import day_gap, due_words, format_day
from portal.core.ui.marks import level_markup

SHOWN = 50
# Fewer people than this are not told apart in counts (rulebook 9.4).
MIN_CELL = 3


def _day_bounds(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    start = timezone.make_aware(dt.datetime.combine(day, dt.time()))
    return start, start + dt.timedelta(days=1)


def bookings_between(user: Any, start: dt.datetime, end: dt.datetime) -> Any:
    return (
        Booking.objects.restrict(user, CLEARED)
        .filter(cancelled_at=None, slot__starts_at__gte=start, slot__starts_at__lt=end)
        .order_by("slot__starts_at", "pk")[:SHOWN]
    )


def clock(user: Any) -> dict[str, Any]:
    """Students whom a screening asks to talk with, the most urgent first (rulebook 3.7)."""
    rows = Screening.objects.restrict(user, CLEARED).filter(talked_at=None, follow_by__isnull=False)
    today = timezone.localdate()
    sums = rows.aggregate(
        n=Count("pk"), late=Count("pk", filter=Q(follow_by__lt=today)),
        today=Count("pk", filter=Q(is_same_day=True)),
    )  # fmt: skip
    first = (
        rows.select_related("student", "scale", "line")
        .order_by("follow_by", F("line__rank").asc(nulls_last=True), "pk")[:SHOWN]
    )  # fmt: skip
    lines = []
    for one in first:
        words, tone = due_words(one.follow_by, today=today)
        lines.append(
            {
                "name": one.student.name,
                "student_no": one.student.student_no,
                "scale": one.scale_id,
                "line": one.line.name if one.line else _("same-day talk"),
                "is_same_day": one.is_same_day,
                "due": words,
                "tone": tone or "plain",
            }
        )
    return {"lines": lines, "more": max(0, sums["n"] - len(lines)), **sums}


def files_due(user: Any) -> dict[str, Any]:
    """Files whose next date has come, and those of the two highest levels."""
    today = timezone.localdate()
    rows = (
        SealedFile.objects.restrict(user, CLEARED)
        .filter(Q(next_on__lte=today) | Q(level__rank__lte=2))
        .select_related("student", "level", "keeper")
        .order_by("level__rank", "next_on", "pk")[: 2 * SHOWN]
    )
    due, crises = [], []
    for one in rows:
        words, tone = due_words(one.next_on, today=today) if one.next_on else ("—", "")
        line = {
            "name": one.student.name,
            "student_no": one.student.student_no,
            "level": level_markup(one.level_id) if one.level_id else "",
            "keeper": one.keeper.name if one.keeper else _("nobody in charge"),
            "due": words,
            "tone": tone or "plain",
        }
        if one.next_on is not None and one.next_on <= today:
            due.append(line)
        if one.level_id and one.level.rank == 1:
            crises.append(line)
    return {"due": due, "crises": crises}


def desk(user: Any) -> dict[str, Any]:
    """Everything of the desk; the number of statements does not depend on how much there is."""
    today = timezone.localdate()
    start, end = _day_bounds(today)
    files = files_due(user)
    ahead = bookings_between(user, start, end + dt.timedelta(days=6))
    rows = booking_rows(ahead, with_about=False)
    return {
        "today_rows": [row for row in rows if row["starts_at"] < end],
        "later_rows": [row for row in rows if row["starts_at"] >= end],
        "clock": clock(user),
        "due": files["due"],
        "crises": files["crises"],
        "rounds": rounds(user)[:5],
        "free": Slot.objects.restrict(user, CLEARED).filter(
            withdrawn_at=None, starts_at__gt=timezone.now()
        ).exclude(bookings__cancelled_at=None, bookings__isnull=False).count(),
    }  # fmt: skip


def rounds(user: Any) -> list[dict[str, Any]]:
    """Rounds with counts: results, lines reached, talks asked for and held."""
    mine = Q(results__in=Screening.objects.restrict(user, CLEARED))
    rows = (
        ScreeningRound.objects.restrict(user, CLEARED)
        .select_related("scale")
        .annotate(
            n=Count("results", filter=mine),
            lined=Count("results", filter=mine & Q(results__line__isnull=False)),
            asked=Count("results", filter=mine & Q(results__follow_by__isnull=False)),
            talked=Count("results", filter=mine & Q(results__talked_at__isnull=False)),
        )
    )
    return [
        {
            "pk": one.pk, "name": one.name, "scale": one.scale.name,
            "dates": f"{format_day(one.starts_on)}–{format_day(one.ends_on)}",
            "n": one.n, "lined": one.lined, "asked": one.asked, "talked": one.talked,
            "waiting": one.asked - one.talked,
        }
        for one in rows
    ]  # fmt: skip


def round_counts(user: Any, of: ScreeningRound) -> list[dict[str, Any]]:
    """How many results reach which line, the line's clock beside it. For the centre."""
    rows = (
        Screening.objects.restrict(user, CLEARED)
        .filter(round=of)
        .values("line__name", "line__rank")
        .annotate(
            n=Count("pk"),
            asked=Count("pk", filter=Q(follow_by__isnull=False)),
            talked=Count("pk", filter=Q(talked_at__isnull=False)),
            same_day=Count("pk", filter=Q(is_same_day=True)),
        )
        .order_by(F("line__rank").asc(nulls_last=True), "line__name")
    )
    return [
        {"line": row["line__name"] or _("no line reached"), **{
            key: row[key] for key in ("n", "asked", "talked", "same_day")}}
        for row in rows
    ]  # fmt: skip


_BY_WAY = """
    SELECT to_char(date_trunc('month', s.starts_at AT TIME ZONE 'Asia/Shanghai'), 'YYYY-MM'),
           b.way, count(*), count(DISTINCT b.student_id)
      FROM casework_booking b JOIN casework_slot s ON s.id = b.slot_id
     WHERE b.cancelled_at IS NULL AND s.starts_at >= %s AND s.starts_at < %s
     GROUP BY 1, 2 ORDER BY 1 DESC
"""


def counts_by_way(months: int = 12) -> list[dict[str, Any]]:
    """Hours by month and way, of the whole centre: numbers only. A cell of fewer than three
    students is hidden, and with it the sum of its row, from which it could be told."""
    today = timezone.localdate()
    first = (today.replace(day=1) - dt.timedelta(days=31 * (months - 1))).replace(day=1)
    start, _end = _day_bounds(first)
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for month, way, n, people in fetch(_BY_WAY, [start, timezone.now()]):
        found.setdefault(month, {})[way] = (n, people)
    lines = []
    for month, by_way in found.items():
        cells = [by_way.get(str(way), (0, 0)) for way in Way.values]
        is_hidden = any(0 < people < MIN_CELL for _n, people in cells)
        lines.append(
            {
                "month": month,
                "cells": [f"<{MIN_CELL}" if 0 < people < MIN_CELL else str(n)
                          for n, people in cells],
                "total": "—" if is_hidden else str(sum(n for n, _people in cells)),
            }
        )  # fmt: skip
    return lines


def certificates(user: Any) -> list[dict[str, Any]]:
    """The register; one that ends within 60 days is marked."""
    today = timezone.localdate()
    rows = Certificate.objects.restrict(user, CLEARED).select_related("person")
    shown = []
    for one in rows:
        left = None if one.ends_on is None else day_gap(today, one.ends_on)
        tone = "" if left is None or left > 60 else "late" if left < 0 else "due"
        shown.append({"person": one.person.name, "name": one.name, "number": one.number or "—",
                      "issued_on": format_day(one.issued_on),
                      "ends_on": format_day(one.ends_on) if one.ends_on else "—",
                      "tone": tone})  # fmt: skip
    return shown


def scales_used() -> list[Scale]:
    return list(Scale.objects.filter(is_used=True))
