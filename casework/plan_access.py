"""Whoever is locked out of a case learns nothing of the promises made in it either."""

from casework.models import PlanStep
from casework.ties import shut_case_ids
from cohorts.models import Task
from portal.core.access import Denial, Reason, register_denial
from portal.core.models import User
from portal.core.scope import remembered


def _shut_task_ids(user: User) -> list[int]:
    shut = shut_case_ids(user)
    if not shut:
        return []  # nearly everybody, and without a statement
    steps = PlanStep.objects.filter(plan__case_id__in=shut).values("pk")

    def read() -> list[int]:
        rows = Task.objects.filter(source="plan_step", source_id__in=steps)
        return list(rows.values_list("pk", flat=True))

    return remembered(("shut tasks", user.pk, shut), read)


def _why(_user: User, _task: Task) -> list[Reason]:
    return [Reason("lock-out", "")]


register_denial(Task, Denial("lock-out", "pk", _shut_task_ids, _why))
