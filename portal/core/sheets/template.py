"""The empty sheet to fill in: drop-downs, text columns, and a sheet of instructions."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from .columns import Column
from .writer import _bytes, _page_setup

# Rows prepared with drop-downs and text format.
PREPARED_ROWS = 1_000
_LIST_LIMIT = 250


def template_file(title: str, columns: Sequence[Column]) -> bytes:
    """First sheet: header and drop-downs. Second sheet 填写说明: what each column wants, with an
    example. Third, hidden sheet: the longer lists of choices."""
    from openpyxl import Workbook
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = title[:31]
    sheet.append([column.heading for column in columns])
    lists = book.create_sheet("lists")
    lists.sheet_state = "hidden"
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        head = sheet.cell(1, place)
        head.font = Font(name="黑体", bold=True, color="C00000" if column.is_required else "000000")
        head.fill = PatternFill("solid", fgColor="D9D9D9")
        sheet.column_dimensions[letter].width = column.width
        for row in range(2, PREPARED_ROWS + 2):
            sheet.cell(row, place).number_format = "@"
        if column.choices:
            _drop_down(sheet, lists, letter, place, column)
    _page_setup(sheet, header_row=1)
    _instructions(book.create_sheet("填写说明", 1), columns)
    return _bytes(book)


def _drop_down(sheet: Any, lists: Any, letter: str, place: int, column: Column) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    inline = ",".join(column.choices)
    if len(inline) <= _LIST_LIMIT:
        source = f'"{inline}"'
    else:
        for row, choice in enumerate(column.choices, start=1):
            lists.cell(row, place, choice)
        source = f"lists!${letter}$1:${letter}${len(column.choices)}"
    rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)
    rule.error = _("Choose a value of the list.")
    rule.add(f"{letter}2:{letter}{PREPARED_ROWS + 1}")
    sheet.add_data_validation(rule)


def _instructions(sheet: Any, columns: Sequence[Column]) -> None:
    from openpyxl.styles import Alignment, Font

    for line in (
        _("Fill in the first sheet; one row each. Leave the header as it is."),
        _(
            "Red columns must be filled. Other cells may stay blank: a blank cell leaves the present value."
        ),
        _("Numbers, dates and ID numbers are text: 2026-09-01, never in scientific notation."),
        _("Paste values only, no formulas. Nothing is imported while one cell is wrong."),
    ):
        sheet.append([line])
    sheet.append([])
    sheet.append([_("Column"), _("Required"), _("What to enter"), _("Example")])
    for cell in sheet[sheet.max_row]:
        cell.font = Font(name="黑体", bold=True)
    for column in columns:
        sheet.append(
            [
                column.heading,
                _("must be filled") if column.is_required else "",
                str(column.help),
                column.example,
            ]
        )
        for cell in sheet[sheet.max_row]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCD", (16, 8, 60, 24), strict=True):
        sheet.column_dimensions[letter].width = width
