"""Nightly: branches whose task is over are closed; what boards read of developments is computed anew.
Rights never wait for it."""

from celery import shared_task

from partybranch.domain.beside import close_ended
from partybranch.domain.refresh import refresh_open


@shared_task(name="partybranch.tasks.refresh_developments")
def refresh_developments() -> int:
    """Safe to run again. Returns how many lines differed."""
    close_ended()
    return refresh_open()
