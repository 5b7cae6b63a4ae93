"""Months of the audit trail: made ahead, so that no entry ever waits for one."""

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone

MONTHS_AHEAD = 3


@transaction.atomic
def make_ahead(today: dt.date | None = None) -> list[str]:
    """Partitions of this month and the next ones, and of months that fell into the net.

    Returns the names of those that were missing.
    """
    day = (today or timezone.localdate()).replace(day=1)
    months = {later(day, ahead) for ahead in range(MONTHS_AHEAD + 1)}
    made = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'Asia/Shanghai')::date"
            " FROM core_auditentry_rest"
        )
        months |= {month for (month,) in cursor.fetchall()}
        for month in sorted(months):
            cursor.execute("SELECT core_audit_month(%s)", [month])
            if cursor.fetchone()[0]:
                made.append(name_of(month))
    return made


def name_of(month: dt.date) -> str:
    return f"core_auditentry_{month:%Y_%m}"


def months_before(day: dt.date) -> list[dt.date]:
    """Months that have a partition and ended before ``day``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'core_auditentry'::regclass AND c.relname ~ '_[0-9]{4}_[0-9]{2}$'"
        )
        names = [name for (name,) in cursor.fetchall()]
    months = [dt.datetime.strptime(name[-7:], "%Y_%m").date() for name in names]  # noqa: DTZ007
    return sorted(month for month in months if later(month, 1) <= day)


def later(month: dt.date, ahead: int) -> dt.date:
    index = month.year * 12 + month.month - 1 + ahead
    return dt.date(index // 12, index % 12 + 1, 1)
