"""The morning's line in the bell about one's own tasks."""

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Task
from portal.core.models import Notification


def remind_task_owners() -> int:
    """One notice per owner and day: how many tasks are due today and how many are overdue.

    Two statements for any number of owners; says nothing of what they are about. Running again on
    the same day adds nothing. Returns the notices written.
    """
    today = timezone.localdate()
    key = f"tasks-due-{today.isoformat()}"
    rows = (
        Task.objects.filter(
            done_at=None, dropped_at=None, due_on__lte=today, owner__is_active=True
        )
        .exclude(owner__expires_on__lt=today)
        .exclude(owner__notifications__key=key)
        .order_by().values("owner")
        .annotate(late=Count("pk", filter=Q(due_on__lt=today)), now=Count("pk", filter=Q(due_on=today)))
    )  # fmt: skip
    notices = [
        Notification(
            user_id=row["owner"], key=key,
            url=f"/tasks/?state={'late' if row['late'] else 'today'}",
            text=_("Tasks: %(now)s due today, %(late)s overdue") % row,
        )
        for row in rows
    ]  # fmt: skip
    Notification.objects.bulk_create(notices, ignore_conflicts=True, batch_size=1000)
    return len(notices)
