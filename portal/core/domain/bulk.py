"""The same act on many records: tried first and taken back, then done; refusals one by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from portal.core.errors import DomainError

MOST = 300


class _Tried(Exception):
    """Ends a trial run: everything it wrote is taken back."""


@dataclass
class BulkOutcome:
    """Keys of the records that went through, and why the others did not."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


def each(rows: Sequence[Any], act: Callable[[Any], object], is_trial: bool) -> BulkOutcome:
    """``act`` on each row, in the order of the keys; with ``is_trial`` nothing stays written."""
    outcome = BulkOutcome()
    try:
        with transaction.atomic():
            for row in sorted(rows, key=lambda one: one.pk)[:MOST]:
                try:
                    with transaction.atomic():
                        act(row)
                except (DomainError, PermissionDenied) as error:
                    outcome.refused[row.pk] = str(error)
                else:
                    outcome.done.append(row.pk)
            if is_trial:
                raise _Tried
    except _Tried:
        pass
    return outcome
