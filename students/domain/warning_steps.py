"""What follows a confirmed warning: notice, talk, family notice, plan, each a task of the inbox."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.domain.task_acts import complete_task, drop_task
from cohorts.domain.tasks import give_task
from cohorts.enums import TaskAct
from cohorts.models import Task, Unit
from cohorts.task_sources import TaskLine, TaskSource, register_source
from portal.core.access import reached_keys
from portal.core.errors import DomainError
from portal.core.models import Notification, User
from portal.core.rows import array_of, fetch
from students.models import AcademicWarning, WarningStep
from students.queries.warning_people import PART, nearest_staff
from students.study_enums import StepKind
from students.warning_rules import read_rules

SOURCE = "warning"
# Days after the confirmation; the first two are mandatory, the others as the rule says.
DAYS = {StepKind.NOTICE: 3, StepKind.TALK: 7, StepKind.FAMILY: 10, StepKind.PLAN: 14}


def open_steps(actor: User | None, warnings: Sequence[AcademicWarning]) -> int:
    """Steps and promises of warnings that were confirmed now. Steps that were done for an earlier
    state of the same warning stay done. How many promises were given."""
    staff = nearest_staff([one.student_id for one in warnings])
    people = User.objects.in_bulk({pk for found in staff.values() for pk in found.people.values()})
    today, given = timezone.localdate(), 0
    for one in warnings:
        rule = read_rules(one.rules.body).rule(one.rule)
        kinds = [kind for kind in StepKind if rule is not None and kind.value in rule.steps]
        here = staff.get(one.student_id)
        for kind in kinds:
            step, made = WarningStep.objects.get_or_create(
                warning=one, kind=kind, defaults={"due_on": today + dt.timedelta(days=DAYS[kind])}
            )
            if not made and step.done_at is None and step.dropped_at is not None:
                step.dropped_at, step.due_on = None, today + dt.timedelta(days=DAYS[kind])
                step.save(update_fields=["dropped_at", "due_on"])
            elif not made:
                continue
            owners = (
                [people.get(here.people.get(role, 0)) for role in PART.get(kind, ())]
                if here
                else []
            )
            given += _promise(actor, step, owners, here.unit if here else None)
    return given


def _promise(
    actor: User | None, step: WarningStep, owners: Sequence[User | None], unit_id: int | None
) -> int:
    """To the first who can act on it, else to the class, whose staff takes it on."""
    unit = Unit.objects.filter(pk=unit_id).first() if unit_id else None
    for owner in [*owners, actor]:
        if owner is not None:
            try:
                _give(actor, step, owner, unit)
            except DomainError:
                continue
            return 1
    if unit is not None:
        try:
            _give(actor, step, None, unit)
        except DomainError:
            return 0
        return 1
    return 0


def _give(actor: User | None, step: WarningStep, owner: User | None, unit: Unit | None) -> None:
    again = step.warning.again
    give_task(
        actor=actor, source=SOURCE, source_id=step.pk, owner=owner, unit=unit, due_on=step.due_on,
        key=f"warning:{step.pk}:{again}:{step.warning.version}",
    )  # fmt: skip


def task_of(step: WarningStep) -> Task | None:
    """The promise of this step that is open, else the latest."""
    tasks = Task.objects.filter(source=SOURCE, source_id=step.pk).order_by("pk")
    found = list(tasks)
    return next((one for one in found if one.is_open), found[-1] if found else None)


def finish_step(*, actor: User, step: WarningStep, note: str) -> WarningStep:
    """Say what was done; the promise is kept with it. The caller has asked for the right to the
    warning. Raises DomainError without words or when the promise is closed."""
    task = task_of(step)
    if task is not None and task.is_open:
        complete_task(actor=actor, task=task, evidence=note, is_asked=True)
    else:
        words = note.strip()
        if len(words) < 2:
            raise DomainError(_("Say by what one sees that it is done: a record, a paper, a date."))
        _done(step, actor, words)
    step.refresh_from_db()
    return step


def drop_open_steps(actor: User | None, warning_ids: Sequence[int]) -> int:
    """The warning cleared itself: nobody owes its open steps any more. For the run and for
    setting aside; the rights have been asked."""
    steps = list(WarningStep.objects.filter(
        warning_id__in=list(warning_ids), done_at=None, dropped_at=None))  # fmt: skip
    tasks = Task.objects.filter(source=SOURCE, source_id__in=[s.pk for s in steps])
    for task in tasks.order_by("pk"):
        if task.is_open:
            drop_task(
                actor=actor, task=task, reason=_("The warning no longer stands."), is_asked=True
            )
    now = timezone.now()
    ids = [step.pk for step in steps]
    return WarningStep.objects.filter(pk__in=ids, dropped_at=None).update(dropped_at=now)


def _done(step: WarningStep, actor: User | None, words: str) -> None:
    now = timezone.now()
    WarningStep.objects.filter(pk=step.pk).update(
        done_at=now, done_by=actor, note=words[:1000], dropped_at=None
    )
    if step.kind == StepKind.NOTICE:
        tell_student(step.warning_id)


def tell_student(warning_id: int) -> None:
    """From now on the student sees the warning; a line in the bell says that there is one."""
    one = AcademicWarning.objects.select_related("student").get(pk=warning_id)
    if one.told_at is None:
        one.told_at = timezone.now()
        one.version += 1
        one.save(update_fields=["told_at", "version"])
    if one.student.user_id is not None:
        Notification.objects.get_or_create(
            user_id=one.student.user_id, key=f"warning:{one.pk}:{one.again}",
            defaults={"text": _("The academic office has sent you a notice about your studies."),
                      "url": reverse("students:my_study")},
        )  # fmt: skip


def _follow(task: Task, act: str, actor: User | None) -> None:
    """What was done with the task is done with the step."""
    step = WarningStep.objects.filter(pk=task.source_id or 0).first()
    if step is None:
        return
    if act == TaskAct.DONE:
        _done(step, actor, task.evidence)
    elif act == TaskAct.POSTPONED:
        WarningStep.objects.filter(pk=step.pk).update(due_on=task.due_on)
    elif act == TaskAct.DROPPED:
        WarningStep.objects.filter(pk=step.pk, done_at=None).update(dropped_at=timezone.now())


_LINES = """
    SELECT t.id, s.name, t.kind, w.level, w.period, w.id FROM students_warningstep t
      JOIN students_academicwarning w ON w.id = t.warning_id
      JOIN students_student s ON s.id = w.student_id
     WHERE t.id = ANY(%s::bigint[]) AND w.id = ANY(%s::bigint[])
