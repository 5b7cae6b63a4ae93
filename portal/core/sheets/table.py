"""From bytes to a table: one header, rows of data, cells read column by column."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from .cells import Fault
from .columns import Column, RowFault, heading_key
from .errors import SheetError
from .header import SEARCH_ROWS, Header, check_header, find_header
from .sources import Row, sheets

MAX_FAULTS = 2_000
_FOOT = re.compile(
    r"^(合\s*计|总\s*计|小\s*计|共\s*计|填表|填报|制表|审核|审批|负责人|经办|联系电话|联系人|说明|备注|注[:：])"
)
_FOOT_STARTS = frozenset("合总小共填制审负经联说备注")


@dataclass
class Table:
    """Columns of normalised text ("" is blank), the number of each row in the file, and every
    fault found while reading. ``places`` tells which columns the file has."""

    numbers: list[int]
    columns: dict[str, list[str]]
    headings: dict[str, str]
    faults: list[RowFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sha256: str = ""

    def __len__(self) -> int:
        return len(self.numbers)

    def column(self, code: str) -> list[str]:
        """The column, or blanks when the file does not have it."""
        found = self.columns.get(code)
        return found if found is not None else [""] * len(self.numbers)


class _Memo(dict[Any, Any]):
    """Reads each distinct raw value once: most columns repeat a few values."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        super().__init__()
        self.read = read
        self.is_faulty = False

    def __missing__(self, raw: Any) -> Any:
        value = self.read(raw)
        self.is_faulty = self.is_faulty or type(value) is Fault
        self[raw] = value
        return value


def read_table(
    content: bytes,
    columns: Sequence[Column],
    *,
    max_rows: int | None = None,
    on_rows: Callable[[int], None] | None = None,
) -> Table:
    """Read the one table of a file.

    Raises SheetError when the file as a whole cannot be taken (wrong type, broken, no or two
    headers, no rows, too many rows); faults of single cells are collected in the result.
    """
    limit = max_rows or settings.IMPORT_MAX_ROWS
    header, rows = _the_table(content, columns, limit, on_rows)
    rows = _data_rows(rows, header, columns)
    if not rows:
        raise SheetError(
            _("The table has a header but no rows. Fill in the rows and upload it again.")
        )
    if len(rows) > limit:
        raise _too_many(limit)
    table = _read_columns(rows, header, columns)
    table.sha256 = hashlib.sha256(content).hexdigest()
    if header.ignored:
        table.notes.append(
            _("Columns that are not used were left out: %(list)s.")
            % {"list": "、".join(header.ignored)}
        )
    return table


def _too_many(limit: int) -> SheetError:
    return SheetError(
        _("The table has more than %(limit)s rows. Split it into several files.") % {"limit": limit}
    )


def _the_table(
    content: bytes, columns: Sequence[Column], limit: int, on_rows: Callable[[int], None] | None
) -> tuple[Header, list[Row]]:
    """The one sheet that holds a table, read in full."""
    chosen: tuple[str, Header, list[Row]] | None = None
    for title, source in sheets(content):
        head = list(islice(source, SEARCH_ROWS + 2))
        header = find_header(head, columns)
        if header is None:
            continue
        if chosen is not None:
            raise SheetError(
                _("Two sheets hold a table: “%(one)s” and “%(two)s”. Keep one of them in the file.")
                % {"one": chosen[0], "two": title}
            )
        chosen = title, header, _collect(head, source, header, limit, on_rows)
    header = check_header(chosen[1] if chosen else None, columns)
    assert chosen is not None
    return header, chosen[2]


def _collect(
    head: list[Row], source: Iterable[Row], header: Header, limit: int,
    on_rows: Callable[[int], None] | None,
) -> list[Row]:  # fmt: skip
    rows = [row for row in head if row[0] > header.last_row]
    most = limit + SEARCH_ROWS
    for row in source:
        rows.append(row)
        if len(rows) % 5_000 == 0 and on_rows is not None:
            on_rows(len(rows))
        if len(rows) > most:
            raise _too_many(limit)
    return rows


def _data_rows(rows: list[Row], header: Header, columns: Sequence[Column]) -> list[Row]:
    """Without totals, signature lines and rows that hold nothing but their 序号."""
    key = next(column for column in columns if column.is_required)
    place, key_names = header.places[key.code], key.match_keys()
    has_margin = 0 not in header.places.values()
    kept = []
    for row in rows:
        cells = row[1]
        # A total writes its word under 序号 and its figures anywhere.
        if has_margin and type(cells[0]) is str and _FOOT.match(cells[0]):
            continue
        value = cells[place] if place < len(cells) else None
        if value is None or value == "":
            if _is_filler(cells, header):
                continue
        elif type(value) is str:
            if value[0] in _FOOT_STARTS and _FOOT.match(value):
                continue
            if not value[0].isdigit() and heading_key(value) in key_names:
                raise SheetError(
                    _("Row %(row)s is a second header. Put one table into a file, with one header.")
                    % {"row": row[0]}
                )
        kept.append(row)
    return kept


def _is_filler(cells: tuple[Any, ...], header: Header) -> bool:
    filled = [p for p, cell in enumerate(cells) if cell is not None and str(cell).strip()]
    if not filled:
        return True
    first = str(cells[filled[0]]).strip()
    return filled == [header.ordinal] or _FOOT.match(first) is not None


def _read_columns(rows: list[Row], header: Header, columns: Sequence[Column]) -> Table:
    numbers = [row[0] for row in rows]
    raw = list(zip_longest(*(row[1] for row in rows)))
    table = Table(numbers=numbers, columns={}, headings=dict(header.headings))
    for column in columns:
        place = header.places.get(column.code)
        if place is None:
            continue
        cells: Sequence[Any] = raw[place] if place < len(raw) else [None] * len(rows)
        memo = _Memo(column.read)
        values = list(map(memo.__getitem__, cells))
        if memo.is_faulty:
            _note_faults(table, column, cells, values)
        if column.is_required and "" in values:
            _note_blanks(table, column, values)
        table.columns[column.code] = values
    table.faults.sort(key=lambda fault: fault.row)
    return table


def _note_faults(table: Table, column: Column, cells: Sequence[Any], values: list[Any]) -> None:
    heading = table.headings[column.code]
    for index, value in enumerate(values):
        if type(value) is Fault:
            values[index] = ""
            if len(table.faults) < MAX_FAULTS:
                shown = shown_value(column, cells[index])
                table.faults.append(RowFault(table.numbers[index], heading, shown, value.reason))


def _note_blanks(table: Table, column: Column, values: list[str]) -> None:
    faulty = {fault.row for fault in table.faults if fault.heading == table.headings[column.code]}
    for index, value in enumerate(values):
        if value == "" and table.numbers[index] not in faulty and len(table.faults) < MAX_FAULTS:
            reason = _("This cell must not be blank.")
            table.faults.append(
                RowFault(table.numbers[index], table.headings[column.code], "", reason)
            )


def shown_value(column: Column, raw: Any) -> str:
    """What stood in the cell, shortened; secret values masked."""
    text = " ".join(str(raw).split())[:60]
    if column.is_secret and len(text) > 7:
        return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"
    return text
