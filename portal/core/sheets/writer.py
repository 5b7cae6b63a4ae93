"""Workbooks that the portal hands out, in the ledger layout of the offices (rulebook 9.1)."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from math import ceil
from typing import Any

from django.utils.translation import gettext as _

from portal.core.exports import Stamp

from .columns import RowFault

# What a spreadsheet program may take for a formula at the start of a cell.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
_TITLE_FONT, _HEAD_FONT, _BODY_FONT = "方正小标宋简体", "黑体", "仿宋"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class LedgerColumn:
    """Heading, width in characters, and how its cells stand: text (left), centre or number.
    Neighbours of one ``group`` stand below a common heading, which makes the header two rows."""

    heading: str
    width: float = 12
    kind: str = "text"
    group: str = ""


def neutral(value: Any) -> Any:
    """A value that no spreadsheet program runs as a formula. Numbers stay numbers; a text that
    begins like a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_RISKY):
        return f"'{value}"
    return value


def ledger_file(
    *,
    title: str,
    unit: str,
    columns: Sequence[LedgerColumn],
    rows: Iterable[Sequence[Any]],
    total: Sequence[Any] | None = None,
    day: dt.date | None = None,
    sheet_title: str = "Sheet1",
    foot: str = "填表人：　　　　　　审核人：　　　　　　负责人（签字）：　　　　　　联系电话：",
    stamp: Stamp | None = None,
) -> bytes:
    """Title over all columns, unit left and date right, grey header, 序号 first, thin borders,
    total row, signature line; frozen header that repeats in print, A4 landscape, page numbers.

    ``stamp`` is the watermark: in the head of each printed page and as a band below the table.
    """
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = sheet_title[:31]
    width = len(columns) + 1
    last = get_column_letter(width)
    sheet.append([neutral(title)])
    sheet.merge_cells(f"A1:{last}1")
    when = f"填报时间：{day.year}年{day.month}月{day.day}日" if day else ""
    sheet.append([neutral(f"填报单位：{unit}"), *[""] * (width - 2), when])
    if width > 4:
        middle = width // 2
        sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=middle)
        sheet.cell(2, middle + 1, when)
        sheet.merge_cells(start_row=2, start_column=middle + 1, end_row=2, end_column=width)
    header = _header(sheet, columns)
    count = 0
    for count, row in enumerate(rows, start=1):
        sheet.append([count, *[neutral(value) for value in row]])
    if total is not None:
        sheet.append(["合计", *[neutral(value) for value in total]])
    body_end = header + count + (total is not None)
    _style(sheet, columns, header, body_end)
    for words in (foot, neutral(stamp.line) if stamp else ""):
        if words:
            body_end += 1
            sheet.cell(body_end, 1, words)
            sheet.merge_cells(f"A{body_end}:{last}{body_end}")
    _page_setup(sheet, header_row=header, first_header=3)
    if stamp is not None:
        _mark(book, sheet, stamp, body_end)
    return _bytes(book)


def _header(sheet: Any, columns: Sequence[LedgerColumn]) -> int:
    """Writes one row of headings, or two where columns have groups; returns the last of them."""
    if not any(column.group for column in columns):
        sheet.append(["序号", *[column.heading for column in columns]])
        return 3
    sheet.append(["序号", *[column.group or column.heading for column in columns]])
    sheet.append(["", *[column.heading if column.group else "" for column in columns]])
    place = 1
    for group, members in groupby(("", *(column.group for column in columns))):
        size = len(list(members))
        if group:
            for at in range(place + 1, place + size):
                sheet.cell(3, at).value = None
            sheet.merge_cells(
                start_row=3, start_column=place, end_row=3, end_column=place + size - 1
            )
        else:
            for at in range(place, place + size):
                sheet.merge_cells(start_row=3, start_column=at, end_row=4, end_column=at)
        place += size
    return 4


