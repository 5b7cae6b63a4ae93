"""Nightly: cards follow the orders whose day has come. Access never waits for it. Weekly: the early
ranking follows corrected results."""

from celery import shared_task

from students.domain.early import renew
from students.domain.movement_rows import apply_due
from students.domain.statuses import turn_statuses


@shared_task(name="students.tasks.turn_day")
def turn_day() -> dict[str, int]:
    return {"statuses": turn_statuses(), "movements": apply_due()}


@shared_task(name="students.tasks.renew_early")
def renew_early() -> dict[str, int]:
    """Scores written, by term. Safe to run again; nothing without results of earlier terms."""
    return renew()
