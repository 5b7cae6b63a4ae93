"""Writes on tasks for the table of tests/core/test_audit.py."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from casework.domain import force, plans
from casework.models import Case, Seat
from cohorts.domain import task_acts, task_bulk, tasks
from cohorts.models import Task
from tests.world import World


def _day(ahead: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=ahead)


def _give(w: World, **more: Any) -> Task:
    more = {"owner": w.lu, "text": "核对考勤表", "due_on": _day(3), **more}
    return tasks.give_task(actor=w.lin, **more)


def _on(make: Callable[[World], Any], act: Callable[[World, Any], Any]) -> Any:
    def prepared(w: World) -> Callable[[], Any]:
        task = make(w)
        return lambda: act(w, task)

    return prepared


def _reported(w: World) -> Task:
    task = _give(w, verifier=w.gao)
    return task_acts.complete_task(actor=w.lu, task=task, evidence="已核对")


def _draft(w: World) -> plans.StepDraft:
    return plans.StepDraft("宿舍走访", w.zhou, _day(7))


def _make(w: World, case: Case | None = None) -> Any:
    return plans.make_plan(
        actor=w.zhou, case=case or w.add_case("gu"), goal="通过两门课程", steps=[_draft(w)]
    )


def _seat(w: World) -> Seat:
    draft = force.SeatDraft(w.wang, "学业指导")
    return force.seat_force(actor=w.zhou, case=w.add_case("gu"), seats=[draft])[0]


_PLANS, _FORCE = "casework.domain.plans.", "casework.domain.force."
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
    _PLANS + "make_plan": _on(lambda w: w.add_case("gu"), lambda w, c: _make(w, c)),
    _PLANS + "edit_plan": _on(
        _make, lambda w, p: plans.edit_plan(actor=w.zhou, plan=p, goal="新的可衡量目标")),
    _PLANS + "add_step": _on(
        _make, lambda w, p: plans.add_step(actor=w.zhou, plan=p, step=_draft(w))),
    _PLANS + "change_step": _on(
        _make, lambda w, p: plans.change_step(
            actor=w.zhou, step=p.steps.get(), draft=plans.StepDraft("家访", w.lin, _day(7)))),
    _PLANS + "drop_step": _on(
        _make, lambda w, p: plans.drop_step(actor=w.zhou, step=p.steps.get(), reason="不再需要")),
    _FORCE + "seat_force": _on(
        lambda w: w.add_case("gu"), lambda w, c: force.seat_force(
            actor=w.zhou, case=c, seats=[force.SeatDraft(w.wang, "学业指导")])),
    _FORCE + "change_seat": _on(
        _seat, lambda w, s: force.change_seat(
            actor=w.zhou, seat=s, duty="课程辅导", write_level="read")),
    _FORCE + "unseat": _on(
        _seat, lambda w, s: force.unseat(actor=w.zhou, seat=s, reason="不再担任导师")),
}  # fmt: skip
