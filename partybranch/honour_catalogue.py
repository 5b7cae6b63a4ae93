"""First rows of honours, of the numbers of training, of the targets that stand beside figures, and of
the weights of the ten best branches.

Only added, never overwritten: the system administrator edits them.
"""

from decimal import Decimal
from typing import Any

from cohorts.models import Parameter
from partybranch.enums import HonourLevel
from partybranch.models import HonourKind

# code, name, level, is it a title of model students
HONOURS: list[tuple[str, str, str, bool]] = [
    ("national_scholarship", "国家奖学金", HonourLevel.NATION, False),
    ("national_contest", "国家级学科竞赛奖", HonourLevel.NATION, False),
    ("province_contest", "省级学科竞赛奖", HonourLevel.PROVINCE, False),
    ("province_model", "省级优秀学生", HonourLevel.PROVINCE, True),
    ("school_model", "校级优秀学生标兵", HonourLevel.SCHOOL, True),
    ("school_scholarship", "校级奖学金", HonourLevel.SCHOOL, False),
    ("good_member", "校级优秀共产党员", HonourLevel.SCHOOL, True),
    ("college_prize", "学院书院表彰", HonourLevel.COLLEGE, False),
]
_RULE = "党员教育管理工作条例"
_OWN = "校内规定"
# key, name, value, unit, not below, set by rule, source, note
NUMBERS: list[tuple[str, str, str, str, str | None, bool, str, str]] = [
    ("training.member_hours", "党员每年集中学习培训", "32", "学时", "32", True, _RULE, "一般不少于"),
    ("training.officer_hours", "支部书记和委员每年集中学习培训", "56", "学时", "56", True, _RULE, "一般不少于"),
    ("training.hour_minutes", "一个学时", "45", "分钟", "1", False, _OWN, "集体学习与专家辅导计入，自学不计"),
    ("award.life", "十佳党支部评分：组织生活", "25", "分", "0", False, _OWN, "各项合计100分"),
    ("award.attendance", "十佳党支部评分：到会率", "15", "分", "0", False, _OWN, "各项合计100分"),
    ("award.dues", "十佳党支部评分：党费收缴", "10", "分", "0", False, _OWN, "各项合计100分"),
    ("award.development", "十佳党支部评分：发展党员按期办理", "20", "分", "0", False, _OWN, "各项合计100分"),
    ("award.judges", "十佳党支部评分：评委打分", "30", "分", "0", False, _OWN, "各项合计100分"),
    ("figures.tutors", "目标：党建指导教师", "8", "人", "0", False, _OWN, "与实际人数并列显示"),
    ("figures.joint", "目标：师生联合党支部", "2", "个", "0", False, _OWN, "与实际数并列显示"),
    ("figures.functional", "目标：功能型党支部", "12", "个", "0", False, _OWN, "与实际数并列显示"),
    ("figures.prizes", "目标：获奖学生中党员占比", "60.2", "%", "0", False, _OWN, "与实际占比并列显示"),
    ("figures.models", "目标：优秀学生标兵中党员占比", "60", "%", "0", False, _OWN, "与实际占比并列显示"),
    ("award.judges_min", "十佳党支部：评委人数不少于", "3", "人", "1", False, _OWN, ""),
]  # fmt: skip


def write_honours(using: str = "default", **_kwargs: Any) -> None:
    """Add what is missing after a migration. Safe to run again."""
    for order, (code, name, level, is_model) in enumerate(HONOURS):
        HonourKind.objects.using(using).get_or_create(
            code=code,
            defaults={"name": name, "level": level, "is_model": is_model, "order": order * 10},
        )
    for key, name, value, unit, low, is_fixed, source, note in NUMBERS:
        Parameter.objects.using(using).get_or_create(
            key=key,
            defaults={
                "name": name, "value": Decimal(value), "unit": unit,
                "legal_min": None if low is None else Decimal(low), "is_fixed": is_fixed,
                "source": source, "note": note,
            },
        )  # fmt: skip
