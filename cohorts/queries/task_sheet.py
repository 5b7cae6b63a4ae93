"""The page of one task: its facts, its life, and what this reader may do with it."""

from typing import Any

from django.utils.translation import gettext as _

from cohorts.enums import TaskState
from cohorts.models import OWN, Task
from cohorts.queries.tasks import gap, state_markup, titles
from cohorts.task_sources import source_of
from portal.core.access import actions_on
from portal.core.ui.dates import due_words, format_day


def task_rights(user: Any, task: Task) -> set[str]:
    """Acts of ``cohorts.domain.task_acts`` that ``user`` may do with the task as it stands."""
    held = actions_on(Task, user, task.pk, ("do_task", "direct_task"))
    if task.state == TaskState.REPORTED:
        is_verifier = task.verifier_id == user.pk and task.done_by_id != user.pk
        return {"accept", "return"} if is_verifier else set()
    if not task.is_open:
        return set()
    found = set()
    if "do_task" in held:
        found |= {"postpone"}
        if task.owner_id is None:
            found |= {"take", "reassign"}
        if not source_of(task.source).how_to_close:
            found |= {"complete"}
    if "direct_task" in held:
        found |= {"postpone", "reassign", "drop"}
    return found


def task_sheet(user: Any, task: Task) -> dict[str, Any]:
    """Everything the page shows."""
    about = titles(user, [(task.pk, task.source, task.source_id, task.text)])[task.pk]
    words, tone = due_words(task.due_on) if task.is_open else ("", "")
    is_gap = task.is_open and Task.objects.filter(gap(), pk=task.pk).exists()
    people = Task.objects.filter(pk=task.pk).values_list(
        "owner__name", "given_by__name", "verifier__name", "done_by__name", "unit__name"
    )[0]
    owner, giver, verifier, doer, unit = people
    due = format_day(task.due_on, "weekday")
    facts: list[dict[str, Any]] = [
        {"label": _("Due"), "value": f"{due} · {words}" if words else due, "tone": tone},
        {"label": _("Owner"), "value": owner or (_("to be taken on") if unit else _("nobody")),
         "tone": "late" if is_gap else ""},
        {"label": _("Unit"), "value": unit or "—"},
        {"label": _("Given by"), "value": " · ".join([giver or _("system"), format_day(task.given_at)])},
    ]  # fmt: skip
    if task.first_due_on != task.due_on:
        facts.append({"label": _("First due"), "value": format_day(task.first_due_on)})
    if verifier:
        facts.append({"label": _("Checked by"), "value": verifier})
    if doer:
        facts.append({"label": _("Done by"), "value": f"{doer} · {format_day(task.done_at)}"})
    return {
        "task": task,
        "about": about,
        "source": "" if task.source == OWN else str(source_of(task.source).label),
        "how_to_close": source_of(task.source).how_to_close if task.is_open else "",
        "state": state_markup(task.state, task.done_at, tone),
        "is_gap": is_gap,
        "facts": [{"strong": False, "tone": "", **fact} for fact in facts],
        "rights": task_rights(user, task),
        "life": _life(task),
    }


def _life(task: Task) -> list[dict[str, Any]]:
    rows = task.notes.select_related("by", "owner_before", "owner_after").order_by("-at", "-pk")
    shown = []
    for note in rows[:100]:
        change = ""
        if note.due_after is not None:
            change = f"{format_day(note.due_before)} → {format_day(note.due_after)}"
        elif note.owner_before or note.owner_after:
            before = note.owner_before.name if note.owner_before else "—"
            change = f"{before} → {note.owner_after.name if note.owner_after else '—'}"
        shown.append(
            {
                "icon": "history", "kind": note.get_act_display(), "tick": False, "url": "",
                "meta": " · ".join(
                    one for one in (note.by.name if note.by else _("system"), change) if one
                ),
                "time": format_day(note.at, "time"), "text": note.reason,
            }
        )  # fmt: skip
    return shown
