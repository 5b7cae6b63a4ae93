"""First rows of categories and levels (rulebook 3.1, 3.2). Added once, then the school's own."""

from typing import Any

from casework.models import CaseCategory, CaseLevel

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
                "is_used": code != "RETURN",
                "order": order * 10,
            },
        )
