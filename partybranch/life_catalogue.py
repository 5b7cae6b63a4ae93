"""First rows of branch life: kinds of events with the rhythm of rulebook 1.6, and the dues of students.

Only added, never overwritten: the system administrator edits them within the bounds of the rule.
"""

from decimal import Decimal
from typing import Any

from cohorts.models import Parameter
from partybranch.enums import Applies, Called
from partybranch.models import EventKind

_RULE = "支部工作条例第五章"
# code, name, at least once in months, months of grace, applies to, called, article, months at most
KINDS: list[tuple[str, str, int | None, int, str, str, str, int | None]] = [
    ("members_meeting", "党员大会", 3, 0, Applies.ALL, Called.MEMBERS, _RULE, 3),
    ("committee_meeting", "支委会", 1, 0, Applies.COMMITTEE, Called.COMMITTEE, _RULE, 1),
    ("group_meeting", "党小组会", 1, 0, Applies.GROUPS, Called.SOME, _RULE, 1),
    ("lecture", "党课", 3, 0, Applies.ALL, Called.MEMBERS, _RULE, None),
    ("secretary_lecture", "书记讲党课", 12, 0, Applies.ALL, Called.MEMBERS, _RULE, None),
    ("theme_day", "主题党日", 1, 0, Applies.ALL, Called.MEMBERS, _RULE, 1),
    ("life_meeting", "组织生活会", 12, 3, Applies.ALL, Called.MEMBERS, _RULE, 12),
    ("appraisal", "民主评议党员", 12, 3, Applies.ALL, Called.MEMBERS, _RULE, 12),
    ("heart_talk", "谈心谈话", 12, 0, Applies.ALL, Called.SOME, _RULE, 12),
    ("study", "集中学习", None, 0, Applies.ALL, Called.MEMBERS, "", None),
    ("training", "集中培训", None, 0, Applies.ALL, Called.SOME, "", None),
    ("co_building", "支部共建", None, 0, Applies.ALL, Called.SOME, "", None),
    ("service", "党员服务同学", None, 0, Applies.ALL, Called.SOME, "", None),
    ("secretaries_meeting", "党支部书记例会", None, 0, Applies.ALL, Called.SECRETARIES, "", None),
    (
        "secretaries_joint",
        "双院党支部书记联席会",
        None,
        0,
        Applies.ALL,
        Called.SECRETARIES,
        "",
        None,
    ),
    # Without a number: what a branch does in the year beside the calendar of the rules (systems 67, 75,
    # 76, 81, 82, 123); counted on its page and in the material of a round.
    ("first_lesson", "开学（毕业）第一课", None, 0, Applies.ALL, Called.MEMBERS, "", None),
    ("clean_conduct", "党风廉政教育", None, 0, Applies.ALL, Called.MEMBERS, "", None),
    ("secretary_forum", "支部书记论坛", None, 0, Applies.ALL, Called.SOME, "", None),
    ("red_study", "红色研习", None, 0, Applies.ALL, Called.SOME, "", None),
    ("micro_talk", "微宣讲", None, 0, Applies.ALL, Called.SOME, "", None),
    ("talk_team", "宣讲团宣讲", None, 0, Applies.ALL, Called.SOME, "", None),
    ("report_in", "党员下沉报到", None, 0, Applies.ALL, Called.SOME, "", None),
    ("blend_ideology", "五融·思想政治", None, 0, Applies.ALL, Called.SOME, "", None),
    ("blend_league", "五融·团学工作", None, 0, Applies.ALL, Called.SOME, "", None),
    ("blend_aid", "五融·资助育人", None, 0, Applies.ALL, Called.SOME, "", None),
    ("blend_mind", "五融·心理健康", None, 0, Applies.ALL, Called.SOME, "", None),
    ("blend_ethnic", "五融·民族团结", None, 0, Applies.ALL, Called.SOME, "", None),
]


def write_life(using: str = "default", **_kwargs: Any) -> None:
    """Add what is missing after a migration. Safe to run again."""
    for order, (code, name, every, grace, applies, called, article, most) in enumerate(KINDS):
        EventKind.objects.using(using).get_or_create(
            code=code,
            defaults={
                "name": name, "every_months": every, "grace_months": grace, "applies_to": applies,
                "called": called, "article": article, "months_max": most, "order": order * 10,
            },
        )  # fmt: skip
    Parameter.objects.using(using).get_or_create(
        key="dues.student",
        defaults={
            "name": "学生党员党费", "value": Decimal("0.2"), "unit": "元/月",
            "legal_min": Decimal("0.2"), "is_fixed": True, "source": "中组发〔2008〕3号",
            "note": "没有经济收入的学生党员每月交纳0.2元",
        },
    )  # fmt: skip
