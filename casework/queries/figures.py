"""Figures about cases. A tile counts exactly the rows that its list shows.

``FIGURES`` names them; ``cases(user, unit, code)`` gives the rows; ``counts`` gives all counts of
a unit in one statement, for today or for a past day (the change against last month).
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.models import Case, LedgerEntry, Seat
from casework.queries.silence import silent_for
from cohorts.access import in_force
from cohorts.models import Unit
from students.queries.population import BELOW, standing_in


def _everything() -> Q:
    return Q()


def _level(code: str) -> Callable[[], Q]:
    return lambda: Q(level=code)


def _overdue() -> Q:
    """The time by which the level, or the agreement, asked for contact has passed."""
    return Q(contact_due_at__lt=timezone.now())


def _unrecorded() -> Q:
    """Flagged, but nobody has written anything with content."""
    return Q(last_contact_at=None)


def _multiple() -> Q:
    """Open in two or more categories (多重困难)."""
    twice = (
        LedgerEntry.objects.filter(left_at=None)
        .order_by()
        .values("case_id")
        .annotate(n=Count("id"))
        .filter(n__gte=2)
        .values("case_id")
    )
    return Q(pk__in=twice)


def _due_today() -> Q:
    now = timezone.now()
    end = timezone.localtime(now).replace(hour=23, minute=59, second=59, microsecond=999999)
    return Q(contact_due_at__gte=now, contact_due_at__lte=end)


def _review_due() -> Q:
    return Q(review_due_on__lte=timezone.localdate())


def _unassigned() -> Q:
    return Q(owner=None)


def _no_force() -> Q:
    """Red and orange without anybody in the task force today (rulebook 3.5)."""
    seated = Seat.objects.filter(in_force(timezone.localdate())).values("case_id")
    return Q(level__rank__lte=2) & ~Q(pk__in=seated)


def _no_plan() -> Q:
    return Q(plan=None)


@dataclass(frozen=True)
class CaseFigure:
    code: str
    label: "str | Promise"
    definition: "str | Promise"
    condition: Callable[[], Q]


FIGURES: dict[str, CaseFigure] = {
    figure.code: figure
    for figure in (
        CaseFigure("open", _("focus students"), _("Cases that are not closed."), _everything),
        CaseFigure("red", _("red cases"), _("Open cases on level red."), _level("RED")),
        CaseFigure("orange", _("orange cases"), _("Open cases on level orange."), _level("ORANGE")),
        CaseFigure("yellow", _("yellow cases"), _("Open cases on level yellow."), _level("YELLOW")),
        CaseFigure("blue", _("blue cases"), _("Open cases on level blue."), _level("BLUE")),
        CaseFigure(
            "overdue",
            _("overdue follow-ups"),
            _("The contact asked for by the level or agreed upon did not take place in time."),
            _overdue,
        ),
        CaseFigure(
            "due_today", _("due today"), _("Contact is due by the end of today."), _due_today
        ),
        CaseFigure(
            "unrecorded",
            _("flagged, nothing written"),
            _("Listed, but there is no record with content."),
            _unrecorded,
        ),
        CaseFigure(
            "multiple", _("several difficulties"), _("In two or more categories."), _multiple
        ),
        CaseFigure(
            "review_due", _("review due"), _("The day of the review has come."), _review_due
        ),
        CaseFigure("unassigned", _("nobody responsible"), _("No responsible person."), _unassigned),
        CaseFigure(
            "no_force",
            _("red and orange without a task force"),
            _("Red and orange cases have a task force; these have none."),
            _no_force,
        ),
        CaseFigure(
            "silent",
            _("without contact"),
            _("No real contact by anyone within the rhythm of the level."),
            silent_for,
        ),
        CaseFigure("no_plan", _("without a plan"), _("No plan was made yet."), _no_plan),
    )
}


def cases(user: Any, unit: Unit | None, code: str = "open") -> QuerySet[Case]:
    """Open cases of the figure that ``user`` may see, of students standing in ``unit`` today."""
    found: QuerySet[Case] = Case.objects.restrict(user, "see_case").filter(closed_at=None)
    if unit is not None:
        found = found.filter(student_id__in=standing_in(unit.pk, timezone.localdate()))
    return found.filter(FIGURES[code].condition())


@dataclass(frozen=True)
class CaseCounts:
    """Counts of one unit at one moment."""

    open: int
    red: int
    orange: int
    yellow: int
    blue: int
    overdue: int
    unrecorded: int
    owners_late: int
    longest_late_days: int
    opened_this_month: int
    closed_this_month: int


def counts(unit_id: int, at: dt.datetime, shut: Sequence[int] = ()) -> CaseCounts:
    """All case counts of a unit as they stood at ``at``, in one statement. ``shut`` are cases that
    the reader is locked out of: they count nowhere.

    For a past moment the state is rebuilt from dated facts: a case was open if reported before
    and not yet closed; its last contact is the last real one before that moment, and it was
    overdue if the day asked for by the level, or agreed on then, had passed. The level of a past
    moment is the highest of the entries open then.
    """
    day = timezone.localtime(at).date()
    month_start = timezone.make_aware(dt.datetime.combine(day.replace(day=1), dt.time()))
    with connection.cursor() as cursor:
        cursor.execute(
            _PAST if at < timezone.now() - dt.timedelta(minutes=1) else _NOW,
            {"unit": unit_id, "day": day, "at": at, "month": month_start, "shut": list(shut)},
        )
        return CaseCounts(*(int(value or 0) for value in cursor.fetchone()))


_HERE = (
    """
    WITH here AS (
        SELECT DISTINCT p.student_id FROM students_placement p
          JOIN ("""
    + BELOW
    + """) t ON t.descendant_id = p.unit_id
         WHERE p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
    )
