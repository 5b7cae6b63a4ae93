"""Bulk loading by COPY, without the row-by-row history triggers."""

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def cell(value: Any) -> str:
    """One value in COPY's text format."""
    if value is None:
        return r"\N"
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, bytes):
        return r"\\x" + value.hex()
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    return str(value)


def line(row: Sequence[Any]) -> str:
    return "\t".join(map(cell, row)) + "\n"


class _Stream(io.TextIOBase):
    """Lines of a generator as a file that COPY reads piece by piece."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._rest = ""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> str:
        parts, length = [self._rest], len(self._rest)
        while size is None or size < 0 or length < size:
            piece = next(self._lines, "")
            if not piece:
                break
            parts.append(piece)
            length += len(piece)
        text = "".join(parts)
        cut = len(text) if size is None or size < 0 else size
        self._rest = text[cut:]
        return text[:cut]


def first_id(model: type[Model]) -> int:
    """The lowest free number of a table; bulk rows bring their own numbers."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT coalesce(max(id), 0) + 1 FROM "{table}"')
        return int(cursor.fetchone()[0])


def copy_lines(table: str, columns: Sequence[str], lines: Iterable[str]) -> None:
    """Load rows that are already in COPY's text format."""
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', _Stream(iter(lines)))


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    copy_lines(table, columns, map(line, rows))


_KEY_TRIGGERS = r"""
    SELECT tgname FROM pg_trigger WHERE tgrelid = quote_ident(%s)::regclass
       AND NOT tgisinternal AND tgname LIKE 'keys\_%%'
"""


@contextmanager
def bulk_load(models: Iterable[type[Model]]) -> Iterator[None]:
    """One transaction in which the history triggers of ``models`` are off.

    Foreign keys are still checked, table by table, and so are keys that triggers check
    (``keys_…``). Either everything arrives or nothing.
    """
    tables = [model._meta.db_table for model in models]
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Checks left for the commit would keep the triggers from being switched on again.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
                cursor.execute(_KEY_TRIGGERS, [table])
                for (name,) in cursor.fetchall():
                    cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER "{name}"')
        yield
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def write_history(models: Iterable[type[Model]]) -> None:
    """Give every loaded row its first version, as the triggers would have done."""
    by_model = {
        event.pgh_tracked_model: event  # type: ignore[attr-defined]
        for event in apps.get_models()
        if getattr(event, "pgh_tracked_model", None)
    }
    with connection.cursor() as cursor:
        for model in models:
            event = by_model.get(model)
            if event is None or not any(t.label == "insert" for t in event.pgh_trackers):
                continue  # keeps former rows of corrections only
            columns = [
                field.column
                for field in event._meta.concrete_fields
                if not field.name.startswith("pgh_") and not field.generated
            ]
            names = ", ".join(f'"{name}"' for name in columns)
            key = model._meta.pk.column
            cursor.execute(
                f'INSERT INTO "{event._meta.db_table}" '
                f"({names}, pgh_created_at, pgh_label, pgh_obj_id) "
                f'SELECT {names}, now(), %s, "{key}" FROM "{model._meta.db_table}" m WHERE NOT '
                f'EXISTS (SELECT 1 FROM "{event._meta.db_table}" e WHERE e.pgh_obj_id = m."{key}")',
                ["insert"],
            )


def move_sequences(models: Iterable[type[Model]]) -> None:
    """Let the tables go on numbering after the rows that brought their own numbers."""
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [f'"{table}"'])
            (sequence,) = cursor.fetchone()
            if sequence:
                cursor.execute(
                    f'SELECT setval(%s, (SELECT coalesce(max(id), 1) FROM "{table}"))', [sequence]
                )


def analyse(models: Iterable[type[Model]]) -> None:
    """Fresh statistics; outside a transaction also the visibility map for index-only scans."""
    verb = "ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)"
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f'{verb} "{model._meta.db_table}"')
