"""Figures that need not be counted anew: until something was written, or for past days.

The history triggers write one row for every change of a tracked table, bulk work included. So
the newest history rows name a state of the data, and a figure counted in that state stays right
until the next contact falls due.

Numbers of history rows are drawn before they are committed, so a write still under way could
commit below a number already seen. A figure is therefore kept only when the state was read while
no write was under way: every later write then draws a higher number.
"""

import datetime as dt
from collections.abc import Callable, Sequence
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
    "casework_planstepevent", "casework_lockoutevent", "students_placementevent", "students_studentevent",
    "students_courseresultevent", "cohorts_unitevent", "cohorts_appointmentevent", "cohorts_contractevent",
)  # fmt: skip
_STAMP = "SELECT " + ", ".join(
    [f"(SELECT max(pgh_id) FROM {table})" for table in _TRACKED]
    + ["(SELECT max(id) FROM students_courseresult)"]
    + [
        "NOT EXISTS (SELECT 1 FROM pg_stat_activity"
        " WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
        " AND datname = current_database())"
    ]
)
_NEXT_DUE = """
    SELECT min(contact_due_at) FROM casework_case WHERE closed_at IS NULL AND contact_due_at > %s
"""


def kept_out(shut: Sequence[int]) -> str:
    """End of a key for a reader who is locked out of these cases; empty for everybody else."""
    return ":without:" + "-".join(map(str, sorted(shut))) if shut else ""


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
    stamp, is_quiet = data_stamp()
    key = f"{key}:{timezone.localdate()}:{stamp}"
    found = cache.get(key)
    if found is None:
        seconds = _seconds_to_next_due() if is_quiet else 0
        found = make()
        if seconds:
            cache.set(key, found, seconds)
    value: T = found
    return value


def data_stamp() -> tuple[str, bool]:
    """(name of the present state of the data, no write was under way); one statement of index
    reads per request."""

    def read() -> tuple[str, bool]:
        with connection.cursor() as cursor:
            cursor.execute(_STAMP)
            *newest, is_quiet = cursor.fetchone()
        return "-".join(str(part or 0) for part in newest), bool(is_quiet)

    return remembered(("data_stamp",), read)


def _seconds_to_next_due() -> int:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_DUE, [now])
        due: dt.datetime | None = cursor.fetchone()[0]
    left = SCHOOL_SECONDS if due is None else int((due - now).total_seconds())
    return min(SCHOOL_SECONDS, left)
