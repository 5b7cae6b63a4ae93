"""First rows of limits and staffing ratios (rulebook 2.2 and 2.4; parameters of the domain).

Only added, never overwritten: the system administrator edits them under Administration.
"""

from decimal import Decimal
from typing import Any

from cohorts.enums import RatioShape, Side
from cohorts.models import LinkKind, Parameter, Ratio, RatioRole, Role

# key, name, value, unit, not below, not above, set by rule, source, note
PARAMETERS: list[tuple[str, str, str, str, str | None, str | None, bool, str, str]] = [
    ("staff.counsellor", "专职辅导员师生比", "200", "学生/人", None, "200", True,
     "教育部令第43号第六条", "不低于1:200"),
    ("staff.psych", "专职心理教师师生比", "4000", "学生/人", None, "4000", True,
     "教思政厅函〔2021〕10号", "全校至少2名"),
    ("staff.political", "专职思政与党务人员占比", "0.01", "占师生总数", "0.01", None, True,
     "高校基层组织工作条例", "占全体师生人数"),
    ("staff.ideology_course", "思政课专职教师", "350", "学生/人", None, "350", True,
     "教育部令第46号", ""),
    ("tutor.max_per_grade", "导师每年级指导人数", "2", "人", None, "2", False,
     "学校通知（2022）", "可按学院情况调整"),
    ("export.max_persons", "一次导出人数上限", "500", "人", "1", None, False,
     "规则8.2", "超过时请缩小范围分批导出"),
    ("export.wait_days", "导出申请审批期限", "7", "天", "1", None, False,
     "校内规定", "到期未审批自动失效"),
    ("early.capacity", "优先了解名单人数", "20", "人/名单", "1", "200", True,
     "平台设定", "每位负责人一次最多列出的学生数"),
    ("study.most_credits", "每学期最多修读学分", "30", "学分/学期", "1", "60", False,
     "平台设定", "剩余学分超过剩余学期数乘以此数时，列为可能延期毕业"),
]  # fmt: skip

# code, name, counted for, kind, parameter, at least, {role: weight}
RATIOS: list[tuple[str, str, Side, RatioShape, str, int, dict[str, str]]] = [
    ("counsellor", "专职辅导员", Side.ACADEMY, RatioShape.PER_HEAD, "staff.counsellor", 0,
     {"counsellor": "1", "part_counsellor": "0"}),
    ("psych", "专职心理教师", Side.SCHOOL, RatioShape.PER_HEAD, "staff.psych", 2,
     {"psych_teacher": "1"}),
    ("political", "专职思政与党务人员", Side.SCHOOL, RatioShape.SHARE, "staff.political", 0,
     {"political_staff": "1", "counsellor": "1", "organiser": "1", "party_secretary": "1",
      "deputy_secretary": "1"}),
    ("ideology", "思政课专职教师", Side.SCHOOL, RatioShape.PER_HEAD, "staff.ideology_course", 0,
     {"ideology_teacher": "1"}),
]  # fmt: skip


def write_measures(using: str = "default", **_kwargs: Any) -> None:
    """Add what is missing. Runs after the roles of the catalogue exist; safe to run again."""
    known: dict[str, Parameter] = {}
    for key, name, value, unit, low, high, is_fixed, source, note in PARAMETERS:
        known[key], _made = Parameter.objects.using(using).get_or_create(
            key=key,
            defaults={
                "name": name,
                "value": Decimal(value),
                "unit": unit,
                "legal_min": None if low is None else Decimal(low),
                "legal_max": None if high is None else Decimal(high),
                "is_fixed": is_fixed,
                "source": source,
                "note": note,
            },
        )
    roles = {role.code: role for role in Role.objects.using(using).all()}
    for order, (code, name, side, shape, key, at_least, weights) in enumerate(RATIOS):
        ratio, made = Ratio.objects.using(using).get_or_create(
            code=code,
            defaults={
                "name": name,
                "side": side,
                "shape": shape,
                "parameter": known[key],
                "at_least": at_least,
                "order": order * 10,
            },
        )
        if made:
            RatioRole.objects.using(using).bulk_create(
                RatioRole(ratio=ratio, role=roles[role], weight=Decimal(weight))
                for role, weight in weights.items()
                if role in roles
            )
    # A tutor's limit came with the parameters; a limit typed by hand stays as it is.
    LinkKind.objects.using(using).filter(
        code="tutor", load_limit=None, limit_parameter=None, is_single=False
    ).update(limit_parameter=known["tutor.max_per_grade"], is_limit_per_year=True, is_single=True)
