"""Tasks that wait for a person: for digests and calendars (portal.core.dues)."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models import Task
from cohorts.queries.tasks import MINE, UNITS, box_rows, in_state
from cohorts.task_sources import source_of
from portal.core.dues import Due, Entry, register_dated, register_due


def _in(box: str, state: str) -> Any:
    return lambda user: box_rows(user, box).filter(in_state(state)).count()


def _at(box: str, state: str) -> Any:
    return lambda _user: f"/tasks/?box={box}&state={state}"


def _owners() -> set[int]:
    """Everybody who has promised something for today or before."""
    rows = Task.objects.filter(
        done_at=None, dropped_at=None, owner__isnull=False, due_on__lte=timezone.localdate()
    )
    return set(rows.order_by().values_list("owner_id", flat=True).distinct())


register_due(
    Due("tasks_late", 40,
        lambda n: ngettext("%(n)s task is overdue", "%(n)s tasks are overdue", n) % {"n": n},
        _in(MINE, "late"), _owners, _at(MINE, "late")),
    Due("tasks_today", 41,
        lambda n: ngettext("%(n)s task is due today", "%(n)s tasks are due today", n) % {"n": n},
        _in(MINE, "today"), _owners, _at(MINE, "today")),
    Due("tasks_of_units_late", 40,
        lambda n: ngettext("%(n)s task of your units is overdue",
                           "%(n)s tasks of your units are overdue", n) % {"n": n},
        _in(UNITS, "late"), None, _at(UNITS, "late"), is_brief=True),
)  # fmt: skip


def _dated(user: Any, first: dt.date, last: dt.date) -> Iterator[Entry]:
    """Own open tasks by their last day. What they are about stays in the portal."""
    rows = box_rows(user, MINE).filter(in_state("open"), due_on__range=(first, last))
    for pk, source, due_on in rows.order_by("pk").values_list("pk", "source", "due_on"):
        title = _("Task due: %(kind)s") % {"kind": source_of(source).label}
        yield Entry(f"task-{pk}", title, due_on, f"/tasks/{pk}/")


register_dated("tasks", _dated)
