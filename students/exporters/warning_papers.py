"""Papers of a warning as Word (rulebook 9.3): A4 tables, one person each, signature lines.

The words are Chinese whatever the language of the screen: these are the school's documents.
"""

import io
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import override
from docx.enum.text import WD_ALIGN_PARAGRAPH

from cohorts.exporters.letters import day_words
from portal.core.papers import BODY, TITLE, a4_document, grid, line
from students.queries.warning_file import WarningFile
from students.study_enums import StepKind
from students.warning_rules import read_rules
from students.warning_words import explain

TITLES = {
    StepKind.NOTICE: "学业预警通知单",
    StepKind.TALK: "学业预警谈话记录",
    StepKind.FAMILY: "学业情况家长告知书",
    StepKind.PLAN: "学业帮扶计划",
}


def paper(file: WarningFile, kind: StepKind) -> bytes:
    """One paper as a Word file."""
    with override("zh-hans"):
        document = a4_document()
        line(document, TITLES[kind], TITLE, 22, WD_ALIGN_PARAGRAPH.CENTER, after=8)
        _ROWS[kind](document, file)
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


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
    line(document, f"编号：XY{file.warning.pk:06d}", BODY, 12, WD_ALIGN_PARAGRAPH.RIGHT)
    grid(document, _about(file), [
        ("预警事实", _why(file), 40),
        ("未通过课程", _owed(file), 40),
        ("提醒与要求", "请在收到本通知后一周内与班主任、辅导员谈话，对照培养方案制订学习计划，按时参加重修与补考；对事实有异议的，可在十个工作日内向学院教务办公室提出复核。", 30),
        ("学院意见", "\n\n学院（盖章）：　　　　　　年　月　日", 25),
        ("学生签收", "本人已知悉上述内容。" + _signed("学生"), 25),
    ])  # fmt: skip
    line(document, "本通知一式两份，学生与学院各存一份。", BODY, 10.5)


def _talk(document: Any, file: WarningFile) -> None:
    grid(document, [*_about(file), ("谈话时间", ""), ("谈话地点", ""), ("谈话人", ""), ("记录人", "")], [
        ("预警事实", _why(file), 30),
        ("学生自述\n（原因与困难）", "", 45),
        ("谈话要点", "", 45),
        ("约定事项\n（含下次谈话）", "", 30),
        ("签字", _signed("谈话人", "学生"), 25),
    ])  # fmt: skip


def _family(document: Any, file: WarningFile) -> None:
    student, warning = file.warning.student, file.warning
    line(document, f"{student.name}同学家长：", BODY, 16)
    line(
        document,
        "您好！感谢您对学校工作的支持。现将您的孩子近期学业情况告知如下：",
        BODY,
        16,
        indent=32,
    )
    line(document, f"{student.name}，{file.stand.class_name or ''}，学号{student.student_no}，"
          f"经{warning.period}学期学业核查，{_why(file).replace(chr(10), '')}学校按规定给予“{warning.level}”。",
          BODY, 16, indent=32)  # fmt: skip
    if file.owed:
        names = "、".join(str(one["course"]) for one in file.owed[:10])
        line(document, f"目前尚未通过的课程有：{names}。", BODY, 16, indent=32)
    line(
        document,
        "学院与书院已安排班主任、辅导员谈话并制订帮扶计划。恳请您多与孩子沟通，了解其学习与生活状态，与学校一起督促孩子按计划完成学业。",
        BODY,
        16,
        indent=32,
    )
    line(document, "如需了解情况，请与学院教务办公室或辅导员联系。", BODY, 16, indent=32, after=16)
    line(document, f"{file.stand.college or '学院'}（盖章）", BODY, 16, WD_ALIGN_PARAGRAPH.RIGHT)
    line(document, day_words(timezone.localdate()), BODY, 16, WD_ALIGN_PARAGRAPH.RIGHT, after=12)
    line(document, "…………………………………… 回　执 ……………………………………", BODY, 12,
          WD_ALIGN_PARAGRAPH.CENTER)  # fmt: skip
    line(
        document,
        f"本人已知悉{student.name}（{student.student_no}）的学业情况，将配合学校共同帮助孩子。",
        BODY,
        14,
        indent=28,
    )
    line(document, "家长（签字）：　　　　　　联系电话：　　　　　　　　年　月　日", BODY, 14)


def _plan(document: Any, file: WarningFile) -> None:
    grid(document, _about(file), [
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
