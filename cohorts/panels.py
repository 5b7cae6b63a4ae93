"""What the organisation hands to the frame."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cohorts.access import held_units, reached_unit_ids
from cohorts.export_kinds import export_kinds
from cohorts.models import Task
from cohorts.queries import dues  # noqa: F401 # lines of digests, days of calendars
from cohorts.queries.exports import count_to_approve
from cohorts.queries.tasks import open_count
from cohorts.task_access import task_unit_ids
from portal.core.registry import NavItem, register_nav


def _has_tasks(user: Any) -> bool:
    """Whoever directs or does a unit's tasks, and anybody to whom one was given."""
    if task_unit_ids(user, "see_task"):
        return True
    return bool(Task.objects.restrict(user, "see_task", owner_id=user.pk).exists())


def _exports(user: Any) -> bool:
    """Whoever may ask for a file of some kind, or approve one."""
    actions = ("approve_export", *(kind.action for kind in export_kinds()))
    return any(held_units(user, action) for action in actions)


register_nav(
    NavItem(
        "tasks", _("Working together"), _("Tasks"), "cohorts:tasks", "task", 320, _has_tasks,
        open_count,
    ),
    NavItem(
        "posts", _("Office"), _("Posts"), "cohorts:posts", "user", 905,
        lambda user: bool(reached_unit_ids(user, ("see_unit", "appoint", "grant_roles"))),
    ),
    NavItem(
        "exports", _("Office"), _("Exports"), "cohorts:exports", "download", 910, _exports,
        lambda user: count_to_approve(user) or None,
    ),
)  # fmt: skip
