"""Faults that checks find after reading: collected cell by cell, once each."""

from collections.abc import Sequence

from .columns import Column, RowFault
from .table import MAX_FAULTS, Table, shown_value


class Faults:
    """List of row faults of one table. The first reason for a cell counts: it comes from the
    nearest check."""

    def __init__(self, table: Table, columns: Sequence[Column]) -> None:
        self.table = table
        self.columns = {column.code: column for column in columns}
        self.found: list[RowFault] = []
        self._noted: set[tuple[int, str]] = set()

    def add(self, index: int, code: str, reason: str) -> None:
        """``index`` counts the rows of the table from 0; ``code`` names the column."""
        if len(self.found) >= MAX_FAULTS or (index, code) in self._noted:
            return
        self._noted.add((index, code))
        column = self.columns[code]
        heading = self.table.headings.get(code, column.heading)
        value = shown_value(column, self.table.column(code)[index])
        self.found.append(RowFault(self.table.numbers[index], heading, value, reason))

    def has(self, index: int, code: str) -> bool:
        return (index, code) in self._noted
