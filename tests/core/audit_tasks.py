"""Writes on tasks for the table of tests/core/test_audit.py."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from cohorts.domain import task_acts, task_bulk, tasks
from cohorts.models import Task
from tests.world import World


def _day(ahead: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=ahead)


def _give(w: World, **more: Any) -> Task:
    more = {"owner": w.lu, "text": "核对考勤表", "due_on": _day(3), **more}
    return tasks.give_task(actor=w.lin, **more)


def _on(make: Callable[[World], Task], act: Callable[[World, Task], Any]) -> Any:
    def prepared(w: World) -> Callable[[], Any]:
        task = make(w)
        return lambda: act(w, task)

    return prepared


def _reported(w: World) -> Task:
    task = _give(w, verifier=w.gao)
    return task_acts.complete_task(actor=w.lu, task=task, evidence="已核对")


_ACTS = "cohorts.domain.task_acts."
_BULK = "cohorts.domain.task_bulk."
TASKS: dict[str, Callable[[World], Callable[[], Any]]] = {
    "cohorts.domain.tasks.give_task": lambda w: lambda: _give(w),
    _ACTS + "take_task": _on(
        lambda w: _give(w, owner=None, unit=w.c2301),
        lambda w, t: task_acts.take_task(actor=w.lu, task=t)),
    _ACTS + "reassign_task": _on(
        _give, lambda w, t: task_acts.reassign_task(actor=w.lin, task=t, owner=w.han)),
    _ACTS + "release_task": _on(
        _give, lambda w, t: task_acts.release_task(actor=w.lin, task=t, reason="席位已结束")),
    _ACTS + "postpone_task": _on(
        _give, lambda w, t: task_acts.postpone_task(
            actor=w.lin, task=t, due_on=_day(9), reason="停课一周")),
    _ACTS + "complete_task": _on(
        _give, lambda w, t: task_acts.complete_task(actor=w.lu, task=t, evidence="已核对")),
    _ACTS + "verify_task": _on(
        _reported, lambda w, t: task_acts.verify_task(actor=w.gao, task=t, is_accepted=True)),
    _ACTS + "drop_task": _on(
        _give, lambda w, t: task_acts.drop_task(actor=w.lin, task=t, reason="不再需要")),
    _BULK + "reassign_tasks": _on(
        _give, lambda w, t: task_bulk.reassign_tasks(actor=w.lin, tasks=[t], owner=w.han)),
    _BULK + "postpone_tasks": _on(
        _give, lambda w, t: task_bulk.postpone_tasks(
            actor=w.lin, tasks=[t], due_on=_day(9), reason="停课一周")),
    _BULK + "complete_tasks": _on(
        _give, lambda w, t: task_bulk.complete_tasks(actor=w.lu, tasks=[t], evidence="已核对")),
}  # fmt: skip
