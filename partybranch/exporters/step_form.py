"""The record of one development in 25 steps as Word: an A4 table for one person (rulebook 9.3).

The words are Chinese whatever the language of the screen: it is a paper of the Party file. The text
of a political review is never in it; what did not happen stays blank, what was late says so.
"""

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import override
from docx.enum.text import WD_ALIGN_PARAGRAPH

from cohorts.exporters.letters import day_words
from partybranch.domain.book import STEPS, StepRule
from partybranch.domain.dates import probation_of
from partybranch.domain.standing import missing_papers
from partybranch.enums import Duty, Outcome, Recommendation, Reply
from partybranch.queries.board import stage_names
from partybranch.queries.file import FileView
from partybranch.queries.file_rows import Ballots, Record
from partybranch.queries.rules import rule_book
from portal.core.exports import Stamp
from portal.core.papers import BODY, TITLE, a4_document, foot_line, grid, line, list_table

_HEAD = ("序号", "步骤", "完成日期", "规定与期限", "办理情况")
_WIDTHS = (12, 27, 35, 39, 47)
# What single steps say about themselves; a review keeps its text sealed and is not among them.
_DETAIL = (
    ("talker", "谈话人"), ("recommendation", "推荐方式"), ("certificate_no", "结业证号"),
    ("serial_no", "志愿书编号"), ("reply", "批复"),
)  # fmt: skip
_CHOICES: dict[str, Any] = {"recommendation": Recommendation, "reply": Reply}
_SIGN = "\n\n{who}签字：　　　　　　　　　　　　年　　月　　日"
_SEAL = "\n\n（盖章）　　　　　　　　　　　　　年　　月　　日"


def step_form(view: FileView, stamp: Stamp) -> bytes:
    """``view`` as a Word file: the person, the 25 steps under the rule of their own days, decisions,
    signatures. ``stamp`` names at the foot of each page who took it out."""
    with override("zh-hans"):
        document = a4_document()
        line(document, view.parts.branch, BODY, 14, WD_ALIGN_PARAGRAPH.CENTER)
        line(document, "发展党员工作全程记录表", TITLE, 22, WD_ALIGN_PARAGRAPH.CENTER, after=8)
        grid(document, _person(view), [])
        line(document, "", BODY, 6)
        list_table(document, _HEAD, _rows(view), _WIDTHS, (0, 2))
        line(document, "", BODY, 6)
        grid(document, [], [
            ("半年考察", _days(view.facts.assessments), 10),
            ("公示", _notices(view), 10),
            ("组织决定", _decisions(view), 10),
            ("培养联系人\n（介绍人）", _SIGN.format(who="联系人"), 20),
            ("党支部", _SIGN.format(who="书记"), 20),
            ("党委", _SEAL, 24),
        ])  # fmt: skip
        line(
            document,
            "步骤按其发生之日适用的细则办理；未办理的步骤不填，逾期与补录如实注明。",
            BODY,
            10.5,
        )
        foot_line(document, stamp.head)
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def _person(view: FileView) -> list[tuple[str, str]]:
    student, parts = view.parts.student, view.parts
    stage = probation_of(view.facts)
    span = f"{day_words(stage.starts_on)}至{day_words(stage.last_day)}" if stage else "—"
    return [
        ("姓名", student.name), ("学号", student.student_no),
        ("班级", parts.class_name or "—"), ("当前阶段", _standing(view)),
        ("审批党委", parts.committee or "—"), ("预备期", span),
        ("培养联系人", _sponsors(parts.lists["sponsors"], Duty.CONTACT)),
        ("入党介绍人", _sponsors(parts.lists["sponsors"], Duty.INTRODUCER)),
    ]  # fmt: skip


def _standing(view: FileView) -> str:
    one = view.development
    if one.ended_on is not None:
        return f"{one.get_ended_how_display()}（{day_words(one.ended_on)}）"
    return f"{one.stage_label}（已办{one.reached}步）"


def _sponsors(rows: list[dict[str, Any]], duty: Duty) -> str:
    """Those of today; when the case is over, all who ever were."""
    of_duty = [one for one in rows if one["duty"] == duty.label]
    names = [one["name"] for one in of_duty if one["until"] is None]
    return "、".join(names or dict.fromkeys(one["name"] for one in of_duty)) or "—"


