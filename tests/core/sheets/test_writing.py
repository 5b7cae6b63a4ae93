"""Workbooks that the portal hands out."""

import io

from django.utils.translation import override
from openpyxl import load_workbook

from portal.core.domain.imports import import_kind
from portal.core.sheets import RowFault
from portal.core.sheets.template import template_file
from portal.core.sheets.writer import LedgerColumn, error_file, ledger_file


def test_the_error_file_names_row_column_value_and_reason_without_formulas() -> None:
    faults = [RowFault(7, "姓名", "=HYPERLINK(1)", "reason"), RowFault(9, "学号", "@x", "other")]
    with override("en"):
        sheet = load_workbook(io.BytesIO(error_file(faults, name="a.xlsx"))).active
    assert [cell.value for cell in sheet[4]] == [1, 7, "姓名", "'=HYPERLINK(1)", "reason"]
    assert sheet["D5"].value == "'@x"
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_ledger_has_the_layout_of_the_offices() -> None:
    columns = [LedgerColumn("学号", 14), LedgerColumn("人数", 8, "number")]
    content = ledger_file(
        title="台账", unit="化工学院", columns=columns, rows=[["0012", 3]], total=["", 3]
    )
    sheet = load_workbook(io.BytesIO(content)).active
    assert "A1:C1" in [str(area) for area in sheet.merged_cells.ranges]
    assert [cell.value for cell in sheet[3]] == ["序号", "学号", "人数"]
    assert [cell.value for cell in sheet[4]] == [1, "0012", 3]
    assert sheet["A5"].value == "合计"
    assert (sheet.freeze_panes, sheet.page_setup.orientation) == ("A4", "landscape")
    assert sheet.print_title_rows == "$3:$3"
    assert sheet["B4"].number_format == "@"


def test_the_template_has_drop_downs_and_instructions_and_is_read_back() -> None:
    kind = import_kind("roster")
    assert kind is not None
    book = load_workbook(io.BytesIO(template_file("Roster", kind.columns)))
    assert book.sheetnames == ["Roster", "填写说明", "lists"]
    rules = book["Roster"].data_validations.dataValidation
    assert {rule.formula1 for rule in rules} >= {'"男,女"'}
    listed = [row[0].value for row in book["填写说明"].iter_rows()]
    assert {column.heading for column in kind.columns} <= set(listed)
