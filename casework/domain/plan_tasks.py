"""Plan steps as tasks: what is done in the inbox is done in the plan, and the other way round."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.models import Case, PlanStep
from cohorts.domain.task_acts import complete_task, drop_task, release_task
from cohorts.domain.tasks import give_task
from cohorts.enums import TaskAct
from cohorts.models import Task
from cohorts.task_sources import TaskLine, TaskSource, register_source
from portal.core.access import reached_keys
from portal.core.models import User
from portal.core.prepared import prepared
from portal.core.rows import array_of, fetch

SOURCE = "plan_step"


def task_of(step: PlanStep) -> Task | None:
    """The promise of this step, or None for steps of plans that are older than tasks."""
    found: Task | None = Task.objects.filter(key=f"step:{step.pk}").first()
    return found


def promise(actor: User | None, step: PlanStep, case: Case) -> Task | None:
    """Give the step to its owner as a task; the caller has asked for the right. Raises DomainError
    when the owner could not act on it."""
    if step.owner is None or not step.is_open:
        return None
    return give_task(
        actor=actor, source=SOURCE, source_id=step.pk, owner=step.owner, unit=case.lead_unit,
        due_on=step.due_on, key=f"step:{step.pk}", may_be_late=True,
    )  # fmt: skip


def release_steps(actor: User | None, case: Case, person: User, reason: str) -> int:
    """The open steps of somebody whose way to the case has ended stand as gaps from now on."""
    steps = PlanStep.objects.filter(
        plan__case=case, owner=person, done_on=None, dropped_on=None
    ).order_by("pk")
    ids = list(steps.values_list("pk", flat=True))
    for task in Task.objects.filter(source=SOURCE, source_id__in=ids, owner=person).order_by("pk"):
        if task.is_open:
            release_task(actor=actor, task=task, reason=reason)
    PlanStep.objects.filter(pk__in=ids).update(owner=None)
    return len(ids)


def end_plan(actor: User | None, case: Case, reason: str) -> int:
    """The case is closed: nobody owes its open steps any more. For the act that closes it, inside
    its transaction; the rights have been asked. How many promises ended."""
    steps = PlanStep.objects.filter(plan__case=case).values("pk")
    ended = 0
    for task in Task.objects.filter(source=SOURCE, source_id__in=steps).order_by("pk"):
        if task.is_open:
            drop_task(actor=actor, task=task, reason=reason, is_asked=True)
            ended += 1
    return ended


# Records of the owner of the right kind since the step is his, on top of what was done before.
_COUNT = prepared("""
    UPDATE casework_planstep t SET done = n.done
      FROM (SELECT s.id, least(s.wanted, s.done_before + count(f.id)) AS done
              FROM casework_planstep s JOIN casework_plan p ON p.id = s.plan_id
              LEFT JOIN casework_followup f ON f.case_id = p.case_id AND f.is_real
                   AND f.author_id = s.owner_id AND f.happened_at >= s.since
                   AND (s.counting = 'any' OR f.channel = s.counting)
             WHERE p.case_id = %(case)s AND s.counting <> ''
               AND s.done_on IS NULL AND s.dropped_on IS NULL
             GROUP BY s.id) n
     WHERE n.id = t.id AND t.done <> n.done
    RETURNING t.id, t.done >= t.wanted, t.wanted
