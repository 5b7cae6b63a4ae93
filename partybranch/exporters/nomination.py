"""The nomination of a branch for a round of awards as Word (rulebook 9.3): material, deeds, opinions.

The words are Chinese whatever the language of the screen: it is the branch's document.
"""

import datetime as dt
import io

from django.utils import timezone
from django.utils.translation import override
from docx.enum.text import WD_ALIGN_PARAGRAPH

from cohorts.exporters.letters import day_words
from partybranch.models import Nomination
from partybranch.queries.material import material_lines
from portal.core.papers import BODY, TITLE, a4_document, grid, line

_SIGN = "\n\n（盖章）　　　　　　　　　年　　月　　日"


def nomination_paper(one: Nomination) -> bytes:
    """``one`` as a Word file; its numbers are those that were kept when it was handed in."""
    with override("zh-hans"):
        material = one.material
        document = a4_document()
        line(document, one.round.name, BODY, 14, WD_ALIGN_PARAGRAPH.CENTER)
        line(document, "党支部申报表", TITLE, 22, WD_ALIGN_PARAGRAPH.CENTER, after=8)
        span = "至".join(
            day_words(dt.date.fromisoformat(material[name])) for name in ("since", "until")
            if material.get(name)
        )  # fmt: skip
        pairs = [
            ("党支部", one.branch.name), ("支部类型", str(one.branch.get_party_kind_display())),
            ("评选单位", one.round.committee.name),
            ("申报时间", day_words(timezone.localdate(one.entered_at))),
        ]  # fmt: skip
        facts = "\n".join(f"{label}：{text}" for label, text in material_lines(material))
        rows = [
            ("材料期间", span or "—", 10),
            ("台账数据\n（系统自动\n汇总）", facts, 60),
            ("主要事迹", one.deeds, 40),
            ("党支部意见", _SIGN, 28),
            ("党总支意见", _SIGN, 28),
            ("党委意见", _result(one) + _SIGN, 28),
        ]
        grid(document, pairs, rows)
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def _result(one: Nomination) -> str:
    if one.round.decided_on is None or one.place is None:
        return ""
    word = "评为" if one.is_chosen else "未评为"
    return (
        f"综合得分{one.total}，排名第{one.place}，{word}{one.round.name}"
        f"（{one.round.decision_no}，{day_words(one.round.decided_on)}）。"
    )
