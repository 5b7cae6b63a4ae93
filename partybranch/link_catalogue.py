"""First rows of links: their kinds with what they tie together, and how many one member may have.

Each member links one student, one room and one class (rulebook 2.3); the numbers are the school's
own parameters. Rows are only added, never overwritten: the security administrator edits kinds, the
system administrator numbers.
"""

from decimal import Decimal
from typing import Any

from cohorts.enums import LinkHolder, LinkTarget
from cohorts.models import LinkKind, Parameter

STUDENT, ROOM, CLASS, STUDY, DOOR = (
    "member_student", "member_room", "member_class", "study_help", "door_sign",
)  # fmt: skip
_MEMBER, _BRANCH = LinkHolder.MEMBER, LinkHolder.BRANCH
# code, name, whose, to what, one at a time, how many by default
KINDS: list[tuple[str, str, LinkHolder, LinkTarget, bool, int | None]] = [
    (STUDENT, "党员联系学生", _MEMBER, LinkTarget.STUDENT, True, 1),
    (ROOM, "党员联系宿舍", _MEMBER, LinkTarget.ROOM, True, 1),
    (CLASS, "党员联系班级", _MEMBER, LinkTarget.CLASS, False, 1),
    (STUDY, "一对一学业帮扶", _MEMBER, LinkTarget.STUDENT, True, 2),
    ("peer_tutor", "朋辈党建辅导员", _MEMBER, LinkTarget.CLASS, False, 2),
    (DOOR, "党员宿舍挂牌", _MEMBER, LinkTarget.DOOR, False, 1),
    ("vanguard_post", "党员先锋岗", _MEMBER, LinkTarget.PLACE, False, 1),
    ("duty_area", "党员责任区", _MEMBER, LinkTarget.PLACE, False, 1),
    ("branch_league", "党支部联系团支部", _BRANCH, LinkTarget.CLASS, False, None),
    ("branch_class", "党支部联系班级", _BRANCH, LinkTarget.CLASS, False, None),
    ("co_building", "1+X支部共建", _BRANCH, LinkTarget.UNIT, False, None),
    ("outside_partner", "校外共建单位", _BRANCH, LinkTarget.PLACE, False, None),
    ("leader_branch", "领导干部联系支部", LinkHolder.LEADER, LinkTarget.BRANCH, False, None),
]


def write_links(using: str = "default", **_kwargs: Any) -> None:
    """Add what is missing after a migration. Safe to run again."""
    for code, name, holder, target, is_single, number in KINDS:
        limit = None
        if number is not None:
            limit, _made = Parameter.objects.using(using).get_or_create(
                key=f"link.{code}",
                defaults={
                    "name": f"{name}：每名党员至多", "value": Decimal(number), "unit": "个",
                    "legal_min": Decimal(0), "is_fixed": False, "source": "学校规定",
                    "note": "党员一对一联系学生、宿舍、班级",
                },
            )  # fmt: skip
        LinkKind.objects.using(using).get_or_create(
            code=code,
            defaults={
                "name": name, "holder": holder, "target": target, "is_single": is_single,
                "limit_parameter": limit,
            },
        )  # fmt: skip
