"""Nightly: branches whose task is over are closed; what boards read of developments is computed anew;
graduates come on the check-list of the Youth League. Rights never wait for it."""

from celery import shared_task

from partybranch.domain.beside import close_ended
from partybranch.domain.league import list_graduates
from partybranch.domain.refresh import refresh_open


@shared_task(name="partybranch.tasks.refresh_developments")
def refresh_developments() -> int:
    """Safe to run again. Returns how many lines differed."""
    close_ended()
    list_graduates(actor=None)
    return refresh_open()
