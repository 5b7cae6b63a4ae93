"""What is done with a task after it was given: take on, reassign, postpone, close, check, drop."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.domain.reconcile import lock_people
from cohorts.domain.tasks import check_day, check_person, tell, tell_owner
from cohorts.enums import TaskAct, TaskState
from cohorts.models import OWN, Task, TaskNote
from cohorts.task_sources import source_of
from portal.core import audit
from portal.core.access import reaches_one
from portal.core.errors import DomainError, StaleError
from portal.core.models import User
from portal.core.scope import forget_reach

_MIN_WORDS = 2


def _locked(task: Task, version: int | None) -> Task:
    before = source_of(task.source).lock
    if before is not None:
        before(task)
    kept: Task = Task.objects.select_for_update().get(pk=task.pk)
    if version is not None and kept.version != version:
        raise StaleError(
            _("Somebody else changed this task after you opened it. Reload, then try again: your "
              "text is still in the form.")
        )  # fmt: skip
    return kept


def _check_open(task: Task) -> None:
    if not task.is_open:
        raise DomainError(
            _("This task is closed already: %(state)s.") % {"state": TaskState(task.state).label}
        )


def _check_right(actor: User | None, task: Task, *actions: str, is_asked: bool = False) -> None:
    """Asked inside the transaction: a post that ended a minute ago no longer acts. ``is_asked``:
    a higher app has asked for its own right to what the task comes from."""
    if actor is None or is_asked:
        return
    forget_reach()
    if not any(reaches_one(Task, actor, action, task.pk) for action in actions):
        raise PermissionDenied(_("Your post no longer allows this. Nothing was changed."))


def _written(text: str, ask: str) -> str:
    words = text.strip()
    if len(words) < _MIN_WORDS:
        raise DomainError(ask)
    return words


def _done_with(
    task: Task, act: TaskAct, actor: User | None, fields: Sequence[str], **note: Any
) -> Task:
    """Save, one line in the life of the task, an audit row, and what the source makes of it."""
    task.version += 1
    task.save(update_fields=[*fields, "version"])
    task.refresh_from_db(fields=["state"])
    TaskNote.objects.create(task=task, act=act, by=actor, **note)
    audit.record(
        actor=actor, action=f"task_{act}", obj=task, source=task.source, source_id=task.source_id,
        owner=task.owner_id, due_on=task.due_on,
    )  # fmt: skip
    follow = source_of(task.source).changed
    if follow is not None:
        follow(task, str(act), actor)
    return task


@transaction.atomic
def take_task(*, actor: User, task: Task, version: int | None = None) -> Task:
    """Take on what was given to a unit: from now on it is the actor's promise."""
    lock_people([actor.pk])
    task = _locked(task, version)
    _check_open(task)
    if task.owner_id == actor.pk:
        return task
    if task.owner_id is not None:
        raise DomainError(_("Somebody else has taken this on already."))
    _check_right(actor, task, "do_task")
    check_person(actor, task.source, task.source_id)
    task.owner = actor
    return _done_with(task, TaskAct.TAKEN, actor, ["owner"], owner_after=actor)


@transaction.atomic
def reassign_task(
    *,
    actor: User | None,
    task: Task,
    owner: User,
    reason: str = "",
    version: int | None = None,
    is_asked: bool = False,
) -> Task:
    """Give the promise to somebody else, who must be able to act on it."""
    lock_people([owner.pk])
    task = _locked(task, version)
    _check_open(task)
    if task.owner_id == owner.pk:
        raise DomainError(_("%(name)s has this task already.") % {"name": owner.name})
    _check_right(
        actor, task, "direct_task", *([] if task.owner_id else ["do_task"]), is_asked=is_asked
    )
    check_person(owner, task.source, task.source_id)
    if task.verifier_id == owner.pk:
        raise DomainError(_("Somebody else checks a task than the one who does it."))
    before, task.owner = task.owner_id, owner
    done = _done_with(
        task, TaskAct.REASSIGNED, actor, ["owner"], owner_before_id=before, owner_after=owner,
        reason=reason.strip()[:300],
    )  # fmt: skip
    tell_owner(done, actor)
    return done


@transaction.atomic
def release_task(*, actor: User | None, task: Task, reason: str) -> Task:
    """Take the promise from its owner without a new one: it stands as a gap until reassigned.
    For higher apps, whose own act (a seat that ended) has asked for the right."""
    task = _locked(task, None)
    _check_open(task)
    before, task.owner = task.owner_id, None
    return _done_with(
        task, TaskAct.REASSIGNED, actor, ["owner"], owner_before_id=before, reason=reason[:300]
    )


