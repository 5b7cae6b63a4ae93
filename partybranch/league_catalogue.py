"""First rows of the Youth League and of flags on members: numbers, targets, kinds of flag.

Only added, never overwritten: the administrators edit them. A flag (双带头人, 领雁计划) is a kind of
link of a member to a name; a further one is a row in the admin whose code begins with ``flag_``.
"""

from decimal import Decimal
from typing import Any

from cohorts.enums import LinkHolder, LinkTarget
from cohorts.models import LinkKind, Parameter
from partybranch.enums import DUAL_LEADER, FLAG

_OWN = "校内规定"
# code, name
FLAGS: list[tuple[str, str]] = [(DUAL_LEADER, "双带头人"), (f"{FLAG}cadre", "领雁计划")]
# key, name, value, unit, note
NUMBERS: list[tuple[str, str, str, str, str]] = [
    ("league.study", "目标：青年大学习学习率", "80", "%", "低于此值的班级标记"),
    ("league.transfer", "目标：学社衔接率", "99.9", "%", "毕业生团组织关系转出"),
    ("league.months_before", "毕业前几个月列入学社衔接名单", "10", "月", "按学制预计毕业日推算"),
    ("league.months_after", "毕业后几个月内仍补列", "12", "月", ""),
    ("figures.flag_dual", "目标：书记中双带头人占比", "100", "%", "与实际占比并列显示"),
]


def write_league(using: str = "default", **_kwargs: Any) -> None:
    """Add what is missing after a migration. Safe to run again."""
    for key, name, value, unit, note in NUMBERS:
        Parameter.objects.using(using).get_or_create(
            key=key,
            defaults={
                "name": name, "value": Decimal(value), "unit": unit, "legal_min": Decimal(0),
                "is_fixed": False, "source": _OWN, "note": note,
            },
        )  # fmt: skip
    for code, name in FLAGS:
        LinkKind.objects.using(using).get_or_create(
            code=code,
            defaults={
                "name": name, "holder": LinkHolder.MEMBER, "target": LinkTarget.PLACE,
                "load_limit": 1,
            },
        )  # fmt: skip