"""
)
_SUMS = """
    SELECT count(*) FILTER (WHERE is_open),
           count(*) FILTER (WHERE is_open AND level_id = 'RED'),
           count(*) FILTER (WHERE is_open AND level_id = 'ORANGE'),
           count(*) FILTER (WHERE is_open AND level_id = 'YELLOW'),
           count(*) FILTER (WHERE is_open AND level_id = 'BLUE'),
           count(*) FILTER (WHERE is_open AND due < %(at)s),
           count(*) FILTER (WHERE is_open AND last_at IS NULL),
           count(DISTINCT owner_id) FILTER (WHERE is_open AND due < %(at)s),
           max(extract(epoch FROM %(at)s - due) / 86400) FILTER (WHERE is_open AND due < %(at)s),
           count(*) FILTER (WHERE reported_at >= %(month)s),
           count(*) FILTER (WHERE NOT is_open AND closed_at >= %(month)s)
      FROM facts
"""
_NOW = (
    _HERE
    + """, facts AS (
        SELECT c.closed_at IS NULL AS is_open, c.level_id, c.owner_id, c.contact_due_at AS due,
               c.last_contact_at AS last_at, c.reported_at, c.closed_at
          FROM casework_case c JOIN here USING (student_id)
         WHERE (c.closed_at IS NULL OR c.closed_at >= %(month)s)
           AND c.id <> ALL(%(shut)s::bigint[])
    )"""
    + _SUMS
)
_PAST = (
    _HERE
    + """, facts AS (
        SELECT c.closed_at IS NULL OR c.closed_at > %(at)s AS is_open, lv.code AS level_id,
               c.owner_id, c.reported_at, c.closed_at, last.happened_at AS last_at,
               CASE WHEN last.happened_at IS NULL
                    THEN c.reported_at + make_interval(hours => lv.first_action_hours::int)
                    ELSE (least((last.happened_at AT TIME ZONE 'Asia/Shanghai')::date
                                + lv.contact_every_days, last.next_on) + time '23:59:59')
                         AT TIME ZONE 'Asia/Shanghai'
               END AS due
          FROM casework_case c JOIN here USING (student_id)
          JOIN LATERAL (
               SELECT l.code, l.first_action_hours, l.contact_every_days::int
                 FROM casework_ledgerentry e JOIN casework_caselevel l ON l.code = e.level_id
                WHERE e.case_id = c.id AND e.entered_at <= %(at)s
                  AND (e.left_at IS NULL OR e.left_at > %(at)s)
                ORDER BY l.rank LIMIT 1) lv ON true
          LEFT JOIN LATERAL (
               SELECT f.happened_at, f.next_on FROM casework_followup f
                WHERE f.student_id = c.student_id AND f.is_real
                  AND f.happened_at <= %(at)s AND f.happened_at >= c.reported_at
                ORDER BY f.happened_at DESC LIMIT 1) last ON true
         WHERE c.reported_at <= %(at)s AND c.id <> ALL(%(shut)s::bigint[])
           AND (c.closed_at IS NULL OR c.closed_at > %(at)s OR c.closed_at >= %(month)s)
    )"""
    + _SUMS
)


def category_counts(unit_id: int, day: dt.date) -> dict[str, int]:
    """Open entries per top category; children count under their parent."""
    rows = (
        LedgerEntry.objects.filter(
            left_at=None, case__closed_at=None, case__student_id__in=standing_in(unit_id, day)
        )
        .order_by()
        .values_list("category__parent_id", "category_id")
        .annotate(n=Count("case_id", distinct=True))
    )
    found: dict[str, int] = {}
    for parent, own, n in rows:
        found[parent or own] = found.get(parent or own, 0) + n
    return found


def last_month_end(now: dt.datetime) -> dt.datetime:
    """The last moment of the month before ``now``."""
    first = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first - dt.timedelta(microseconds=1)
