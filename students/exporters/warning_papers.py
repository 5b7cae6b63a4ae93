"""Papers of a warning as Word (rulebook 9.3): A4 tables, one person each, signature lines.

The words are Chinese whatever the language of the screen: these are the school's documents.
"""

import io
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import override
from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from cohorts.exporters.letters import day_words
from students.queries.warning_file import WarningFile
from students.study_enums import StepKind
from students.warning_rules import read_rules
from students.warning_words import explain

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TITLE, _BODY, _HEAD = "方正小标宋简体", "仿宋_GB2312", "黑体"
TITLES = {
    StepKind.NOTICE: "学业预警通知单",
    StepKind.TALK: "学业预警谈话记录",
    StepKind.FAMILY: "学业情况家长告知书",
    StepKind.PLAN: "学业帮扶计划",
}
Row = tuple[str, str, int]  # label, text, height in mm


def paper(file: WarningFile, kind: StepKind) -> bytes:
    """One paper as a Word file."""
    with override("zh-hans"):
        document = _document()
        _line(document, TITLES[kind], _TITLE, 22, WD_ALIGN_PARAGRAPH.CENTER, after=8)
        _ROWS[kind](document, file)
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def _document() -> Any:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(30), Mm(25)
    section.left_margin, section.right_margin = Mm(26), Mm(24)
    return document


def _style(run: Any, font: str, size: float) -> None:
    run.font.name, run.font.size = "Times New Roman", Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


def _line(document: Any, text: str, font: str, size: float, align: Any = None, after: int = 0,
          indent: float = 0) -> None:  # fmt: skip
    made = document.add_paragraph()
    made.alignment = align
    made.paragraph_format.space_after = Pt(after)
    made.paragraph_format.line_spacing = Pt(size * 1.75)
    made.paragraph_format.first_line_indent = Pt(indent)
    _style(made.add_run(text), font, size)


def _cell(cell: Any, text: str, font: str = _BODY, *, is_centred: bool = False) -> None:
    first = cell.paragraphs[0]
    for number, part in enumerate(text.split("\n")):
        made = first if number == 0 else cell.add_paragraph()
        made.paragraph_format.line_spacing = Pt(20)
        if is_centred:
            made.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _style(made.add_run(part), font, 12)


def _grid(document: Any, pairs: list[tuple[str, str]], rows: list[Row]) -> None:
    """Pairs side by side, then full rows under each other."""
    table = document.add_table(rows=0, cols=4)
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    for left, right in zip(pairs[::2], pairs[1::2], strict=True):
        cells = table.add_row().cells
        for place, text in enumerate((*left, *right)):
            _cell(cells[place], text, _HEAD if place % 2 == 0 else _BODY, is_centred=True)
    for label, text, height in rows:
        row = table.add_row()
        row.height = Mm(height)
        _cell(row.cells[0], label, _HEAD, is_centred=True)
        merged = row.cells[1].merge(row.cells[3])
        _cell(merged, text)
    for row in table.rows:
        for place, width in enumerate((28, 52, 28, 52)):
            row.cells[place].width = Mm(width)


def _about(file: WarningFile) -> list[tuple[str, str]]:
    student, stand = file.warning.student, file.stand
    return [
        ("姓名", student.name), ("学号", student.student_no),
        ("学院", stand.college or "—"), ("班级", stand.class_name or "—"),
        ("专业", student.major.name if student.major else "—"), ("书院", stand.academy_full or "—"),
        ("预警学期", file.warning.period), ("预警等级", file.warning.level),
    ]  # fmt: skip


def _why(file: WarningFile) -> str:
    warning = file.warning
    sentences = explain(read_rules(warning.rules.body), warning.rule, warning.facts)
    source = f"（依据：{warning.rules.source or warning.rules.name}）"
    return "；\n".join(sentences) + "。\n" + source


def _owed(file: WarningFile) -> str:
    if not file.owed:
        return "无"
    return "\n".join(
        f"{one['course']}（{one['credits']} 学分，{'必修' if one['required'] else '选修'}，"
        f"最近成绩 {one['grade']}）"
        for one in file.owed[:20]
    )


def _signed(*names: str) -> str:
    return "\n\n" + "　　".join(f"{name}（签字）：　　　　　　年　月　日" for name in names)


