"""First rows of categories, levels, causes and numbers (rulebook 3.1, 3.2, 3.5). Added once, then
the school's own."""

from decimal import Decimal
from typing import Any

from casework.enums import KeySide
from casework.models import CaseCategory, CaseLevel, CauseCode
from cohorts.models import Parameter

# code, rank, name, contact every days, first action hours, review every days, family within days
LEVELS = [
    ("RED", 1, "红色", 1, 2, 7, 0),
    ("ORANGE", 2, "橙色", 7, 24, 30, 3),
    ("YELLOW", 3, "黄色", 14, 72, 60, 14),
    ("BLUE", 4, "蓝色", 30, 168, 120, 120),
]
# code, name, short name, parent, health data
CATEGORIES = [
    ("ACADEMIC", "学业困难", "学业", None, False),
    ("PSYCH", "心理困扰", "心理", None, True),
    ("ECONOMIC", "家庭经济困难", "经济", None, False),
    ("SPECIAL", "特殊情况", "特殊", None, False),
    ("EMPLOYMENT", "就业困难", "就业", "SPECIAL", False),
    ("INTERPERSONAL", "人际沟通困难", "人际", "SPECIAL", False),
    ("MOTIVATION", "上进心不足", "动力", "SPECIAL", False),
    ("HEALTH", "身体疾病或残疾", "身体", "SPECIAL", True),
    ("FAMILY", "家庭重大变故", "家庭", "SPECIAL", False),
    ("DISCIPLINE", "违纪处分", "违纪", "SPECIAL", False),
    ("BEHAVIOUR", "行为异常或失联", "行为", "SPECIAL", False),
    ("RETURN", "休复学与转入学生", "休复学", "SPECIAL", False),
]
# Categories whose lowering and closing also need the opinion of the counselling centre.
ASKS_COUNSELLING = frozenset({"PSYCH"})
# Categories that the college leads; all others are the academy's (rulebook 10).
COLLEGE_LEADS = frozenset({"ACADEMIC", "EMPLOYMENT"})
# code, category (None: any), name
CAUSES: list[tuple[str, str | None, str]] = [
    ("basis", "ACADEMIC", "基础薄弱"),
    ("method", "ACADEMIC", "学习方法不当"),
    ("attendance", "ACADEMIC", "缺课旷课"),
    ("course", "ACADEMIC", "课程难度集中"),
    ("major", "ACADEMIC", "专业兴趣不足"),
    ("pressure", "PSYCH", "学业压力大"),
    ("adaptation", "PSYCH", "环境适应困难"),
    ("relations", "PSYCH", "人际或情感困扰"),
    ("event", "PSYCH", "突发应激事件"),
    ("income", "ECONOMIC", "家庭收入低"),
    ("sudden", "ECONOMIC", "家庭突发变故"),
    ("fees", "ECONOMIC", "学费住宿费负担"),
    ("internet", "MOTIVATION", "沉迷网络"),
    ("goal", "MOTIVATION", "目标不清"),
    ("dormitory", "INTERPERSONAL", "宿舍矛盾"),
    ("skills", "EMPLOYMENT", "求职准备不足"),
    ("illness", "HEALTH", "疾病或伤病"),
    ("other", None, "其他原因"),
]
# key, name, value, unit, not below, source, note
NUMBERS: list[tuple[str, str, str, str, str, str, str]] = [
    ("case.key_days", "双方确认时限", "3", "天", "1", "校内规定", "从提出之时起，夜间与周末照计"),
    ("case.clash_days", "双方意见不一致最迟上会", "14", "天", "1", "校内规定", "下一次双院联席会"),
    ("case.close_reviews", "销号前连续评估次数", "2", "次", "1", "规则3.5", "等级为蓝色或以下"),
    ("case.quiet_days", "销号前无新情况天数", "60", "天", "1", "规则3.5", "可按学校规定调整"),
    (
        "problem.from_cases",
        "提示共性问题的同因案例数",
        "3",
        "件",
        "2",
        "校内规定",
        "同一单位内未销号的案例",
    ),
    (
        "problem.check_days",
        "面上整改后复查",
        "90",
        "天",
        "7",
        "校内规定",
        "比较整改前后同样天数的新增",
    ),
    ("case.recheck_days", "销号后回访", "30", "天", "1", "校内规定", "从销号之日起"),
]


def write_catalogue(using: str = "default", **_kwargs: Any) -> None:
    for code, rank, name, contact, first, review, family in LEVELS:
        CaseLevel.objects.using(using).get_or_create(
            code=code,
            defaults={
                "rank": rank,
                "name": name,
                "contact_every_days": contact,
                "first_action_hours": first,
                "review_every_days": review,
                "family_within_days": family,
            },
        )
    for order, (code, name, short, parent, health) in enumerate(CATEGORIES):
        CaseCategory.objects.using(using).get_or_create(
            code=code,
            defaults={
                "name": name,
                "short_name": short,
                "parent_id": parent,
                "is_health": health,
                "is_economic": code == "ECONOMIC",
                "asks_counselling": code in ASKS_COUNSELLING,
                "led_by": KeySide.COLLEGE if code in COLLEGE_LEADS else KeySide.ACADEMY,
                "is_used": code != "RETURN",
                "order": order * 10,
            },
        )
    _write_causes(using)
    for key, name, value, unit, low, source, note in NUMBERS:
        Parameter.objects.using(using).get_or_create(
            key=key,
            defaults={
                "name": name,
                "value": Decimal(value),
                "unit": unit,
                "legal_min": Decimal(low),
                "source": source,
                "note": note,
            },
        )


def _write_causes(using: str) -> None:
    for order, (code, category, name) in enumerate(CAUSES):
        CauseCode.objects.using(using).get_or_create(
            code=code, defaults={"name": name, "category_id": category, "order": order * 10}
        )
