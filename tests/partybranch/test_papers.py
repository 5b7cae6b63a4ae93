"""Papers of the office in their structure: what LibreOffice and Word both lay out as meant (9.1, 9.3)."""

import io
from decimal import Decimal

from docx.shared import Mm
from openpyxl import load_workbook

from portal.core.papers import a4_document, grid
from portal.core.sheets.writer import LedgerColumn, ledger_file


def test_columns_of_a_form_have_their_widths_in_the_grid_and_in_the_cells() -> None:
    document = a4_document()
    grid(
        document,
        [("时间", "2026年11月13日"), ("地点", "学院会议室")],
        [("党委意见", "（盖章）", 28)],
    )
    (table,) = document.tables
    assert [round(column.width / Mm(1)) for column in table.columns] == [28, 52, 28, 52]
    assert [round(cell.width / Mm(1)) for cell in table.rows[0].cells] == [28, 52, 28, 52]
    assert round(table.rows[1].cells[1].width / Mm(1)) == 132  # merged over three
    assert "cantSplit" in table.rows[1]._tr.xml


def test_a_text_that_wraps_makes_its_row_higher_and_money_has_two_decimals() -> None:
    columns = [
        LedgerColumn("姓名", 10),
        LedgerColumn("所在党支部", 20),
        LedgerColumn("金额", 8, "number"),
    ]
    made = ledger_file(title="台账", unit="化工学院", columns=columns, rows=[
        ["李英秀", "化工学院2024级师生联合党支部", Decimal("0.2")], ["何晨", "化工支部", Decimal(12)],
    ])  # fmt: skip
    sheet = load_workbook(io.BytesIO(made)).active
    assert sheet is not None
    assert (sheet.row_dimensions[4].height, sheet.row_dimensions[5].height) == (30, None)
    assert [sheet.cell(row, 4).number_format for row in (4, 5)] == ["0.00", "0.00"]
    assert sheet["D4"].value == 0.2
