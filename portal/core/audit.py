"""Writing the audit trail: called inside the transaction of the act it records.

One statement a row and nothing else: chaining the rows is the sealer's work (docs/audit.md), so
that writers never wait for each other.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils import timezone

from portal.core.models import User
from portal.core.prepared import prepared
from portal.core.scope import current_ip

_COLUMNS = ("at", "actor_id", "action", "object_type", "object_id", "detail", "ip")
_HEAD = f"INSERT INTO core_auditentry ({', '.join(_COLUMNS)}) VALUES "
_INSERT = prepared(f"{_HEAD} ({', '.join(f'%({name})s' for name in _COLUMNS)})")


def record(*, actor: User | None, action: str, obj: models.Model, **detail: Any) -> None:
    """Append one row. ``actor`` None means the system itself (commands, nightly work).

    ``detail`` takes facts (ids, dates, codes, counts): never the text of a confidential note.
    """
    _append(actor, action, obj._meta.model_name or "", str(obj.pk), detail)


def record_many(
    *, actor: User | None, action: str, model: type[models.Model], ids: list[Any], **detail: Any
) -> None:
    """One row that names a set of records, for bulk work."""
    _append(actor, action, model._meta.model_name or "", "", {
        **detail, "ids": ids, "count": len(ids)})  # fmt: skip


def record_reads(looks: Sequence[tuple[User, str, models.Model, dict[str, Any]]]) -> None:
    """One row for each (who, act, record, detail), in one statement."""
    rows = [
        _row(actor, action, obj._meta.model_name or "", str(obj.pk), detail)
        for actor, action, obj, detail in looks
    ]
    places = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(_HEAD + places, [value for row in rows for value in row])


def _append(actor: User | None, action: str, kind: str, key: str, detail: dict[str, Any]) -> None:
    # A request's user may be wrapped and lazy; a mapper would take longer than the statement.
    with connection.cursor() as cursor:
        row = _row(actor, action, kind, key, detail)
        cursor.execute(_INSERT, dict(zip(_COLUMNS, row, strict=True)))


def _row(actor: User | None, action: str, kind: str, key: str, detail: dict[str, Any]) -> list[Any]:
    # Whoever looks through another account did it, not the account that is looked at.
    behind = actor.supporter if actor is not None else None
    if actor is not None and behind is not None:
        actor, detail = behind, {**detail, "seen_as": actor.pk}
    return [
        timezone.now(), actor.pk if actor else None, action, kind, key,
        json.dumps(detail, cls=DjangoJSONEncoder, ensure_ascii=False), current_ip(),
    ]  # fmt: skip
