"""Resolutions of meetings and the tasks that came of them."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.enums import TaskState
from cohorts.models import Task
from partybranch.domain.quotas import Light
from partybranch.enums import BRANCHES, ChangeState
from partybranch.models import BranchEvent, PartyOrganization, Reorganization
from partybranch.queries.life import healths

SOURCE = "resolution"


@dataclass(frozen=True)
class Given:
    """A task that came of a resolution: whose it is, until when, how it stands."""

    pk: int
    owner: str
    due_on: dt.date
    state_label: str


@dataclass
class ResolutionLine:
    """One resolution with the tasks that carry it out. ``number`` None: a task given beside the
    written resolutions."""

    text: str
    number: int | None
    tasks: list[Given] = field(default_factory=list)


def resolutions_of(event: BranchEvent) -> list[str]:
    return [" ".join(one.split()) for one in event.decisions.splitlines() if one.strip()]


def lines_of(event: BranchEvent) -> list[ResolutionLine]:
    """The resolutions of an event in their order, each with its tasks; one statement. Callers have
    asked for the right to the event."""
    lines = [ResolutionLine(text, n) for n, text in enumerate(resolutions_of(event), start=1)]
    by_text: dict[str, list[Given]] = defaultdict(list)
    rows = Task.objects.filter(source=SOURCE, source_id=event.pk).select_related("owner")
    for task in rows.order_by("due_on", "pk"):
        owner = task.owner.name if task.owner else ""
        by_text[task.text].append(
            Given(task.pk, owner, task.due_on, str(TaskState(task.state).label))
        )
    for line in lines:
        line.tasks = by_text.pop(line.text[:200], [])
    return lines + [ResolutionLine(text, None, tasks) for text, tasks in by_text.items()]


def first_agenda(branch: PartyOrganization) -> str:
    """What a meeting of secretaries begins with: what the last one left open, branches that are
    behind, applications that wait. One item on each line, to be corrected."""
    last = (
        BranchEvent.objects.filter(branch=branch, withdrawn_at=None).order_by("-on", "-pk").first()
    )
    items = []
    open_tasks = Task.objects.filter(
        source=SOURCE, source_id=last.pk, state__in=(TaskState.OPEN, TaskState.REPORTED)
    ).count() if last else 0  # fmt: skip
    items.append(ngettext("Resolutions of the last meeting: %(n)s open",
                          "Resolutions of the last meeting: %(n)s open", open_tasks)
                 % {"n": open_tasks})  # fmt: skip
    below = PartyOrganization.objects.filter(
        approving_committee_id=branch.pk, party_kind__in=BRANCHES, closed_on=None
    ) | PartyOrganization.objects.filter(
        above__ancestor_id=branch.pk, party_kind__in=BRANCHES, closed_on=None
    )  # fmt: skip
    rows = list(below.distinct().order_by("code"))
    lights = healths(rows)
    behind = [one.label for one in rows if lights[one.pk].light == Light.LATE]
    if behind:
        items.append(_("Branch life behind: %(names)s") % {"names": "、".join(behind[:8])})
    waiting = Reorganization.objects.filter(committee=branch, state=ChangeState.SENT).count()
    if waiting:
        items.append(_("Applications about branches: %(n)s") % {"n": waiting})
    items.append(_("Development of members and work of the month"))
    return "\n".join(items)
