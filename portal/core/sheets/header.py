"""Finding the header below the title rows, with grouped and merged headings (rulebook 9.1)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from .columns import Column, heading_key
from .errors import SheetError

# Titles, notes and unit lines above a header: never more than this.
SEARCH_ROWS = 30
_ORDINAL = {"序号", "no", "编号", "序", "行号"}


@dataclass
class Header:
    """Where the table starts and which position holds which column."""

    last_row: int
    places: dict[str, int] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    ordinal: int | None = None
    ignored: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    @property
    def score(self) -> int:
        return len(self.places)


def find_header(
    rows: Sequence[tuple[int, tuple[Any, ...]]], columns: Sequence[Column]
) -> Header | None:
    """The row, or pair of rows, that names most columns; None when none names two."""
    known = {key: column.code for column in columns for key in column.match_keys()}
    best: Header | None = None
    for index, (number, cells) in enumerate(rows[:SEARCH_ROWS]):
        candidates = [_single(number, cells, known)]
        if index + 1 < len(rows) and rows[index + 1][0] == number + 1:
            candidates.append(_grouped(rows[index + 1][0], cells, rows[index + 1][1], known))
        for found in candidates:
            if found.score >= 2 and (best is None or found.score > best.score):
                best = found
    return best


def _single(number: int, cells: tuple[Any, ...], known: dict[str, str]) -> Header:
    header = Header(number)
    for place, cell in enumerate(cells):
        _take(header, place, [cell], known)
    return header


def _grouped(
    number: int, upper: tuple[Any, ...], lower: tuple[Any, ...], known: dict[str, str]
) -> Header:
    """Two header rows: a heading merged downwards, or a group above its headings."""
    header = Header(number)
    if not any(heading_key(cell) in known for cell in lower):
        return header
    group: Any = None
    for place in range(max(len(upper), len(lower))):
        top = upper[place] if place < len(upper) else None
        low = lower[place] if place < len(lower) else None
        group = top if top is not None else group
        joined = f"{group}{low}" if isinstance(group, str) and isinstance(low, str) else None
        _take(header, place, [low, joined] if low is not None else [top], known)
    return header


def _take(header: Header, place: int, texts: list[Any], known: dict[str, str]) -> None:
    keys = [heading_key(text) for text in texts]
    code = next((known[key] for key in keys if key in known), None)
    shown = str(texts[0]).strip() if texts[0] is not None else ""
    if code is None:
        if keys[0] in _ORDINAL and header.ordinal is None:
            header.ordinal = place
        elif shown:
            header.ignored.append(" ".join(shown.split()))
    elif code in header.places:
        header.doubled.append(shown)
    else:
        header.places[code] = place
        header.headings[code] = shown


def check_header(header: Header | None, columns: Sequence[Column]) -> Header:
    """Raises SheetError when no header was found, a column is doubled or a needed one absent."""
    needed = [column for column in columns if column.is_required]
    if header is None:
        raise SheetError(
            _(
                "No header row was found. The table needs the columns %(list)s; download the template to see them."
            )
            % {"list": "、".join(column.heading for column in needed)}
        )
    if header.doubled:
        raise SheetError(
            _("Two columns mean the same: %(list)s. Delete one of each.")
            % {"list": "、".join(header.doubled)}
        )
    missing = [column.heading for column in needed if column.code not in header.places]
    if missing:
        raise SheetError(
            _("Columns are missing: %(list)s. Add them and upload the file again.")
            % {"list": "、".join(missing)}
        )
    return header