""")


def count_records(case_id: int) -> None:
    """Progress from facts: called after a record was written or corrected. One statement, and
    what a step that is full brings with it."""
    full = {pk: wanted for pk, is_full, wanted in fetch(_COUNT, {"case": case_id}) if is_full}
    if not full:
        return
    tasks = {task.source_id: task for task in Task.objects.filter(
        source=SOURCE, source_id__in=list(full), done_at=None, dropped_at=None)}  # fmt: skip
    for pk, wanted in sorted(full.items()):
        if pk in tasks:
            words = _("%(n)s of %(n)s contacts recorded") % {"n": wanted}
            complete_task(actor=None, task=tasks[pk], evidence=words)
        else:
            _finish(pk)


def _finish(pk: int) -> None:
    """The step is full: its day, and the first thing done is the beginning of help."""
    today, now = timezone.localdate(), timezone.now()
    PlanStep.objects.filter(pk=pk).update(
        done=F("wanted"), done_before=F("wanted"), done_on=Coalesce("done_on", today)
    )
    Case.objects.filter(
        plan__steps=pk, planned_at__isnull=False, help_at=None, closed_at=None
    ).update(help_at=Greatest(now, F("planned_at")), version=F("version") + 1)


def _follow(task: Task, act: str, actor: User | None) -> None:
    """What was done with the task is done with the step."""
    step = PlanStep.objects.filter(pk=task.source_id or 0).first()
    if step is None:
        return
    if act == TaskAct.DONE:
        _finish(step.pk)
    elif act == TaskAct.RETURNED:
        step.done_on, step.done, step.done_before = None, step.wanted - 1, step.wanted - 1
        step.save(update_fields=["done_on", "done", "done_before"])
    elif act == TaskAct.POSTPONED:
        PlanStep.objects.filter(pk=step.pk).update(due_on=task.due_on)
    elif act in (TaskAct.REASSIGNED, TaskAct.TAKEN):
        # What the former owner did is kept; from now on the new owner's records count.
        PlanStep.objects.filter(pk=step.pk).update(
            owner=task.owner_id, done_before=F("done"), since=timezone.now()
        )
    elif act == TaskAct.DROPPED:
        PlanStep.objects.filter(pk=step.pk, dropped_on=None).update(
            dropped_on=timezone.localdate(), drop_reason=task.drop_reason
        )


def _lock(task: Task) -> None:
    """The case before the task, as a record being logged does."""
    rows = Case.objects.filter(plan__steps=task.source_id)
    list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))


_LINES = """
    SELECT t.id, st.name, t.text, c.id, t.done, t.wanted
      FROM casework_planstep t JOIN casework_plan p ON p.id = t.plan_id
      JOIN casework_case c ON c.id = p.case_id JOIN students_student st ON st.id = c.student_id
     WHERE t.id = ANY(%s::bigint[]) AND c.id = ANY(%s::bigint[])
"""


def _lines(user: User, ids: Sequence[int]) -> Mapping[int, TaskLine]:
    open_to = _cases_seen(user, ids)
    rows = fetch(_LINES, [array_of(ids), array_of(open_to)]) if open_to else []
    return {
        pk: TaskLine(
            f"{name}：{text}", reverse("casework:plan", args=[case]),
            f"{done} / {wanted}" if wanted > 1 else "",
        )
        for pk, name, text, case, done, wanted in rows
    }  # fmt: skip


def _cases_seen(user: User, ids: Collection[int]) -> list[int]:
    rows = Case.objects.restrict(user, "see_case").filter(plan__steps__in=list(ids))
    return list(rows.order_by().values_list("pk", flat=True).distinct())


def _can_act(person: User, ids: Collection[int]) -> set[int]:
    cases = Case.objects.restrict(person, "see_case").filter(closed_at=None)
    rows = PlanStep.objects.filter(pk__in=list(ids), plan__case_id__in=cases.values("pk"))
    return set(rows.values_list("pk", flat=True))


def _reach(user: User, action: str) -> "QuerySet[Any] | None":
    right = {"see_task": "see_case", "direct_task": "manage_case"}.get(action, "")
    cases = reached_keys(Case, user, right) if right else None
    if cases is None:
        return None
    rows: QuerySet[Any] = PlanStep.objects.filter(plan__case_id__in=cases).values("pk")
    return rows


register_source(
    TaskSource(
        SOURCE, gettext_lazy("plan step"), "case", lines=_lines, can_act=_can_act, reach=_reach,
        changed=_follow, moves_by_itself=True, lock=_lock,
    )
)  # fmt: skip