"""


def _lines(user: User, ids: Sequence[int]) -> Mapping[int, TaskLine]:
    seen = AcademicWarning.objects.restrict(user, "see_results").filter(steps__in=list(ids))
    open_to = list(seen.order_by().values_list("pk", flat=True).distinct())
    rows = fetch(_LINES, [array_of(ids), array_of(open_to)]) if open_to else []
    kinds = dict(StepKind.choices)
    return {
        pk: TaskLine(
            f"{name}：{kinds.get(kind, kind)}", reverse("students:warning", args=[warning]),
            f"{level} · {period}",
        )
        for pk, name, kind, level, period, warning in rows
    }  # fmt: skip


def _can_act(person: User, ids: Collection[int]) -> set[int]:
    mine = AcademicWarning.objects.restrict(person, "see_results")
    rows = WarningStep.objects.filter(pk__in=list(ids), warning__in=mine.order_by().values("pk"))
    return set(rows.values_list("pk", flat=True))


def _reach(user: User, action: str) -> "QuerySet[Any] | None":
    right = {"see_task": "see_results", "direct_task": "confirm_warnings"}.get(action, "")
    warnings = reached_keys(AcademicWarning, user, right) if right else None
    if warnings is None:
        return None
    rows: QuerySet[Any] = WarningStep.objects.filter(warning_id__in=warnings).values("pk")
    return rows


register_source(
    TaskSource(
        SOURCE, gettext_lazy("academic warning"), "alert", lines=_lines, can_act=_can_act,
        reach=_reach, changed=_follow,
    )
)  # fmt: skip
