"""Routes to tasks: one's own, those one gave or checks, those of one's units, the source's own."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import reached_unit_ids
from cohorts.models import OWN, Contract, Task
from cohorts.post_reasons import post_reasons
from cohorts.task_sources import TaskSource, register_source, sources
from portal.core.access import Action, Reason, Route, register_actions, register_route
from portal.core.models import User

register_actions(
    Action("see_task", gettext_lazy("see tasks"),
           gettext_lazy("The tasks of the post's unit and of all below it.")),
    Action("do_task", gettext_lazy("do the tasks of a unit"),
           gettext_lazy("Take on what was given to the unit, and close it with evidence.")),
    Action("direct_task", gettext_lazy("give tasks"),
           gettext_lazy("Give tasks to the unit and its staff, reassign, postpone and drop them.")),
)  # fmt: skip
register_source(TaskSource(OWN, gettext_lazy("given in words")))

# By which rights on its unit a task is seen, done or directed.
_BY_UNIT = {
    "see_task": ("see_task", "do_task", "direct_task"),
    "do_task": ("do_task",),
    "direct_task": ("direct_task",),
}


def task_unit_ids(user: User, action: str) -> list[int]:
    """Units whose tasks ``user`` reaches for ``action``: those of the posts and all below."""
    return reached_unit_ids(user, _BY_UNIT.get(action, ()))


def givable_unit_ids(user: User) -> list[int]:
    """Units to which, and to whose staff, ``user`` gives tasks: those directed, and the partners
    of the grades contracted there (谁包干、谁牵头)."""
    mine = task_unit_ids(user, "direct_task")
    if not mine:
        return []
    partners = Contract.objects.filter(cohort_id__in=mine).values_list("partners", flat=True)
    return sorted({*mine, *(pk for pk in partners if pk is not None)})


def _where(condition: Q) -> QuerySet[Any]:
    rows: QuerySet[Any] = Task.objects.filter(condition).values("pk")
    return rows


def _own(user: User, action: str) -> QuerySet[Any] | None:
    return _where(Q(owner=user)) if action in ("see_task", "do_task") else None


def _own_reasons(user: User, action: str, task: Task) -> list[Reason]:
    is_own = action in ("see_task", "do_task") and task.owner_id == user.pk
    return [Reason("own", _("It is your own task"))] if is_own else []


def _given(user: User, action: str) -> QuerySet[Any] | None:
    if action == "see_task":
        return _where(Q(given_by=user) | Q(verifier=user))
    return _where(Q(given_by=user)) if action == "direct_task" else None


def _given_reasons(user: User, action: str, task: Task) -> list[Reason]:
    if action in ("see_task", "direct_task") and task.given_by_id == user.pk:
        return [Reason("giver", _("You gave this task"))]
    if action == "see_task" and task.verifier_id == user.pk:
        return [Reason("giver", _("You check this task"))]
    return []


def _of_units(user: User, action: str) -> QuerySet[Any] | None:
    units = task_unit_ids(user, action)
    if not units:
        return None
    rows = Q(unit_id__any=units)
    # What a person promised is done by that person; the unit does what nobody has taken on.
    return _where(rows & Q(owner=None) if action == "do_task" else rows)


def _unit_reasons(user: User, action: str, task: Task) -> list[Reason]:
    if task.unit_id is None or (action == "do_task" and task.owner_id is not None):
        return []
    return [
        reason
        for code in _BY_UNIT.get(action, ())
        for reason in post_reasons(user, code, [task.unit_id])
    ]


def _by_source(user: User, action: str) -> QuerySet[Any] | None:
    """Whoever may see what a task comes from sees the task; whoever leads it directs it."""
    if action not in ("see_task", "direct_task"):
        return None
    found = Q()
    for source in sources():
        keys = source.reach(user, action) if source.reach else None
        if keys is not None:
            found |= Q(source=source.code, source_id__in=keys)
    return _where(found) if found else None


def _source_reasons(user: User, action: str, task: Task) -> list[Reason]:
    rows = _by_source(user, action)
    if rows is None or not rows.filter(pk=task.pk).exists():
        return []
    return [Reason("source", _("You may see what it comes from"))]


register_route(Task, Route("own", _own, _own_reasons))
register_route(Task, Route("giver", _given, _given_reasons))
register_route(Task, Route("unit", _of_units, _unit_reasons))
register_route(Task, Route("source", _by_source, _source_reasons))
