"""An official document as GB/T 9704 lays it out (rulebook 9.2): paper, fonts, headings, numbers.

The fonts 方正小标宋 and 仿宋_GB2312 are named and never bundled; Word takes what the machine has.
"""

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from portal.core.papers import set_widths

_TITLE, _BODY, _HEAD = "方正小标宋简体", "仿宋_GB2312", "黑体"
_SIZE, _LINE, _SMALL = 16, 28.5, 10.5
_TEXT_WIDTH = 156  # mm


class OfficePaper:
    """A4, 28 characters and 22 lines a page; ``content()`` gives the Word file. A long title stands
    in lines that end with its words: the parts of ``title`` are separated by line ends."""

    def __init__(self, title: str) -> None:
        self._document: Any = Document()
        self._counts: dict[str, int] = {}
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        self._number_pages(section)
        self._document.core_properties.title = title.replace("\n", "")
        made = self._line(title, _TITLE, 22, after=14)
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def _line(self, text: str, font: str, size: float, after: float = 0) -> Any:
        made = self._document.add_paragraph()
        made.paragraph_format.space_after = Pt(after)
        made.paragraph_format.line_spacing = Pt(_LINE if size <= _SIZE else size * 1.5)
        _set_font(made.add_run(text), font, size)
        return made

    def heading(self, text: str) -> None:
        """Level 1: 一、……"""
        made = self._line(text, _HEAD, _SIZE)
        made.paragraph_format.first_line_indent = Pt(2 * _SIZE)
        made.paragraph_format.keep_with_next = True

    def text(self, text: str) -> None:
        """A paragraph of the body, its first line set in by two characters."""
        made = self._line(text, _BODY, _SIZE)
        made.paragraph_format.first_line_indent = Pt(2 * _SIZE)
        made.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY

    def signed(self, name: str, day: str) -> None:
        """Signing unit and day at the right, the day four characters from the edge; never alone on
        a page, some text of the body goes with them (GB/T 9704)."""
        last = self._document.paragraphs[-1].paragraph_format
        last.keep_with_next = last.keep_together = True
        self._line("", _BODY, _SIZE).paragraph_format.keep_with_next = True
        for words in (name, day):
            made = self._line(words, _BODY, _SIZE)
            made.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            made.paragraph_format.right_indent = Pt(4 * _SIZE)
            made.paragraph_format.keep_with_next = words is name

    def caption(self, kind: str, text: str) -> None:
        """The name of a table (表) or picture (图), numbered in order; it stays with the next line."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        made = self._line(f"{kind}{self._counts[kind]}  {text}", _HEAD, 12)
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER
        made.paragraph_format.keep_with_next = True

    def picture(self, content: bytes, words: str) -> None:
        """A picture over the width of the text; ``words`` say what it shows to who cannot see it."""
        made = self._document.add_paragraph()
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER
        made.paragraph_format.keep_with_next = True
        shown = made.add_run().add_picture(io.BytesIO(content), width=Mm(_TEXT_WIDTH))
        shown._inline.docPr.set("descr", words)

    def table(
        self, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]
    ) -> None:
        """The first column left, numbers right; the head repeats on every page. ``widths`` are
        shares of the text."""
        table = self._document.add_table(rows=1, cols=len(heads), style="Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        _fill(table.rows[0], heads, _HEAD, [WD_ALIGN_PARAGRAPH.CENTER] * len(heads))
        mark = OxmlElement("w:tblHeader")
        mark.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(mark)
        stand = [WD_ALIGN_PARAGRAPH.LEFT] + [WD_ALIGN_PARAGRAPH.RIGHT] * (len(heads) - 1)
        for row in rows:
            _fill(table.add_row(), row, _BODY, stand)
        whole = sum(widths)
        set_widths(table, [_TEXT_WIDTH * share / whole for share in widths])
        self._line("", _BODY, 8)

    def _number_pages(self, section: Any) -> None:
        """— 1 —, at the right on odd pages and at the left on even ones."""
        self._document.settings.odd_and_even_pages_header_footer = True
        for foot, side in (
            (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
            (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
        ):
            line = foot.paragraphs[0]
            line.alignment = side
            _set_font(line.add_run("— "), "宋体", 14)
            run = line.add_run()
            _set_font(run, "宋体", 14)
            for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
                run._r.append(_field(kind, text))
            _set_font(line.add_run(" —"), "宋体", 14)

    def content(self) -> bytes:
        out = io.BytesIO()
        self._document.save(out)
        return out.getvalue()


def _field(kind: str, text: str) -> Any:
    if kind:
        made = OxmlElement("w:fldChar")
        made.set(qn("w:fldCharType"), kind)
        return made
    made = OxmlElement("w:instrText")
    made.set(qn("xml:space"), "preserve")
    made.text = text
    return made


def _set_font(run: Any, font: str, size: float) -> None:
    run.font.name, run.font.size = "Times New Roman", Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _fill(row: Any, words: Sequence[str], font: str, stand: Sequence[Any]) -> None:
    for cell, text, side in zip(row.cells, words, stand, strict=True):
        line = cell.paragraphs[0]
        line.alignment = side
        line.paragraph_format.line_spacing = Pt(15)
        _set_font(line.add_run(text), font, _SMALL)
