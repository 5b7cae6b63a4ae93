"""The same act on many tasks: tried first and taken back, then done; refusals one by one."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cohorts.domain.reconcile import lock_people
from cohorts.domain.task_acts import complete_task, postpone_task, reassign_task
from cohorts.models import Task
from portal.core.errors import DomainError
from portal.core.models import User

MOST = 300


class _Tried(Exception):
    """Ends a trial run: everything it wrote is taken back."""


@dataclass
class BulkOutcome:
    """Keys of the tasks that went through, and why the others did not."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


def _each(tasks: Sequence[Task], act: Callable[[Task], object], is_trial: bool) -> BulkOutcome:
    outcome = BulkOutcome()
    try:
        with transaction.atomic():
            for task in sorted(tasks, key=lambda one: one.pk)[:MOST]:
                try:
                    with transaction.atomic():
                        act(task)
                except (DomainError, PermissionDenied) as error:
                    outcome.refused[task.pk] = str(error)
                else:
                    outcome.done.append(task.pk)
            if is_trial:
                raise _Tried
    except _Tried:
        pass
    return outcome


def reassign_tasks(
    *, actor: User, tasks: Sequence[Task], owner: User, reason: str = "", is_trial: bool = False
) -> BulkOutcome:
    """All these to one person. ``is_trial``: what would happen; nothing is written."""
    with transaction.atomic():
        lock_people([owner.pk])
        return _each(
            tasks,
            lambda task: reassign_task(actor=actor, task=task, owner=owner, reason=reason),
            is_trial,
        )


def postpone_tasks(
    *, actor: User, tasks: Sequence[Task], due_on: dt.date, reason: str, is_trial: bool = False
) -> BulkOutcome:
    """One later day and one reason for all these."""
    return _each(
        tasks,
        lambda task: postpone_task(actor=actor, task=task, due_on=due_on, reason=reason),
        is_trial,
    )


def complete_tasks(
    *, actor: User, tasks: Sequence[Task], evidence: str, is_trial: bool = False
) -> BulkOutcome:
    """All these are done, to be seen by the same evidence."""
    return _each(
        tasks, lambda task: complete_task(actor=actor, task=task, evidence=evidence), is_trial
    )
