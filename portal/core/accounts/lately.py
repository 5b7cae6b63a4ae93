"""Who did what to an account lately: two steps that one person must not take both."""

import datetime as dt

from django.utils import timezone

from portal.core.models import AuditEntry, User

_DAYS = 7


def did_lately(actor: User, action: str, user: User) -> bool:
    """Whether ``actor`` did ``action`` to ``user`` within the last week, by the audit trail."""
    since = timezone.now() - dt.timedelta(days=_DAYS)
    rows = AuditEntry.objects.filter(actor=actor, action=action, at__gte=since)
    return rows.filter(object_type="user", object_id=str(user.pk)).exists()
