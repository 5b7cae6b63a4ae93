"""What the page of a plan shows, and what a plan proposes."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.enums import Helper
from casework.models import Case, LedgerEntry, Plan, PlanStep, PlanTemplate
from casework.queries.case_page import step_state
from casework.queries.circle import by_helper, circle
from casework.queries.people import people_near
from cohorts.models import Task
from portal.core.ui.dates import due_words, format_day

_MOST_CHECKS = 6


def template_for(case: Case) -> PlanTemplate | None:
    """The template of the highest open entry: its category, or the one that it is part of."""
    entry = (
        LedgerEntry.objects.filter(case=case, left_at=None)
        .select_related("category")
        .order_by("level__rank", "category__order")
        .first()
    )
    if entry is None:
        return None
    rows = PlanTemplate.objects.filter(is_used=True, level_id=case.level_id)
    own: PlanTemplate | None = rows.filter(category=entry.category_id).first()
    return own or rows.filter(category=entry.category.parent_id).first()


def templates_for(case: Case) -> "QuerySet[PlanTemplate]":
    """Every template of the level of the case, to choose another one."""
    rows: QuerySet[PlanTemplate] = PlanTemplate.objects.filter(is_used=True, level=case.level_id)
    return rows.select_related("category", "level")


def proposal(case: Case, template: PlanTemplate | None) -> dict[str, Any]:
    """What the form of a new plan begins with: words, check dates, steps with proposed owners."""
    today = timezone.localdate()
    if template is None:
        return {"fields": {"goal": "", "check_dates": ""}, "steps": []}
    people = by_helper(case, circle(case))
    fallback = people.get(str(Helper.RESPONSIBLE), "")
    every = max(1, template.check_every_days)
    last = max((step.due_after_days for step in template.steps.all()), default=every)
    checks = [today + dt.timedelta(days=every * n) for n in range(1, _MOST_CHECKS + 1)]
    names = ("goal", "causes", "family_agreement", "resources", "exit_condition")
    return {
        "fields": {name: getattr(template, name) for name in names} | {
            "check_dates": "，".join(
                day.isoformat() for n, day in enumerate(checks) if n == 0 or every * (n + 1) <= last
            )
        },
        "steps": [
            {"text": step.text, "owner": str(people.get(step.helper, fallback)),
             "due_on": today + dt.timedelta(days=step.due_after_days), "wanted": step.wanted,
             "counting": step.counting}
            for step in template.steps.all()
        ],
    }  # fmt: skip


def choosable(case: Case) -> list[tuple[int, str]]:
    """(pk, "name · part") of whom a step can be given to: the circle first, then everybody near."""
    labels = dict(Helper.choices)
    found: dict[int, str] = {}
    for one in circle(case):
        found.setdefault(one.person_id, f"{one.name} · {labels[one.helper]}")
    for pk, words in people_near(case):
        found.setdefault(pk, words)
    if case.owner_id is not None and case.owner_id not in found and case.owner is not None:
        found[case.owner_id] = f"{case.owner.name} · {labels[Helper.RESPONSIBLE]}"
    return list(found.items())


def plan_of(case: Case) -> Plan | None:
    found: Plan | None = (
        Plan.objects.filter(case=case).select_related("template__category", "made_by").first()
    )
    return found


def plan_page(case: Case, plan: Plan) -> dict[str, Any]:
    """Steps with owners, progress, tasks and gaps; the words of the plan; the next check."""
    steps = list(PlanStep.objects.filter(plan=plan).select_related("owner").order_by("order", "pk"))
    ids = [step.pk for step in steps]
    tasks = dict(
        Task.objects.filter(source="plan_step", source_id__in=ids).values_list("source_id", "pk")
    )
    near = {pk for pk, _words in people_near(case)}
    rows = [_row(step, tasks.get(step.pk), near) for step in steps if step.dropped_on is None]
    today = timezone.localdate()
    upcoming = next((day for day in plan.check_dates if day >= today), None)
    words, tone = due_words(upcoming) if upcoming else ("", "")
    facts = [
        (_("goal"), plan.goal), (_("causes"), plan.causes),
        (_("agreement with the family"), plan.family_agreement), (_("resources"), plan.resources),
        (_("exit condition"), plan.exit_condition),
    ]  # fmt: skip
    return {
        "steps": rows,
        "done": sum(1 for row in rows if row["is_done"]),
        "gaps": sum(1 for row in rows if row["is_gap"]),
        "dropped": [step for step in steps if step.dropped_on is not None],
        "facts": [{"label": label, "value": text or "—", "strong": False, "tone": ""}
                  for label, text in facts],
        "checks": "、".join(format_day(day) for day in plan.check_dates) or "—",
        "next_check": f"{format_day(upcoming)} · {words}" if upcoming else "",
        "check_tone": tone,
    }  # fmt: skip


def _row(step: PlanStep, task: int | None, near: set[int]) -> dict[str, Any]:
    today = timezone.localdate()
    is_done = step.done_on is not None or step.done >= step.wanted
    is_gap = not is_done and (step.owner_id is None or step.owner_id not in near)
    return {
        "pk": step.pk, "text": step.text, "task": task, "is_done": is_done, "is_gap": is_gap,
        "owner": step.owner.name if step.owner else _("nobody"),
        "due": format_day(step.due_on, today=today), "done": step.done, "total": step.wanted,
        "counting": step.get_counting_display() if step.counting else "",
        **step_state(step.due_on, step.wanted, step.done, step.done_on, today),
    }  # fmt: skip
