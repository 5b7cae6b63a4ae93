"""Rows into temporary tables by COPY: the fastest way into PostgreSQL."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


def stage(table: str, columns: Sequence[tuple[str, str]], values: Sequence[Sequence[str]]) -> None:
    """Create the temporary ``table`` and fill it, column by column.

    ``columns`` are (name, type); ``values`` one sequence of text per column, "" meaning NULL;
    a column without any text is not sent at all.
    Text must be free of tabs and line ends, which every cell reader guarantees. The table goes
    with the transaction. Names come from code, never from a file.
    """
    filled = [place for place, column in enumerate(values) if place < 2 or any(column)]
    names = ", ".join(columns[place][0] for place in filled)
    values = [values[place] for place in filled]
    body = ", ".join(f"{name} {kind}" for name, kind in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ({body}) ON COMMIT DROP")
        _copy(
            cursor, f"COPY {table} ({names}) FROM STDIN WITH (NULL '')", zip(*values, strict=True)
        )
        # The joins go by the first columns; the planner needs to know no others.
        known = ", ".join(name for name, _type in columns[:2])
        cursor.execute(f"ANALYZE {table} ({known})")


def _copy(cursor: Any, statement: str, rows: Iterable[Sequence[str]]) -> None:
    text = "\n".join(map("\t".join, rows))
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    cursor.copy_expert(statement, io.StringIO(text))


def run_sql(statement: str, params: Sequence[Any] | dict[str, Any] | None = None) -> int:
    """Run one set-based statement; returns the rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def rows_of(
    statement: str, params: Sequence[Any] | dict[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


def drop_staged() -> None:
    """Remove the temporary tables of an import that was written; the next one in the same
    transaction makes its own."""
    found = rows_of(
        "SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()"
        " AND relkind = 'r' AND relname LIKE %s",
        ["import\\_%"],
    )
    if found:
        run_sql("DROP TABLE " + ", ".join(name for (name,) in found))
