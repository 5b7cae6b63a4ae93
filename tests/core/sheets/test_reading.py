"""Reading tables: layouts of the offices, and every way in which a file can be unfit."""

import datetime as dt
import io
import re
import zipfile
from typing import Any

import pytest
from django.utils.translation import override
from openpyxl import Workbook

from portal.core.sheets import (
    Column,
    SheetError,
    Table,
    as_date,
    as_name,
    as_number,
    as_text,
    read_table,
)
from tests.sheets import csv_file, xlsx_file

COLUMNS = (
    Column("student_no", "学号", as_number, ("student number",), is_required=True),
    Column("name", "姓名", as_name, ("name",), is_required=True),
    Column("born_on", "出生日期", as_date, ("date of birth",)),
    Column("phone", "手机号", as_number),
)
HEAD = ["学号", "姓名", "出生日期"]
GU = ["2230514127", "顾言川", "2005-03-18"]


@pytest.fixture(autouse=True)
def _english() -> Any:
    with override("en"):
        yield


def read(content: bytes, **options: Any) -> Table:
    return read_table(content, COLUMNS, **options)


def test_the_ledger_layout_is_read_without_titles_numbers_and_foot() -> None:
    book = Workbook()
    sheet = book.active
    for row in (
        ["化工学院学生名册"], ["填报单位：化工学院", None, None, "填报时间：2026年11月22日"],
        ["序号", "基本信息", None, None, "联系方式"], [None, "学号", "姓名", "出生日期", "手机号"],
        [1, *GU, "13800001234"], [2, "2230514160", "程亦安", "2005年1月2日", None],
        [3, None, None, None, None], ["合计", 2, None, None, None],
        ["填表人：", None, "审核人：", None, None],
    ):  # fmt: skip
        sheet.append(row)
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("B3:D3")
    out = io.BytesIO()
    book.save(out)
    table = read(out.getvalue())
    assert table.numbers == [5, 6]
    assert table.columns["student_no"] == ["2230514127", "2230514160"]
    assert table.columns["born_on"] == ["2005-03-18", "2005-01-02"]
    assert table.columns["phone"] == ["13800001234", ""]
    assert not table.faults


def test_a_total_in_the_key_column_is_no_row() -> None:
    assert len(read(csv_file([HEAD, GU, ["合计", "1", ""]]))) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_usual_encodings(encoding: str) -> None:
    assert read(csv_file([HEAD, GU], encoding)).columns["name"] == ["顾言川"]


def test_english_headings_and_marks_around_headings_are_known() -> None:
    table = read(csv_file([["Student Number", "姓 名*（必填）"], GU[:2]]))
    assert list(table.columns) == ["student_no", "name"]


def test_unused_columns_are_left_out_and_named() -> None:
    table = read(csv_file([[*HEAD, "备用"], [*GU, "x"]]))
    assert any("备用" in note for note in table.notes)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (2230514127, "2230514127"),
        (2230514127.0, "2230514127"),
        ("2.230514127E+09", "2230514127"),
        ("２２３０５１４１２７", "2230514127"),
        ("'2230514127", "2230514127"),
        (" 2230514127\u200b ", "2230514127"),
        ('="0012345"', "0012345"),
        ("—", ""),
        (None, ""),
    ],
)
def test_numbers_keep_their_digits(raw: object, expected: str) -> None:
    assert as_number(raw) == expected


@pytest.mark.parametrize("raw", ["2.2305E+09", "2.23E+9", 110105194912310020, 1.2345e17])
def test_lost_digits_are_refused_not_guessed(raw: object) -> None:
    found = as_number(raw)
    assert not isinstance(found, str)
    assert "lost" in found.reason


@pytest.mark.parametrize(
    "raw",
    [
        dt.datetime(2023, 9, 1),  # noqa: DTZ001 - as spreadsheets give it
        dt.date(2023, 9, 1), "2023-09-01", "2023/9/1", "2023.9.1",
        "20230901", 20230901, "2023年9月1日", "２０２３－０９－０１", "2023-09-01 00:00:00", 45170, "45170",
    ],
)  # fmt: skip
def test_days_in_every_usual_form(raw: object) -> None:
    assert as_date(raw) == "2023-09-01"


