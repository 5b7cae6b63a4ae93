"""Housekeeping of rights, and of files that were kept for a day."""

import logging

from celery import shared_task

from cohorts.domain.exports import end_exports
from cohorts.domain.reconcile import drift, reconcile

log = logging.getLogger(__name__)


@shared_task(name="cohorts.tasks.reconcile_grants")
def reconcile_grants() -> dict[str, int]:
    """Alarm on drift, then mend it. Rights never wait for this task: dates are in the query."""
    extra, missing = drift()
    if extra or missing:
        log.critical("Grants drifted from appointments: %s extra, %s missing.", extra, missing)
    removed, added = reconcile()
    return {"extra": extra, "missing": missing, "removed": removed, "added": added}


@shared_task(name="cohorts.tasks.end_exports")
def end_exports_task() -> int:
    """Every ten minutes: exported files whose day is over are deleted. Safe to run again."""
    return end_exports()
