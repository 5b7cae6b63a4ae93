"""Workbooks that the portal hands out, in the ledger layout of the offices (rulebook 9.1)."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from .columns import RowFault

# What a spreadsheet program may take for a formula at the start of a cell.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
_TITLE_FONT, _HEAD_FONT, _BODY_FONT = "方正小标宋简体", "黑体", "仿宋"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class LedgerColumn:
    """Heading, width in characters, and how its cells stand: text (left), centre or number."""

    heading: str
    width: float = 12
    kind: str = "text"


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
) -> bytes:
    """Title over all columns, unit left and date right, grey header, 序号 first, thin borders,
    total row, signature line; frozen header that repeats in print, A4 landscape, page numbers."""
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
    sheet.append(["序号", *[column.heading for column in columns]])
    count = 0
    for count, row in enumerate(rows, start=1):
        sheet.append([count, *[neutral(value) for value in row]])
    if total is not None:
        sheet.append(["合计", *[neutral(value) for value in total]])
    body_end = 3 + count + (total is not None)
    _style(sheet, columns, body_end)
    if foot:
        sheet.append([foot])
        sheet.merge_cells(f"A{body_end + 1}:{last}{body_end + 1}")
    _page_setup(sheet, header_row=3)
    return _bytes(book)


def _style(sheet: Any, columns: Sequence[LedgerColumn], body_end: int) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    thin = Side(style="thin")
    border = Border(left=thin, right=thin, top=thin, bottom=thin)
    body, head = Font(name=_BODY_FONT, size=11), Font(name=_HEAD_FONT, size=11, bold=True)
    grey = PatternFill("solid", fgColor="D9D9D9")
    stands = {"text": "left", "centre": "center", "number": "right"}
    places = ["center", *(stands[column.kind] for column in columns)]
    sheet["A1"].font = Font(name=_TITLE_FONT, size=18)
    sheet["A1"].alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 32
    sheet.cell(2, len(places)).alignment = Alignment(horizontal="right")
    sheet.column_dimensions["A"].width = 6
    for index, column in enumerate(columns, start=2):
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    for row in sheet.iter_rows(min_row=3, max_row=body_end, max_col=len(places)):
        is_head = row[0].row == 3
        for cell, place in zip(row, places, strict=True):
            cell.border = border
            cell.font = head if is_head else body
            cell.alignment = Alignment(
                horizontal="center" if is_head else place, vertical="center", wrap_text=True
            )
            if is_head:
                cell.fill = grey
            elif isinstance(cell.value, str):
                cell.number_format = "@"


def _page_setup(sheet: Any, header_row: int) -> None:
    sheet.freeze_panes = f"A{header_row + 1}"
    sheet.print_title_rows = f"{header_row}:{header_row}"
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
