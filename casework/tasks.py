"""Daily reminders of follow-ups, and what the clock does with requests and crises."""

from celery import shared_task

from casework.domain.crisis_end import watch_crises
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


@shared_task(name="casework.tasks.watch_crises")
def watch_crises_task() -> dict[str, int]:
    """Late first actions, reviews that are due. Safe to run again."""
    return watch_crises()