def _notice(document: Any, file: WarningFile) -> None:
    _line(document, f"编号：XY{file.warning.pk:06d}", _BODY, 12, WD_ALIGN_PARAGRAPH.RIGHT)
    _grid(document, _about(file), [
        ("预警事实", _why(file), 40),
        ("未通过课程", _owed(file), 40),
        ("提醒与要求", "请在收到本通知后一周内与班主任、辅导员谈话，对照培养方案制订学习计划，按时参加重修与补考；对事实有异议的，可在十个工作日内向学院教务办公室提出复核。", 30),
        ("学院意见", "\n\n学院（盖章）：　　　　　　年　月　日", 25),
        ("学生签收", "本人已知悉上述内容。" + _signed("学生"), 25),
    ])  # fmt: skip
    _line(document, "本通知一式两份，学生与学院各存一份。", _BODY, 10.5)


def _talk(document: Any, file: WarningFile) -> None:
    _grid(document, [*_about(file), ("谈话时间", ""), ("谈话地点", ""), ("谈话人", ""), ("记录人", "")], [
        ("预警事实", _why(file), 30),
        ("学生自述\n（原因与困难）", "", 45),
        ("谈话要点", "", 45),
        ("约定事项\n（含下次谈话）", "", 30),
        ("签字", _signed("谈话人", "学生"), 25),
    ])  # fmt: skip


def _family(document: Any, file: WarningFile) -> None:
    student, warning = file.warning.student, file.warning
    _line(document, f"{student.name}同学家长：", _BODY, 16)
    _line(
        document,
        "您好！感谢您对学校工作的支持。现将您的孩子近期学业情况告知如下：",
        _BODY,
        16,
        indent=32,
    )
    _line(document, f"{student.name}，{file.stand.class_name or ''}，学号{student.student_no}，"
          f"经{warning.period}学期学业核查，{_why(file).replace(chr(10), '')}学校按规定给予“{warning.level}”。",
          _BODY, 16, indent=32)  # fmt: skip
    if file.owed:
        names = "、".join(str(one["course"]) for one in file.owed[:10])
        _line(document, f"目前尚未通过的课程有：{names}。", _BODY, 16, indent=32)
    _line(
        document,
        "学院与书院已安排班主任、辅导员谈话并制订帮扶计划。恳请您多与孩子沟通，了解其学习与生活状态，与学校一起督促孩子按计划完成学业。",
        _BODY,
        16,
        indent=32,
    )
    _line(
        document, "如需了解情况，请与学院教务办公室或辅导员联系。", _BODY, 16, indent=32, after=16
    )
    _line(document, f"{file.stand.college or '学院'}（盖章）", _BODY, 16, WD_ALIGN_PARAGRAPH.RIGHT)
    _line(document, day_words(timezone.localdate()), _BODY, 16, WD_ALIGN_PARAGRAPH.RIGHT, after=12)
    _line(document, "…………………………………… 回　执 ……………………………………", _BODY, 12,
          WD_ALIGN_PARAGRAPH.CENTER)  # fmt: skip
    _line(
        document,
        f"本人已知悉{student.name}（{student.student_no}）的学业情况，将配合学校共同帮助孩子。",
        _BODY,
        14,
        indent=28,
    )
    _line(document, "家长（签字）：　　　　　　联系电话：　　　　　　　　年　月　日", _BODY, 14)


def _plan(document: Any, file: WarningFile) -> None:
    _grid(document, _about(file), [
        ("预警事实", _why(file), 25),
        ("须通过课程", _owed(file), 30),
        ("目标\n（可检查）", "", 25),
        ("原因分析", "", 25),
        ("帮扶措施\n（责任人、时间）", "班主任：\n辅导员：\n导师：\n任课教师：\n同伴：", 45),
        ("检查日期\n与解除条件", "", 20),
        ("签字", _signed("责任人", "学生"), 22),
    ])  # fmt: skip


_ROWS: dict[StepKind, Callable[[Any, WarningFile], None]] = {
    StepKind.NOTICE: _notice, StepKind.TALK: _talk, StepKind.FAMILY: _family, StepKind.PLAN: _plan,
}  # fmt: skip