def _mark(book: Any, sheet: Any, stamp: Stamp, row: int) -> None:
    """The watermark on paper, in the sheet and among the properties of the file."""
    from openpyxl.styles import Alignment, Font

    band = sheet.cell(row, 1)
    band.font = Font(name=_BODY_FONT, size=9, color="808080")
    band.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.row_dimensions[row].height = 28
    # Of a line for the printer "&" begins a code.
    words = stamp.head.replace("&", "&&")
    sheet.oddHeader.right.text, sheet.oddHeader.right.size = words, 9
    sheet.oddFooter.right.text, sheet.oddFooter.right.size = words, 9
    book.properties.creator = f"{stamp.name} {stamp.number}"
    book.properties.description = stamp.line


def stamped(content: bytes, stamp: Stamp) -> bytes:
    """A workbook that something else wrote, with the watermark."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content))
    sheet = book.active
    row = sheet.max_row + 1
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=sheet.max_column)
    sheet.cell(row, 1, neutral(stamp.line))
    _mark(book, sheet, stamp, row)
    return _bytes(book)


def _style(sheet: Any, columns: Sequence[LedgerColumn], header: int, body_end: int) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    thin = Side(style="thin")
    border = Border(left=thin, right=thin, top=thin, bottom=thin)
    body, head = Font(name=_BODY_FONT, size=11), Font(name=_HEAD_FONT, size=11, bold=True)
    grey = PatternFill("solid", fgColor="D9D9D9")
    stands = {"text": "left", "centre": "center", "number": "right"}
    ways = ["center", *(stands[column.kind] for column in columns)]
    places = [Alignment(horizontal=way, vertical="center", wrap_text=True) for way in ways]
    middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet["A1"].font = Font(name=_TITLE_FONT, size=18)
    sheet["A1"].alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 32
    at_right = len(places) // 2 + 1 if len(places) > 4 else len(places)
    sheet.cell(2, at_right).alignment = Alignment(horizontal="right")
    sheet.column_dimensions["A"].width = 6
    widths = [6.0, *(column.width for column in columns)]
    for index, column in enumerate(columns, start=2):
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    for row in sheet.iter_rows(min_row=3, max_row=body_end, max_col=len(places)):
        is_head = row[0].row <= header
        for cell, place in zip(row, places, strict=True):
            cell.border = border
            cell.font = head if is_head else body
            cell.alignment = middle if is_head else place
            if is_head:
                cell.fill = grey
            elif isinstance(cell.value, str):
                cell.number_format = "@"
            elif isinstance(cell.value, dt.date):
                cell.number_format = "yyyy-mm-dd"
            elif isinstance(cell.value, Decimal):
                cell.number_format = "0.00"
            elif isinstance(cell.value, float):
                cell.number_format = "0.0"
        if not is_head:
            lines = max(_lines(cell.value, one) for cell, one in zip(row, widths, strict=True))
            if lines > 1:  # no program computes it anew when the file is opened without a window
                sheet.row_dimensions[row[0].row].height = 15 * lines


def _lines(value: Any, width: float) -> int:
    """How many lines a text takes in a column; a Chinese character is two wide."""
    if not isinstance(value, str):
        return 1
    return sum(
        ceil(max(1, sum(1 if char.isascii() else 2 for char in part)) / width)
        for part in value.split("\n")
    )


def _page_setup(sheet: Any, header_row: int, first_header: int = 0) -> None:
    sheet.freeze_panes = f"A{header_row + 1}"
    sheet.print_title_rows = f"{first_header or header_row}:{header_row}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"


def error_file(faults: Sequence[RowFault], *, name: str) -> bytes:
    """Row of the original file, column, value, reason: one line per cell to correct."""
    return ledger_file(
        title=_("Cells to correct"),
        unit=name,
        columns=[
            LedgerColumn(_("Row in the file"), 10, "number"),
            LedgerColumn(_("Column"), 14),
            LedgerColumn(_("Value"), 26),
            LedgerColumn(_("Reason and what to do"), 64),
        ],
        rows=[fault.as_list() for fault in faults],
        sheet_title=_("Cells to correct"),
        foot="",
    )


def _bytes(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
