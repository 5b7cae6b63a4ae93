"""What the organisation hands to the frame."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cohorts.access import reached_unit_ids
from cohorts.models import Task
from cohorts.queries import dues  # noqa: F401 # lines of digests, days of calendars
from cohorts.queries.tasks import open_count
from cohorts.task_access import task_unit_ids
from portal.core.registry import NavItem, register_nav


def _has_tasks(user: Any) -> bool:
    """Whoever directs or does a unit's tasks, and anybody to whom one was given."""
    if task_unit_ids(user, "see_task"):
        return True
    return bool(Task.objects.restrict(user, "see_task", owner_id=user.pk).exists())


register_nav(
    NavItem(
        "tasks", _("Working together"), _("Tasks"), "cohorts:tasks", "task", 320, _has_tasks,
        open_count,
    ),
    NavItem(
        "posts", _("Office"), _("Posts"), "cohorts:posts", "user", 905,
        lambda user: bool(reached_unit_ids(user, ("see_unit", "appoint", "grant_roles"))),
    )
)  # fmt: skip
