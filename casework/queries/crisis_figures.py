"""Crises as counts: how many, and how soon somebody acted (rulebook 9.4, tile 4: counts only)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from casework.ties import shut_case_ids
from cohorts.access import granted_unit_ids
from portal.core.rows import array_of, fetch

YEAR = dt.timedelta(days=365)
# Cells of fewer are not shown to those who see counts only (rulebook 9.4).
LEAST = 3


@dataclass(frozen=True)
class CrisisCounts:
    """Of the last year within the reader's units; ``median`` in minutes, None where none acted."""

    total: int
    running: int
    acted: int
    in_time: int
    median: int | None
    review_late: int
    hide: bool

    def shown(self) -> list[dict[str, str]]:
        """Label, number and what it is out of; ``<3`` where it would point at one or two people."""
        median = "—"
        if self.median is not None and not (self.hide and self.acted < LEAST):
            median = ngettext("%(n)s minute", "%(n)s minutes", self.median) % {"n": self.median}
        total = self._cell(self.total)
        return [
            {"label": pgettext("count", "alarms"), "value": total, "of": ""},
            {"label": pgettext("count", "running"), "value": self._cell(self.running), "of": ""},
            {"label": _("first action in time"), "value": self._cell(self.in_time), "of": total},
            {"label": _("first action, median"), "value": median, "of": ""},
            {"label": _("review overdue"), "value": self._cell(self.review_late), "of": ""},
        ]

    def _cell(self, value: int) -> str:
        return f"<{LEAST}" if self.hide and 0 < value < LEAST else str(value)


_COUNTS = """
    WITH here AS (
        SELECT k.* FROM casework_crisis k
         WHERE k.opened_at >= %(since)s
           AND (k.case_id IS NULL OR k.case_id <> ALL(%(shut)s::bigint[]))
           AND EXISTS (SELECT 1 FROM students_placement p
                        WHERE p.student_id = k.student_id AND p.unit_id = ANY(%(units)s::bigint[])
                          AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)))
    SELECT count(*), count(*) FILTER (WHERE handed_at IS NULL),
           count(*) FILTER (WHERE first_action_at IS NOT NULL),
           count(*) FILTER (WHERE first_action_at <= first_due_at),
           percentile_cont(0.5) WITHIN GROUP (
               ORDER BY extract(epoch FROM first_action_at - opened_at) / 60),
           count(*) FILTER (WHERE reviewed_at IS NULL AND review_on < %(day)s)
      FROM here
"""


def crisis_counts(user: Any, now: dt.datetime | None = None) -> CrisisCounts | None:
    """Counts over the units whose counts or cases ``user`` may see; None without such a unit.
    Whoever sees the cases sees the numbers as they are."""
    full = set(granted_unit_ids(user, "see_case"))
    units = full.union(granted_unit_ids(user, "see_counts"))
    if not units:
        return None
    now = now or timezone.now()
    asked = {
        "since": now - YEAR, "day": timezone.localdate(now), "units": array_of(sorted(units)),
        "shut": array_of(shut_case_ids(user)),
    }  # fmt: skip
    ((total, running, acted, in_time, median, late),) = fetch(_COUNTS, asked)
    return CrisisCounts(
        total, running, acted, in_time, None if median is None else round(median), late,
        hide=not full,
    )  # fmt: skip
