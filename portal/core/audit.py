"""Writing the audit trail: called inside the transaction of the act it records."""

from typing import Any

from django.db import models

from portal.core.models import AuditEntry, User
from portal.core.scope import current_ip


def record(*, actor: User | None, action: str, obj: models.Model, **detail: Any) -> AuditEntry:
    """Append one row. ``actor`` None means the system itself (commands, nightly work).

    ``detail`` takes facts (ids, dates, codes, counts): never the text of a confidential note.
    """
    return AuditEntry.objects.create(
        actor=actor,
        action=action,
        object_type=obj._meta.model_name or "",
        object_id=str(obj.pk),
        detail=detail,
        ip=current_ip(),
    )


def record_many(
    *, actor: User | None, action: str, model: type[models.Model], ids: list[Any], **detail: Any
) -> None:
    """One row that names a set of records, for bulk work."""
    AuditEntry.objects.create(
        actor=actor,
        action=action,
        object_type=model._meta.model_name or "",
        object_id="",
        detail={**detail, "ids": ids, "count": len(ids)},
        ip=current_ip(),
    )
