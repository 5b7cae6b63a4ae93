"""The line of talk coverage: this term against the term before, week by week."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.models import FollowUp
from casework.queries.coverage import Coverage
from portal.web.queries.snapshot import Snapshot
from portal.web.queries.tiles import coverage_change, same_week_rate
from students.models import Student
from students.queries.population import term_on


def talked(students: QuerySet[Student]) -> QuerySet[Student]:
    """Of ``students``, those with a real contact this term: the rows behind the coverage."""
    term = term_on(timezone.localdate())
    if term is None:
        return students.none()
    start = timezone.make_aware(dt.datetime.combine(term.starts_on, dt.time()))
    contacts = FollowUp.objects.filter(
        is_real=True, happened_at__gte=start, happened_at__lte=timezone.now()
    )
    return students.filter(pk__in=contacts.values("student_id"))


def coverage_chart(now: Snapshot) -> dict[str, Any] | None:
    """Data of components/chart.html and the figures above it; None without a term."""
    if now.coverage is None or now.term is None:
        return None
    weeks = now.term.weeks
    series = [_series(_("this term"), now.coverage, weeks)]
    before = now.coverage_before
    if before is not None and any(before.weekly):
        series.append(_series(_("last term"), before, weeks))
    earlier = same_week_rate(now.coverage, before)
    return {
        "data": {
            "x": [str(week) for week in range(1, weeks + 1)],
            "x_label": _("week"),
            "unit": "%",
            "series": series,
        },
        "reached": now.coverage.reached,
        "students": now.coverage.students,
        "change": coverage_change(now.coverage, before),
        "earlier": None if earlier is None else round(earlier * 100, 1),
    }


def _series(name: str, coverage: Coverage, weeks: int) -> dict[str, Any]:
    students = coverage.students or None
    known = coverage.weekly[:weeks]
    pad = [None] * (weeks - len(known))
    return {
        "name": name,
        "values": [round(n / students * 100, 1) if students else None for n in known] + pad,
        "n": [*known, *pad],
        "total": [students] * len(known) + pad,
    }
