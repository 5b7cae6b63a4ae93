"""Housekeeping of rights and of files kept for a day; digests and reminders by the clock."""

import logging

from celery import shared_task

from cohorts.domain.digests import plan_digests
from cohorts.domain.exports import end_exports
from cohorts.domain.reconcile import drift, reconcile
from cohorts.domain.task_reminders import remind_task_owners

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


@shared_task(name="cohorts.tasks.plan_digests")
def plan_digests_task() -> int:
    """Every five minutes: promise the digests whose hour has come. Safe to run again."""
    return plan_digests()


@shared_task(name="cohorts.tasks.remind_tasks")
def remind_tasks() -> int:
    """Every morning: a line in the bell about tasks due. Safe to run again."""
    return remind_task_owners()
