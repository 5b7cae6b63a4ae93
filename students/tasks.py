"""Nightly: cards follow the orders whose day has come. Access never waits for it."""

from celery import shared_task

from students.domain.movement_rows import apply_due
from students.domain.statuses import turn_statuses


@shared_task(name="students.tasks.turn_day")
def turn_day() -> dict[str, int]:
    return {"statuses": turn_statuses(), "movements": apply_due()}