@transaction.atomic
def postpone_task(
    *,
    actor: User | None,
    task: Task,
    due_on: dt.date,
    reason: str,
    version: int | None = None,
    is_asked: bool = False,
) -> Task:
    """A later last day, with the reason in the life of the task; the giver is told."""
    words = _written(reason, _("Say why it is postponed."))
    check_day(due_on)
    task = _locked(task, version)
    _check_open(task)
    _check_right(actor, task, "do_task", "direct_task", is_asked=is_asked)
    if due_on <= task.due_on:
        raise DomainError(_("Choose a day after the present one."))
    before, task.due_on = task.due_on, due_on
    done = _done_with(
        task, TaskAct.POSTPONED, actor, ["due_on"], due_before=before, due_after=due_on,
        reason=words[:300],
    )  # fmt: skip
    for person in {done.given_by_id, done.owner_id} - {None, actor.pk if actor else None}:
        tell(done, person, "postponed", _("A task was postponed."))  # type: ignore[arg-type]
    return done


@transaction.atomic
def complete_task(
    *,
    actor: User | None,
    task: Task,
    evidence: str,
    version: int | None = None,
    is_asked: bool = False,
) -> Task:
    """Report it done, saying by what this can be seen. With a verifier it waits to be checked.
    Reported twice by the same person: the first report stands."""
    words = _written(
        evidence, _("Say by what one sees that it is done: a record, a paper, a date.")
    )
    task = _locked(task, None)
    if task.done_at is not None and actor is not None and task.done_by_id == actor.pk:
        return task
    if version is not None and task.version != version:
        _locked(task, version)
    _check_open(task)
    _check_right(actor, task, "do_task", is_asked=is_asked)
    if actor is not None:
        if task.source != OWN or task.owner_id is None:
            check_person(actor, task.source, task.source_id)
        if source_of(task.source).how_to_close and not is_asked:
            raise DomainError(source_of(task.source).how_to_close)
        task.owner_id = task.owner_id or actor.pk
    task.done_at, task.done_by, task.evidence = timezone.now(), actor, words[:1000]
    done = _done_with(task, TaskAct.DONE, actor, ["done_at", "done_by", "evidence", "owner"])
    if done.state == TaskState.REPORTED and done.verifier_id is not None:
        tell(done, done.verifier_id, "check", _("A task waits for your check."))
    elif done.given_by_id is not None and (actor is None or done.given_by_id != actor.pk):
        tell(done, done.given_by_id, "done", _("A task that you gave is done."))
    return done


@transaction.atomic
def verify_task(*, actor: User, task: Task, is_accepted: bool, reason: str = "") -> Task:
    """The verifier confirms, or sends it back with a reason; then it is open again."""
    task = _locked(task, None)
    if task.verifier_id != actor.pk or task.done_by_id == actor.pk:
        raise DomainError(_("Another person checks this task."), code="denied")
    if task.state != TaskState.REPORTED:
        raise DomainError(_("Nothing waits to be checked here."))
    _check_right(actor, task, "see_task")
    if is_accepted:
        task.verified_at = timezone.now()
        return _done_with(task, TaskAct.VERIFIED, actor, ["verified_at"])
    words = _written(reason, _("Say what is still missing."))
    task.done_at = task.done_by = None
    done = _done_with(task, TaskAct.RETURNED, actor, ["done_at", "done_by"], reason=words[:300])
    if done.owner_id is not None:
        tell(done, done.owner_id, "returned", _("A task came back: something is still missing."))
    return done


@transaction.atomic
def drop_task(
    *,
    actor: User | None,
    task: Task,
    reason: str,
    version: int | None = None,
    is_asked: bool = False,
) -> Task:
    """It is not to be done any more. The task stays, with the reason."""
    words = _written(reason, _("Say why it is dropped."))
    task = _locked(task, version)
    _check_open(task)
    _check_right(actor, task, "direct_task", is_asked=is_asked)
    task.dropped_at, task.drop_reason = timezone.now(), words[:300]
    done = _done_with(
        task, TaskAct.DROPPED, actor, ["dropped_at", "drop_reason"], reason=words[:300]
    )
    if done.owner_id is not None and (actor is None or done.owner_id != actor.pk):
        tell(done, done.owner_id, "dropped", _("A task of yours was dropped."))
    return done
