"""The same act on many tasks: tried first and taken back, then done; refusals one by one."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from cohorts.domain.reconcile import lock_people
from cohorts.domain.task_acts import complete_task, postpone_task, reassign_task
from cohorts.models import Task
from portal.core.domain.bulk import BulkOutcome, each
from portal.core.models import User


def reassign_tasks(
    *, actor: User, tasks: Sequence[Task], owner: User, reason: str = "", is_trial: bool = False
) -> BulkOutcome:
    """All these to one person. ``is_trial``: what would happen; nothing is written."""
    with transaction.atomic():
        lock_people([owner.pk])
        return each(
            tasks,
            lambda task: reassign_task(actor=actor, task=task, owner=owner, reason=reason),
            is_trial,
        )


def postpone_tasks(
    *, actor: User, tasks: Sequence[Task], due_on: dt.date, reason: str, is_trial: bool = False
) -> BulkOutcome:
    """One later day and one reason for all these."""
    return each(
        tasks,
        lambda task: postpone_task(actor=actor, task=task, due_on=due_on, reason=reason),
        is_trial,
    )


def complete_tasks(
    *, actor: User, tasks: Sequence[Task], evidence: str, is_trial: bool = False
) -> BulkOutcome:
    """All these are done, to be seen by the same evidence."""
    return each(
        tasks, lambda task: complete_task(actor=actor, task=task, evidence=evidence), is_trial
    )
