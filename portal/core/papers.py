"""Papers in Word as offices lay them out: A4, a table of labels and texts (rulebook 9.3).

Fonts are named, never bundled.
"""

from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TITLE, BODY, HEAD = "方正小标宋简体", "仿宋_GB2312", "黑体"
# Rows so high (mm) or lower stand on one page: no seal line is torn from its label.
_WHOLE = 30
Row = tuple[str, str, int]  # label, text, height in mm


def a4_document() -> Any:
    """A blank A4 page with the margins of an office."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(30), Mm(25)
    section.left_margin, section.right_margin = Mm(26), Mm(24)
    return document


def _style(run: Any, font: str, size: float) -> None:
    run.font.name, run.font.size = "Times New Roman", Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


def line(document: Any, text: str, font: str, size: float, align: Any = None, after: int = 0,
         indent: float = 0) -> None:  # fmt: skip
    """One paragraph; ``size`` in points, ``indent`` of its first line."""
    made = document.add_paragraph()
    made.alignment = align
    made.paragraph_format.space_after = Pt(after)
    made.paragraph_format.line_spacing = Pt(size * 1.75)
    made.paragraph_format.first_line_indent = Pt(indent)
    _style(made.add_run(text), font, size)


def _cell(
    cell: Any, text: str, font: str = BODY, *, is_centred: bool = False, size: float = 12
) -> None:
    first = cell.paragraphs[0]
    for number, part in enumerate(text.split("\n")):
        made = first if number == 0 else cell.add_paragraph()
        made.paragraph_format.line_spacing = Pt(round(size * 5 / 3))
        if is_centred:
            made.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _style(made.add_run(part), font, size)


def set_widths(table: Any, widths: Sequence[float]) -> None:
    """Widths of the columns in mm. Word goes by the cells, LibreOffice by the grid of the table."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        spans: dict[Any, float] = {}
        for cell, width in zip(row.cells, widths, strict=True):
            spans[cell._tc] = spans.get(cell._tc, 0) + width
            cell.width = Mm(spans[cell._tc])


def grid(document: Any, pairs: list[tuple[str, str]], rows: list[Row]) -> None:
    """Pairs side by side, then full rows under each other."""
    table = document.add_table(rows=0, cols=4)
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    for left, right in zip(pairs[::2], pairs[1::2], strict=True):
        cells = table.add_row().cells
        for place, text in enumerate((*left, *right)):
            _cell(cells[place], text, HEAD if place % 2 == 0 else BODY, is_centred=True)
    for label, text, height in rows:
        row = table.add_row()
        row.height = Mm(height)
        if height <= _WHOLE:
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        _cell(row.cells[0], label, HEAD, is_centred=True)
        merged = row.cells[1].merge(row.cells[3])
        _cell(merged, text)
    set_widths(table, (28, 52, 28, 52))


def list_table(
    document: Any,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    centred: Sequence[int] = (0,),
) -> None:
    """A table of lines under a head that repeats on each page; ``widths`` in mm, ``centred`` the
    columns whose texts stand in the middle. A row of one text is a heading over all columns; no row is torn by the end of a page."""
    table = document.add_table(rows=0, cols=len(head))
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    for number, texts in enumerate((tuple(head), *map(tuple, rows))):
        row = table.add_row()
        of_row = row._tr.get_or_add_trPr()
        of_row.append(OxmlElement("w:cantSplit"))
        if number == 0:
            of_row.append(OxmlElement("w:tblHeader"))
        if len(texts) == 1:
            _cell(row.cells[0].merge(row.cells[-1]), texts[0], HEAD, size=10.5)
            continue
        for place, text in enumerate(texts):
            _cell(row.cells[place], text, HEAD if number == 0 else BODY,
                  is_centred=number == 0 or place in centred, size=10.5)  # fmt: skip
    set_widths(table, widths)


def foot_line(document: Any, text: str) -> None:
    """Who took the paper out, at the foot of each page, before the page number (rulebook 8.2)."""
    made = document.sections[0].footer.paragraphs[0]
    made.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _style(made.add_run(f"{text}　第"), BODY, 9)
    for kind, code in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = made.add_run()
        _style(run, BODY, 9)
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = code
        run._element.append(part)
    _style(made.add_run("页"), BODY, 9)
