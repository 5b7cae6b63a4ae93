"""Daily reminders of follow-ups, and what the clock does with requests."""

from celery import shared_task

from casework.domain.reminders import remind_owners
from casework.domain.request_nightly import turn_requests


@shared_task(name="casework.tasks.remind_overdue")
def remind_overdue() -> int:
    """Safe to run again: one notice per owner and day. Returns how many were new."""
    return remind_owners()


@shared_task(name="casework.tasks.turn_requests")
def turn_requests_task() -> dict[str, int]:
    """Lapsed confirmations, later questions, overdue requests. Safe to run again."""
    return turn_requests()
