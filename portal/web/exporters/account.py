"""The leader's report as a Word file, from the context of the account page."""

import io
from typing import Any

from django.utils.translation import gettext as _
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from portal.core.exports import Stamp
from portal.core.names import masked_name
from portal.core.ui.dates import format_day

_TITLE_FONT, _TEXT_FONT = "方正小标宋简体", "仿宋"


def _font(run: Any, name: str, size: float) -> None:
    run.font.name, run.font.size = "Times New Roman", Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _line(document: Any, text: str, size: float = 14, font: str = _TEXT_FONT) -> Any:
    line = document.add_paragraph()
    line.paragraph_format.space_after = Pt(4)
    _font(line.add_run(text), font, size)
    return line


def _table(document: Any, heads: list[str], rows: list[list[Any]]) -> None:
    table = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    for cell, words in zip(table.rows[0].cells, heads, strict=True):
        _font(cell.paragraphs[0].add_run(words), "黑体", 11)
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            _font(cell.paragraphs[0].add_run(str(value)), _TEXT_FONT, 11)


def account_report(page: dict[str, Any], items: list[Any], *, stamp: Stamp) -> bytes:
    """Group, open items by person, the late ones with masked names; signed by the leader.

    ``page`` is the context of the account page, ``items`` its late items. The watermark
    stands in the head of every page.
    """
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    mark = section.header.paragraphs[0]
    mark.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _font(mark.add_run(stamp.line), _TEXT_FONT, 9)
    contract, leader = page["contract"], page["leader"]
    title = _line(document, _("Report on the contracted grade"), 22, _TITLE_FONT)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _line(
        document, f"{page['unit'].name}　{contract.academic_year}"
    ).alignment = WD_ALIGN_PARAGRAPH.CENTER
    _line(document, _("Contracting leader: %(name)s. %(n)s students in %(classes)s classes.") % {
        "name": leader.name if leader else "—", "n": page["students"], "classes": page["classes"],
    })  # fmt: skip
    if contract.matters:
        _line(document, _("Matters held: %(matters)s.") % {"matters": contract.matters})
    _line(document, _("1. The five roles"), 15, "黑体")
    _table(
        document,
        [_("role"), _("wanted"), _("in post"), _("missing"), _("people")],
        [
            [r["label"], r["want"], r["have"], r["gap"], r["all_names"] or "—"]
            for r in page["roles"]
        ],
    )
    _items_part(document, page, items)
    if page["duties"]:
        _line(document, _("4. The leader's own duties this term"), 15, "黑体")
        _table(document, [_("duty"), _("done"), _("wanted")],
               [[d["label"], d["done"], d["total"]] for d in page["duties"]])  # fmt: skip
    end = _line(document, _("Signature of the leader:　　　　　　　　Date:　　　　　　"))
    end.paragraph_format.space_before = Pt(36)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _items_part(document: Any, page: dict[str, Any], items: list[Any]) -> None:
    month = page["month"]
    _line(document, _("2. Open items"), 15, "黑体")
    flow = {"past": month.total, "new": month.added, "done": month.done, "now": page["total"],
            "late": page["late"]}  # fmt: skip
    _line(
        document,
        _(
            "End of last month %(past)s, new %(new)s, settled %(done)s, now %(now)s, of these "
            "%(late)s late."
        )
        % flow,
    )
    heads = [_("responsible"), _("not due"), _("late 1–3 days"), _("4–7 days"), _("over 7 days"),
             _("total"), _("end of last month")]  # fmt: skip
    rows = [
        [" ".join([one["owner"].name or _("nobody assigned"), one["owner"].post]).strip(),
         *one["owner"].bands, one["owner"].total, one["before"]]
        for one in page["lines"]
    ]  # fmt: skip
    sums = [n for _band, n, _url in page["sums"]]
    _table(document, heads, [*rows, [_("total"), *sums, page["total"], month.total]])
    _line(document, _("3. Late items"), 15, "黑体")
    _table(
        document,
        [_("student"), _("class"), _("item"), _("due"), _("late by"), _("responsible")],
        [[masked_name(one.student), one.class_name, one.title, format_day(one.due_on),
          one.late_words, one.owner or _("nobody assigned")] for one in items],
    )  # fmt: skip
