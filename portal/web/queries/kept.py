"""Figures that need not be counted anew: until something was written, or for past days.

The history triggers write one row for every change of a tracked table, bulk work included. So
the newest history rows name a state of the data, and a figure counted in that state stays right
until the next contact falls due.
"""

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from portal.core.scope import remembered

T = TypeVar("T")

# A closed month is re-read a few times a day, since late entries may still change it.
PAST_SECONDS = 6 * 3600
# Sums over the whole school carry their time on the page (数据截至).
SCHOOL_SECONDS = 300

_TRACKED = (
    "casework_caseevent", "casework_ledgerentryevent", "casework_followupevent",
    "casework_planstepevent", "students_placementevent", "students_studentevent",
    "cohorts_unitevent", "cohorts_appointmentevent",
)  # fmt: skip
_STAMP = "SELECT " + ", ".join(
    [f"(SELECT max(pgh_id) FROM {table})" for table in _TRACKED]
    + ["(SELECT max(id) FROM students_courseresult)"]
)
_NEXT_DUE = """
    SELECT min(contact_due_at) FROM casework_case WHERE closed_at IS NULL AND contact_due_at > %s
"""


def kept(key: str, seconds: int, make: Callable[[], T]) -> T:
    """``make()``, kept under ``key`` for ``seconds``; 0 means: count now."""
    if seconds < 1:
        return make()
    found = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, seconds)
    value: T = found
    return value


def kept_while_unchanged(key: str, make: Callable[[], T]) -> T:
    """``make()``, kept until anything that it may count was written or fell due."""
    key = f"{key}:{timezone.localdate()}:{data_stamp()}"
    found = cache.get(key)
    if found is None:
        seconds = _seconds_to_next_due()
        found = make()
        if seconds:
            cache.set(key, found, seconds)
    value: T = found
    return value


def data_stamp() -> str:
    """Name of the present state of the data; one statement of index reads per request."""

    def read() -> str:
        with connection.cursor() as cursor:
            cursor.execute(_STAMP)
            return "-".join(str(part or 0) for part in cursor.fetchone())

    return remembered(("data_stamp",), read)


def _seconds_to_next_due() -> int:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_DUE, [now])
        due: dt.datetime | None = cursor.fetchone()[0]
    left = SCHOOL_SECONDS if due is None else int((due - now).total_seconds())
    return min(SCHOOL_SECONDS, left)
