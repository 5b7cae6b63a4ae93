"""Daily reminder to those whose follow-ups are overdue."""

from celery import shared_task

from casework.domain.reminders import remind_owners


@shared_task(name="casework.tasks.remind_overdue")
def remind_overdue() -> int:
    """Safe to run again: one notice per owner and day. Returns how many were new."""
    return remind_owners()
