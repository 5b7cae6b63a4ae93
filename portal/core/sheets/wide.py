"""Sheets with one column per subject: a few known columns, and further ones told by their heading."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from .cells import as_text
from .columns import Column
from .header import SEARCH_ROWS, Header, find_header
from .sources import Row, sheets


@dataclass(frozen=True)
class WideSheet:
    """``above``: texts of the lines over the header; ``places`` the known columns; ``others``
    (place, heading) of the further ones; ``rows`` everything below the header."""

    above: list[str]
    places: dict[str, int]
    headings: dict[str, str]
    others: list[tuple[int, str]]
    rows: list[Row]
    sha256: str


def read_wide(
    content: bytes, columns: Sequence[Column], on_rows: Callable[[int], None]
) -> WideSheet | None:
    """The first sheet whose header has all required columns and at least one further one; None
    where there is none. Raises SheetError for a file that cannot be read at all."""
    for _title, source in sheets(content):
        head = list(islice(source, SEARCH_ROWS + 2))
        header = find_header(head, columns)
        if header is None or any(c.is_required and c.code not in header.places for c in columns):
            continue
        cells = next(row[1] for row in head if row[0] == header.last_row)
        others = _others(cells, header)
        if not others:
            continue
        rows = [row for row in head if row[0] > header.last_row]
        for row in source:
            rows.append(row)
            if len(rows) % 5_000 == 0:
                on_rows(len(rows))
        lines = [row[1] for row in head if row[0] < header.last_row]
        above = [text for line in lines for cell in line if (text := _text(cell))]
        mark = hashlib.sha256(content).hexdigest()
        return WideSheet(above, header.places, header.headings, others, rows, mark)
    return None


def _others(cells: Sequence[Any], header: Header) -> list[tuple[int, str]]:
    taken = {*header.places.values(), header.ordinal}
    return [(n, text) for n, cell in enumerate(cells) if n not in taken and (text := _text(cell))]


def _text(cell: Any) -> str:
    found = as_text(cell)
    return found if type(found) is str else ""
