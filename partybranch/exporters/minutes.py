"""The record of a branch event as Word, in the layout of rulebook 9.3.

The words are Chinese whatever the language of the screen: it is the branch's document.
"""

import io
from collections.abc import Iterable, Sequence

from django.utils.translation import override
from docx.enum.text import WD_ALIGN_PARAGRAPH

from cohorts.exporters.letters import day_words
from partybranch.enums import ABOVE_BRANCHES, Body, Grade, Presence
from partybranch.models import Attendance, BranchEvent, Motion
from partybranch.queries.joint import Side
from portal.core.papers import BODY, TITLE, a4_document, grid, line


def _names(rows: Iterable[Attendance], presence: Presence) -> list[str]:
    return [
        f"{one.member.name}（{one.reason}）" if one.reason else one.member.name
        for one in rows
        if one.presence == presence
    ]


def _list(names: list[str]) -> str:
    return f"{'、'.join(names)}（{len(names)}人）" if names else "无"


# Who should attend, by who voted (rulebook 1.4).
_CALLED = {
    Body.MEETING: "应到会有表决权的正式党员",
    Body.BRANCH: "应到支部委员",
    Body.COMMITTEE: "应到党委委员",
}


def _votes(motions: Iterable[Motion]) -> str:
    lines = [
        f"{one.matter}：{_CALLED[Body(one.body)]}{one.expected}名，实到{one.present}名；"
        f"赞成{one.yes + one.written_yes}票"
        + (f"（含书面意见{one.written_yes}份）" if one.written_yes else "")
        + f"，反对{one.no}票，弃权{one.abstain}票，无效{one.invalid}票；"
        + (
            f"赞成票超过{_CALLED[Body(one.body)]}半数，通过。"
            if one.passed
            else "未过半数，未通过。"
        )
        for one in motions
    ]
    return "\n".join(lines) or "无"


def _numbered(text: str) -> str:
    lines = [one.strip() for one in text.splitlines() if one.strip()]
    return "\n".join(f"{n}. {one}" for n, one in enumerate(lines, start=1)) or "无"


def _grades(came: Iterable[Attendance]) -> str:
    rows = list(came)
    lines = [
        f"{grade.label}：{_list([one.member.name for one in rows if one.grade == grade])}"
        for grade in Grade
    ]
    return "\n".join(lines) if any(one.grade for one in rows) else ""


def _study(event: BranchEvent) -> str:
    parts = [
        f"{name}{minutes}分钟"
        for name, minutes in (
            ("个人自学", event.self_study), ("集体学习", event.group_study),
            ("专家辅导", event.expert_study),
        )
        if minutes
    ]  # fmt: skip
    return "，".join(parts) or "无"


def _sides(sides: Iterable[Side]) -> str:
    """Each branch of a joint event with who of its members came."""
    return "；".join(
        f"{one.branch.name}应到{one.called}人、实到{one.present}人"
        if one.called
        else f"{one.branch.name}（考勤未录）"
        for one in sides
    )


def _certificates(came: Iterable[Attendance]) -> str:
    return "、".join(
        f"{one.member.name}（{one.certificate_no}，{day_words(one.certificate_on)}）"
        for one in came
        if one.certificate_no and one.certificate_on
    )


def minutes(
    event: BranchEvent,
    came: list[Attendance],
    motions: list[Motion],
    kinds: list[str],
    sides: Sequence[Side] = (),
) -> bytes:
    """The record of ``event`` as a Word file: facts, who came, first item, points, resolutions,
    votes, signatures. ``came`` with members, in the order of their names."""
    with override("zh-hans"):
        document = a4_document()
        graded, certified = _grades(came), _certificates(came)
        line(document, f"{event.branch.name}", BODY, 14, WD_ALIGN_PARAGRAPH.CENTER)
        line(document, f"{'、'.join(kinds)}记录", TITLE, 22, WD_ALIGN_PARAGRAPH.CENTER, after=8)
        pairs = [
            ("时间", day_words(event.on)), ("地点", event.place),
            ("主持人", event.host), ("记录人", event.recorder),
            ("应到", f"{len(came)}人"),
            ("实到", f"{sum(one.presence == Presence.PRESENT for one in came)}人"),
        ]  # fmt: skip
        rows = [
            ("出席", _list(_names(came, Presence.PRESENT)), 24),
            *([("共同举办", _sides(sides), 14)] if sides else []),
            ("列席", event.guests or "无", 12),
            *([("听众", f"{event.audience}人", 10)] if event.audience else []),
            ("请假", _list(_names(came, Presence.LEAVE)), 12),
            ("缺席", _list(_names(came, Presence.ABSENT)), 12),
            ("议题", event.topic, 14),
            *([("议程", _numbered(event.agenda), 20)] if event.agenda.strip() else []),
            ("第一议题", event.first_item or "无", 14),
            ("主讲人", event.speaker or "无", 10),
            ("三段学习", _study(event), 10),
            ("讨论要点", event.content, 60),
            ("议定事项", _numbered(event.decisions), 24),
            ("表决情况", _votes(motions), 18),
            *([("民主评议结果", graded, 18)] if graded else []),
            *([("培训证书", certified, 14)] if certified else []),
            ("签字", "\n主持人：　　　　　　　　记录人：　　　　　　　　年　月　日", 20),
        ]
        grid(document, pairs, rows)
        keeper = "党委" if event.branch.party_kind in ABOVE_BRANCHES else "支部"
        line(document, f"本记录由{keeper}留存，按规定归档。", BODY, 10.5)
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()
