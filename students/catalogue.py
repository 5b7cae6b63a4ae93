"""First rows of hardship tiers and kinds of aid (rulebook 4). Added once, then the school's own."""

from typing import Any

from students.enums import AidKindGroup
from students.models import AidKind, AidTier

TIERS = [("1", "特别困难"), ("2", "困难"), ("3", "一般困难")]
KINDS = [
    ("A01", "国家奖学金", AidKindGroup.AWARD),
    ("A02", "国家励志奖学金", AidKindGroup.AWARD),
    ("A03", "学校奖学金", AidKindGroup.AWARD),
    ("A04", "国家助学金", AidKindGroup.GRANT),
    ("A05", "社会资助", AidKindGroup.GRANT),
    ("A06", "国家助学贷款", AidKindGroup.LOAN),
    ("A07", "勤工助学", AidKindGroup.WORK),
    ("A08", "临时困难补助", AidKindGroup.SUBSIDY),
    ("A09", "基层就业学费补偿贷款代偿", AidKindGroup.SUBSIDY),
    ("A10", "服兵役国家教育资助", AidKindGroup.SUBSIDY),
    ("A11", "学费减免", AidKindGroup.WAIVER),
    ("A12", "绿色通道", AidKindGroup.GREEN),
]


def write_catalogue(using: str = "default", **_kwargs: Any) -> None:
    """Add the rows that are missing. Safe to run again."""
    AidTier.objects.using(using).bulk_create(
        [AidTier(code=code, name=name, order=place) for place, (code, name) in enumerate(TIERS, 1)],
        ignore_conflicts=True,
    )
    AidKind.objects.using(using).bulk_create(
        [
            AidKind(code=code, name=name, group=group, order=place)
            for place, (code, name, group) in enumerate(KINDS, 1)
        ],
        ignore_conflicts=True,
    )
