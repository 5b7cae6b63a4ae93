"""Making and editing the plan of a case (一人一策): steps with owners become promises."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.domain.cases import check_version as check_case_version
from casework.domain.force import seat_for_work
from casework.domain.plan_tasks import SOURCE, promise, task_of
from casework.domain.rights import check_still
from casework.models import Case, Plan, PlanStep, PlanTemplate
from cohorts.domain import task_acts
from cohorts.domain.reconcile import lock_people
from cohorts.domain.tasks import FARTHEST, check_day, check_person
from portal.core import audit
from portal.core.errors import DomainError, StaleError
from portal.core.models import User

MOST_STEPS = 40
FIELDS = ("goal", "causes", "family_agreement", "resources", "exit_condition")


@dataclass(frozen=True)
class StepDraft:
    """One step as somebody entered it."""

    text: str
    owner: User
    due_on: dt.date
    wanted: int = 1
    counting: str = ""


def _open_case(case: Case) -> Case:
    kept: Case = Case.objects.select_for_update().get(pk=case.pk)
    if not kept.is_open:
        raise DomainError(_("This case is closed. Its plan stays as it was."))
    return kept


def _check_fields(values: dict[str, str]) -> dict[str, str]:
    found = {name: " ".join(str(values.get(name, "")).split())[:300] for name in FIELDS}
    if len(found["goal"]) < 4:
        raise DomainError(
            _("Write a goal that can be measured, for example: two courses passed by week 16.")
        )
    return found


def _check_draft(draft: StepDraft) -> None:
    if not draft.text.strip():
        raise DomainError(_("Write what the step is."))
    if not 1 <= draft.wanted <= 400:
        raise DomainError(_("How often must lie between 1 and 400."))
    check_day(draft.due_on)


def _check_days(days: Sequence[dt.date]) -> list[dt.date]:
    today = timezone.localdate()
    for day in days:
        if day > today + FARTHEST:
            raise DomainError(_("A check date lies too far ahead. Check the year."))
    return sorted(set(days))[:24]


@transaction.atomic
def make_plan(
    *,
    actor: User | None,
    case: Case,
    steps: Sequence[StepDraft],
    check_dates: Sequence[dt.date] = (),
    template: PlanTemplate | None = None,
    seat_owners: bool = False,
    version: int | None = None,
    **fields: str,
) -> Plan:
    """The plan of an open case that has none: goal and further words in ``fields``, dated steps
    whose owners get them as tasks. ``seat_owners``: owners to whom the case is not open get a
    seat with it, for those who lead the case. The stage fact ``planned_at`` is now.

    Raises DomainError for a case with a plan, a plan without a step, an owner who has left or to
    whom the case is not open; then nothing is written.
    """
    lock_people(sorted({draft.owner.pk for draft in steps}))
    case = _open_case(case)
    check_case_version(case, version)
    if Plan.objects.filter(case=case).exists():
        raise DomainError(_("This case has a plan already. Edit that one."))
    if not steps:
        raise DomainError(_("A plan needs at least one step."))
    if len(steps) > MOST_STEPS:
        raise DomainError(_("A plan has at most %(n)s steps.") % {"n": MOST_STEPS})
    words = _check_fields(fields)
    for draft in steps:
        _check_draft(draft)
    check_still(actor, case, "write_case")
    plan = Plan.objects.create(
        case=case, made_on=timezone.localdate(), made_by=actor, template=template,
        template_version=template.version if template else None,
        check_dates=_check_days(check_dates), **words,
    )  # fmt: skip
    if seat_owners:
        for owner in {draft.owner for draft in steps}:
            seat_for_work(actor, case, owner)
    for place, draft in enumerate(steps, 1):
        _add(actor, case, plan, draft, place * 10)
    case.planned_at = case.planned_at or timezone.now()
    case.version += 1
    case.save(update_fields=["planned_at", "version"])
    audit.record(
        actor=actor, action="make_plan", obj=case, plan=plan.pk, steps=len(steps),
        template=template.pk if template else None,
    )  # fmt: skip
    return plan


def _add(actor: User | None, case: Case, plan: Plan, draft: StepDraft, order: int) -> PlanStep:
    step: PlanStep = PlanStep.objects.create(
        plan=plan, order=order, text=" ".join(draft.text.split())[:200], owner=draft.owner,
        due_on=draft.due_on, wanted=draft.wanted, counting=draft.counting,
    )  # fmt: skip
    promise(actor, step, case)
    return step


def _locked(plan: Plan, actor: User | None, version: int | None) -> tuple[Case, Plan]:
    case = _open_case(plan.case)
    kept: Plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if version is not None and kept.version != version:
        raise StaleError(
            _("Somebody else changed this plan after you opened it. Reload, then try again: your "
              "text is still in the form.")
        )  # fmt: skip
    check_still(actor, case, "write_case")
    return case, kept


def _changed(actor: User | None, case: Case, plan: Plan, act: str, **detail: Any) -> None:
    plan.version += 1
    plan.save(update_fields=["version"])
    audit.record(actor=actor, action=act, obj=case, plan=plan.pk, **detail)


@transaction.atomic
def edit_plan(
    *, actor: User | None, plan: Plan, check_dates: Sequence[dt.date] = (),
    version: int | None = None, **fields: str,
) -> Plan:  # fmt: skip
    """Goal and the other words of a running plan; the former ones stay in the history."""
    words, days = _check_fields(fields), _check_days(check_dates)
    case, plan = _locked(plan, actor, version)
    for name, value in words.items():
        setattr(plan, name, value)
    plan.check_dates = days
    plan.save(update_fields=[*words, "check_dates"])
    _changed(actor, case, plan, "edit_plan")
    return plan


@transaction.atomic
def add_step(
    *, actor: User | None, plan: Plan, step: StepDraft, seat_owner: bool = False
) -> PlanStep:
    """One more step of a running plan."""
    _check_draft(step)
    lock_people([step.owner.pk])
    case, plan = _locked(plan, actor, None)
    last = plan.steps.order_by("-order").values_list("order", flat=True).first() or 0
    if plan.steps.filter(dropped_on=None).count() >= MOST_STEPS:
        raise DomainError(_("A plan has at most %(n)s steps.") % {"n": MOST_STEPS})
    if seat_owner:
        seat_for_work(actor, case, step.owner)
    made = _add(actor, case, plan, step, min(last + 10, 30_000))
    _changed(actor, case, plan, "add_step", step=made.pk, owner=step.owner.pk)
    return made


@transaction.atomic
def change_step(
    *, actor: User | None, step: PlanStep, draft: StepDraft, reason: str = "",
    seat_owner: bool = False,
) -> PlanStep:  # fmt: skip
    """Words, owner, last day or number of an open step; its task follows. A later day needs a
    reason. What was counted until now is kept."""
    lock_people([draft.owner.pk])
    case, plan = _locked(step.plan, actor, None)
    kept: PlanStep = PlanStep.objects.select_for_update().get(pk=step.pk)
    if not kept.is_open:
        raise DomainError(_("This step is done or dropped already."))
    if draft.due_on != kept.due_on:
        check_day(draft.due_on)
    if draft.wanted <= kept.done:
        raise DomainError(_("It was done %(n)s times already. Close it.") % {"n": kept.done})
    if not draft.text.strip():
        raise DomainError(_("Write what the step is."))
    if seat_owner:
        seat_for_work(actor, case, draft.owner)
    before = {"owner": kept.owner_id, "due_on": kept.due_on, "wanted": kept.wanted}
    if kept.counting != draft.counting:
        kept.done_before, kept.since = kept.done, timezone.now()
    kept.text, kept.wanted = " ".join(draft.text.split())[:200], draft.wanted
    kept.counting = draft.counting
    kept.save(update_fields=["text", "wanted", "counting", "done_before", "since"])
    _follow_in_task(actor, case, kept, draft, reason)
    _changed(actor, case, plan, "change_step", step=kept.pk, before=before, owner=draft.owner.pk)
    kept.refresh_from_db()
    return kept


def _follow_in_task(
    actor: User | None, case: Case, step: PlanStep, draft: StepDraft, reason: str
) -> None:
    """The task of the step takes the new owner and day; both reach the step again through it."""
    task = task_of(step)
    if task is None:
        # A step older than the inbox, or one that nobody had: it becomes a promise now.
        check_person(draft.owner, SOURCE, step.pk)
        step.owner, step.due_on = draft.owner, draft.due_on
        step.save(update_fields=["owner", "due_on"])
        promise(actor, step, case)
        return
    if task.owner_id != draft.owner.pk:
        task = task_acts.reassign_task(
            actor=actor, task=task, owner=draft.owner, reason=reason, is_asked=True
        )
    if draft.due_on > task.due_on:
        task_acts.postpone_task(
            actor=actor, task=task, due_on=draft.due_on, reason=reason, is_asked=True
        )
    elif draft.due_on < task.due_on:
        task.due_on, task.version = draft.due_on, task.version + 1
        task.save(update_fields=["due_on", "version"])
        PlanStep.objects.filter(pk=step.pk).update(due_on=draft.due_on)


@transaction.atomic
def drop_step(*, actor: User | None, step: PlanStep, reason: str) -> PlanStep:
    """The step is not to be done any more; it stays in the history with its reason."""
    words = reason.strip()[:300]
    if len(words) < 2:
        raise DomainError(_("Say why it is dropped."))
    case, plan = _locked(step.plan, actor, None)
    kept: PlanStep = PlanStep.objects.select_for_update().get(pk=step.pk)
    if not kept.is_open:
        raise DomainError(_("This step is done or dropped already."))
    kept.dropped_on, kept.drop_reason = timezone.localdate(), words
    kept.save(update_fields=["dropped_on", "drop_reason"])
    task = task_of(kept)
    if task is not None and task.is_open:
        task_acts.drop_task(actor=actor, task=task, reason=words, is_asked=True)
    _changed(actor, case, plan, "drop_step", step=kept.pk)
    return kept