def _rows(view: FileView) -> list[tuple[str, ...]]:
    """The 25 steps in order under the headings of their stages; a heading is a row of one text."""
    book, today, names = rule_book(), timezone.localdate(), stage_names()
    votes = {vote.record: vote for vote in view.parts.votes if vote.record}
    rows: list[tuple[str, ...]] = []
    stage = 0
    for number in STEPS:
        record = view.records.get(number)
        rule = book.rule(number, record.on if record else today)
        if rule.stage != stage:
            stage = rule.stage
            rows.append((str(names[stage]),))
        done = _done(record, rule, votes.get(record.pk)) if record else ""
        rows.append(
            (str(number), rule.name, day_words(record.on) if record else "",
             _rule(view, rule, record), done)
        )  # fmt: skip
    return rows


def _rule(view: FileView, rule: StepRule, record: Record | None) -> str:
    lines = [f"{rule.version} {rule.article}".strip()]
    due = next((one.due for one in view.steps if one.rule.number == rule.number), None)
    if record is None and due is not None:
        lines += ["最迟", day_words(due)]
    return "\n".join(lines)


def _done(record: Record, rule: StepRule, vote: Ballots | None) -> str:
    """Who decided, the counts, papers, and everything that is not as it should be."""
    lines = [record.body] if record.body else []
    if vote is not None:
        lines.append(_vote(vote))
    lines += [
        f"{label}：{_said(name, record.detail[name])}"
        for name, label in _DETAIL
        if record.detail.get(name)
    ]
    if record.league:
        lines.append(record.league)
    if record.papers:
        lines.append(f"材料：{'、'.join(record.papers)}")
    missing = [] if record.is_former else missing_papers(rule, record.papers)
    if missing:
        lines.append(f"缺：{'、'.join(missing)}")
    if record.days_late:
        lines.append(f"逾期{record.days_late}天：{record.late_reason}")
    if record.entry_reason:
        word = "原组织档案" if record.is_former else f"补录（{day_words(record.entered_on)}录入）"
        lines.append(f"{word}：{record.entry_reason}")
    if record.override_reason:
        lines.append(f"说明：{record.override_reason}")
    return "\n".join(lines)


def _said(name: str, value: Any) -> str:
    choices = _CHOICES.get(name)
    return str(choices(value).label if choices else value)


def _vote(vote: Ballots) -> str:
    written = f"（含书面{vote.written_yes}）" if vote.written_yes else ""
    outcome = f"{Outcome(vote.outcome).label}：" if vote.outcome else ""
    return (
        f"{outcome}应到{vote.expected}、实到{vote.present}，赞成{vote.yes + vote.written_yes}{written}、"
        f"反对{vote.no}、弃权{vote.abstain}、无效{vote.invalid}"
    )


def _days(days: Sequence[dt.date]) -> str:
    return "、".join(day_words(one) for one in sorted(days)) or "无"


def _notices(view: FileView) -> str:
    lines = [
        f"第{one['step']}步：{day_words(one['starts_on'])}至{day_words(one['ends_on'])}"
        f"（{one['days']}个工作日{'，暂算' if one['is_provisional'] else ''}）{one['result']}"
        f"{'　补录：' + one['entry_reason'] if one['entry_reason'] else ''}"
        for one in view.parts.lists["notices"]
    ]
    return "\n".join(lines) or "无"


def _decisions(view: FileView) -> str:
    lines = [
        f"{day_words(one['on'])}　{one['kind']}（{one['decided_by']}）：{one['reason']}"
        f"{'（补录，' + day_words(one['late_entry']) + '录入）' if one['late_entry'] else ''}"
        for one in view.parts.lists["decisions"]
    ]
    lines += [
        f"第{one.step}步（{day_words(one.on)}）已撤回：{one.taken_back[0]}，"
        f"{day_words(one.taken_back[1])}"
        for one in view.withdrawn
        if one.taken_back
    ]
    return "\n".join(lines) or "无"
