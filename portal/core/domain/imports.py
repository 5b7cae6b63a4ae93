"""Importing a file: read, check every row, compare, and write all of it or nothing.

Each kind of import is one ``ImportKind``. The page and the command share ``check`` and
``apply_upload``: both read the bytes once, and both write in one transaction. Apps register
their kinds in ``domain/imports.py``.
"""

import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import connection, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.domain.jobs import Progress
from portal.core.domain.staging import drop_staged
from portal.core.errors import StaleError
from portal.core.models import Upload, User
from portal.core.scope import forget_reach
from portal.core.sheets import Column, RowFault, Table, read_table

# Imports of one kind queue up here, so a difference cannot change between check and write.
_LOCK_SPACE = 814_003
SHOWN_CHANGES = 50
SHOWN_FAULTS = 200


@dataclass(frozen=True)
class Change:
    """One line of the preview: ``key`` and ``name`` say whose, then old and new value."""

    row: int
    key: str
    name: str
    label: str
    old: str
    new: str

    def as_list(self) -> list[Any]:
        return [self.row, self.key, self.name, self.label, self.old, self.new]


@dataclass
class Diff:
    """What a file would change. ``counts`` has new, changed, unchanged, moved; ``fingerprint``
    stands for the state of the database that the comparison was made on."""

    counts: dict[str, int]
    changes: list[Change] = field(default_factory=list)
    moves: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    fingerprint: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(count for code, count in self.counts.items() if code != "unchanged")


@dataclass
class Context:
    """Who imports, from when dated changes count, and what may be created on the way."""

    actor: User | None
    since: dt.date = field(default_factory=timezone.localdate)
    can_create: bool = False
    progress: Progress = lambda step, done, total: None


class Work(Protocol):
    """One import under way, inside the caller's transaction."""

    def compare(self) -> Diff:
        """Check every row and compare with the database; writes temporary tables only."""

    def write(self) -> dict[str, int]:
        """Write the difference; returns counts of rows touched."""


@dataclass(frozen=True)
class ImportKind:
    """A kind of file: its columns, the action it needs, and the work it starts.

    ``read`` takes the place of the plain reader where a file may have another shape;
    ``max_rows`` that of the general limit. ``is_dated``: what it changes begins on a day that
    whoever sends the file may name.
    """

    code: str
    action: str
    title: "str | Promise"
    description: "str | Promise"
    columns: tuple[Column, ...]
    begin: Callable[[Context, Table], Work]
    order: int = 100
    read: "Callable[[bytes, Callable[[int], None]], Table] | None" = None
    max_rows: int | None = None
    is_dated: bool = False

    @property
    def audit_action(self) -> str:
        return f"import_{self.code}"


_kinds: dict[str, ImportKind] = {}


def register_import(kind: ImportKind) -> None:
    _kinds[kind.code] = kind


def import_kinds() -> list[ImportKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.order)


def import_kind(code: str) -> ImportKind | None:
    return _kinds.get(code)


@dataclass
class Result:
    """What became of a file: faults (nothing written), or the difference and what was touched."""

    table: Table
    diff: Diff
    touched: dict[str, int] = field(default_factory=dict)

    @property
    def faults(self) -> list[RowFault]:
        return sorted(self.table.faults + self.diff.faults, key=lambda fault: fault.row)


def run_import(
    kind: ImportKind,
    content: bytes,
    context: Context,
    *,
    is_dry: bool = False,
    expected: str = "",
    name: str = "",
) -> Result:
    """Read and compare; without faults and unless ``is_dry``, write everything at once.

    ``expected`` is the fingerprint a person has seen and agreed to: StaleError when the
    difference is another by now. SheetError and DomainError leave the database as it was.
    """
    context.progress(_("Reading the file"), 0, 0)

    def on_rows(done: int) -> None:
        context.progress(_("Reading the file"), done, 0)

    with _collector_at_rest():
        if kind.read is not None:
            table = kind.read(content, on_rows)
        else:
            table = read_table(content, kind.columns, max_rows=kind.max_rows, on_rows=on_rows)
        return import_table(kind, table, context, is_dry=is_dry, expected=expected, name=name)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """A file becomes up to some millions of cells, which stay until its end. The collector of
    cycles would go through them again and again and find nothing."""
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            gc.enable()


def import_table(
    kind: ImportKind,
    table: Table,
    context: Context,
    *,
    is_dry: bool = False,
    expected: str = "",
    name: str = "",
) -> Result:
    """The part of ``run_import`` after reading; for callers that hold the table already."""
    total = len(table)
    with transaction.atomic():
        if not is_dry:
            _queue_up(kind)
        context.progress(_("Comparing with the records"), 0, total)
        work = kind.begin(context, table)
        diff = work.compare()
        result = Result(table, diff)
        if is_dry or result.faults:
            transaction.set_rollback(True)
            return result
        if expected and diff.fingerprint != expected:
            raise StaleError(
                _(
                    "Records changed since this preview was made. Nothing was written: upload the file again and look at the new preview."
                )
            )
        if not diff.is_empty:
            context.progress(_("Writing %(n)s rows") % {"n": total}, total // 2, total)
            result.touched = work.write()
            _record(kind, result, context, name)
            forget_reach()
        drop_staged()
        context.progress(_("Finishing"), total, total)
    return result


def _queue_up(kind: ImportKind) -> None:
    number = sum(ord(letter) << index for index, letter in enumerate(kind.code))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, number])


def _record(kind: ImportKind, result: Result, context: Context, name: str) -> None:
    audit.record_many(
        actor=context.actor,
        action=kind.audit_action,
        model=Upload,
        ids=[],
        file=name,
        sha256=result.table.sha256,
        rows=len(result.table),
        counts=result.diff.counts,
        touched=result.touched,
        since=context.since.isoformat(),
    )


def summary(result: Result) -> dict[str, Any]:
    """The part of a result that the job row keeps for its page."""
    diff, faults = result.diff, result.faults
    return {
        "rows": len(result.table),
        "counts": diff.counts,
        "touched": result.touched,
        "changes": [change.as_list() for change in diff.changes[:SHOWN_CHANGES]],
        "moves": [change.as_list() for change in diff.moves[:SHOWN_CHANGES]],
        "notes": [*result.table.notes, *diff.notes],
        "faults": [fault.as_list() for fault in faults[:SHOWN_FAULTS]],
        "fault_count": len(faults),
        "fingerprint": diff.fingerprint,
    }
