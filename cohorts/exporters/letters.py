"""Letters of appointment (聘书): landscape A4, one per page (rulebook 9.3), Word and PDF.

Fonts are named, never bundled: Word takes the office's own, the PDF the reader's built-in one.
The words are Chinese whatever the language of the screen: it is the school's document.
"""

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from cohorts.models import Letter

_TITLE, _BODY = "方正小标宋简体", "仿宋_GB2312"
_PDF_FONT = "STSong-Light"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"


def day_words(day: dt.date) -> str:
    """2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def words_of(letter: Letter) -> dict[str, str]:
    """The lines of one letter."""
    term = f"自{day_words(letter.starts_on)}" + (
        f"至{day_words(letter.ends_on)}" if letter.ends_on else "起"
    )
    return {
        "title": "聘　书",
        "to": f"{letter.person_name}同志：",
        "body": f"兹聘请您担任{letter.role_name}，聘期{term}。",
        "close": "特发此聘。",
        "issuer": letter.issuer_name,
        "day": day_words(letter.issued_on),
        "number": f"编号：{letter.text}",
    }


def _paragraph(
    document: Any, text: str, font: str, size: int, align: Any, **spacing: float
) -> None:
    line = document.add_paragraph()
    line.alignment = align
    shape = line.paragraph_format
    shape.space_before = Pt(spacing.get("before", 0))
    shape.space_after = Pt(0)
    shape.line_spacing = Pt(spacing.get("line", 30))
    shape.first_line_indent = Pt(spacing.get("indent", 0))
    shape.right_indent = Pt(spacing.get("right", 0))
    run = line.add_run(text)
    run.font.name, run.font.size = "Times New Roman", Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


def word_letters(letters: Sequence[Letter]) -> bytes:
    """One Word file, one letter per page."""
    return word_sheets([words_of(letter) for letter in letters])


def word_sheets(sheets: Sequence[dict[str, str]]) -> bytes:
    """One Word file, one sheet per page; the lines of a sheet are those of ``words_of``."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.top_margin, section.bottom_margin = Mm(28), Mm(22)
    section.left_margin = section.right_margin = Mm(37)
    left, right, middle = (
        WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.CENTER,
    )  # fmt: skip
    for place, words in enumerate(sheets):
        if place:
            document.add_page_break()
        _paragraph(document, words["title"], _TITLE, 40, middle, line=60)
        _paragraph(document, words["to"], _BODY, 22, left, before=22, line=40)
        _paragraph(document, words["body"], _BODY, 22, left, line=40, indent=44)
        _paragraph(document, words["close"], _BODY, 22, left, line=40, indent=44)
        _paragraph(document, f"{words['issuer']}（盖章）", _BODY, 18, right, before=36, right=44)
        _paragraph(document, words["day"], _BODY, 18, right, right=44)
        _paragraph(document, words["number"], _BODY, 12, left, before=18)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _wrapped(text: str, size: int, width: float) -> list[str]:
    """Chinese has no spaces to break at: a line takes as many characters as fit."""
    lines = [""]
    for sign in text:
        if pdfmetrics.stringWidth(lines[-1] + sign, _PDF_FONT, size) > width and sign not in "，。":
            lines.append("")
        lines[-1] += sign
    return lines


def pdf_letters(letters: Sequence[Letter]) -> bytes:
    """One PDF, one letter per page."""
    return pdf_sheets([words_of(letter) for letter in letters], "聘书")


def pdf_sheets(sheets: Sequence[dict[str, str]], title: str) -> bytes:
    """One PDF, one sheet per page; the lines of a sheet are those of ``words_of``."""
    if _PDF_FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(_PDF_FONT))
    file = io.BytesIO()
    width, height = landscape(A4)
    canvas = Canvas(file, pagesize=(width, height))
    canvas.setTitle(title)
    margin = 105.0
    for words in sheets:
        canvas.setLineWidth(1.2)
        canvas.rect(42, 42, width - 84, height - 84)
        canvas.setFont(_PDF_FONT, 40)
        canvas.drawCentredString(width / 2, height - 125, words["title"])
        canvas.setFont(_PDF_FONT, 22)
        canvas.drawString(margin, height - 195, words["to"])
        y = height - 240
        for line in _wrapped(f"　　{words['body']}", 22, width - 2 * margin):
            canvas.drawString(margin, y, line)
            y -= 40
        canvas.drawString(margin, y, f"　　{words['close']}")
        canvas.setFont(_PDF_FONT, 18)
        canvas.drawRightString(width - margin - 30, 140, f"{words['issuer']}（盖章）")
        canvas.drawRightString(width - margin - 30, 110, words["day"])
        canvas.setFont(_PDF_FONT, 12)
        canvas.drawString(margin, 72, words["number"])
        canvas.showPage()
    canvas.save()
    return file.getvalue()