@pytest.mark.parametrize(
    "raw", ["2023-02-30", "2023.09", "9/1/2023", "去年", "20231301", "3023-01-01"]
)
def test_days_that_are_none_are_refused(raw: str) -> None:
    assert not isinstance(as_date(raw), str)


def test_names_take_one_dot_and_no_padding() -> None:
    assert as_name("阿依古丽•买买提") == "阿依古丽·买买提"
    assert as_name("张　三") == "张三"


@pytest.mark.parametrize("text", ["=1+1", "=HYPERLINK(1)", "#N/A"])
def test_formulas_and_broken_cells_are_row_errors(text: str) -> None:
    assert not isinstance(as_text(text), str)


def test_a_formula_in_a_workbook_names_its_row() -> None:
    table = read(xlsx_file([HEAD, GU, ["=A2", "丁一", ""]]))
    assert [(f.row, f.heading, f.value) for f in table.faults] == [(3, "学号", "=A2")]
    assert "paste it as values" in table.faults[0].reason


def test_a_row_without_its_number_is_an_error_not_a_loss() -> None:
    table = read(csv_file([HEAD, GU, ["", "丁一", ""]]))
    assert [(f.row, f.heading) for f in table.faults] == [(3, "学号")]


def refusal(content: bytes, **options: Any) -> str:
    with pytest.raises(SheetError) as caught:
        read(content, **options)
    return str(caught.value)


def test_no_header_names_the_needed_columns() -> None:
    assert "学号、姓名" in refusal(csv_file([["a", "b"], ["1", "2"]]))


def test_a_missing_column_is_named() -> None:
    assert "Columns are missing: 姓名" in refusal(csv_file([["学号", "出生日期"], ["1", ""]]))


def test_a_doubled_column_is_refused() -> None:
    assert "mean the same" in refusal(csv_file([["学号", "姓名", "Name"], ["1", "丁一", "丁二"]]))


def test_a_second_header_names_its_row() -> None:
    assert "Row 3 is a second header" in refusal(csv_file([HEAD, GU, HEAD, GU]))


def test_two_sheets_with_tables_are_refused() -> None:
    assert "Two sheets" in refusal(xlsx_file([HEAD, GU], ("二", [HEAD, GU])))


def test_a_header_without_rows_is_refused() -> None:
    assert "no rows" in refusal(csv_file([HEAD]))


def test_too_many_rows_are_refused() -> None:
    rows = [[f"22305{n:05}", "丁一", ""] for n in range(120)]
    assert "more than 50 rows" in refusal(csv_file([HEAD, *rows]), max_rows=50)


def test_an_empty_file_is_refused() -> None:
    assert "empty" in refusal(b"")


@pytest.mark.parametrize(
    "head", [b"%PDF-1.7", b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"\x7fELF\x00\x00"]
)
def test_other_files_are_known_by_content(head: bytes) -> None:
    assert "not a table" in refusal(head + b"x" * 200)


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert "not a table" in refusal(out.getvalue())


def test_a_protected_workbook_asks_for_it_without_password() -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    assert "password" in refusal(content)
    assert ".xls format" in refusal(content[:8] + b"x" * 600)


def test_a_workbook_cut_short_is_called_damaged() -> None:
    content = xlsx_file([HEAD, *[GU] * 50])
    assert "damaged" in refusal(content[: len(content) // 2])


def _with_part(pattern: str, text: str) -> bytes:
    """A good workbook in which the matching part is replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx_file([HEAD, GU]))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, text if re.search(pattern, name) else old.read(name))
    return out.getvalue()


def test_a_workbook_with_broken_xml_is_called_damaged() -> None:
    assert "damaged" in refusal(_with_part(r"sheet1\.xml", "<worksheet><sheetData><row>"))


def test_entities_in_a_workbook_are_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    assert "damaged" in refusal(_with_part(r"sheet1\.xml", bomb))


def test_a_zip_bomb_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.core.sheets.sniff.MAX_UNPACKED", 1_000_000)
    assert "unpacks" in refusal(_with_part(r"sharedStrings\.xml|theme", " " * 2_000_000))


def test_a_file_over_the_limit_is_refused(settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 1000
    assert "larger than" in refusal(b"a" * 1001)


def test_a_csv_with_an_open_quotation_mark_names_the_line() -> None:
    assert "quotation mark" in refusal('学号,姓名\n1,"丁一\n'.encode())
