"""First kinds of request and the numbers of the loop. Added once, then the school's own."""

from decimal import Decimal
from typing import Any

from casework.models import RequestKind
from cohorts.models import Parameter

# code, name, examples, working days, protected
KINDS = [
    ("study", "学习学业", "选课、考试、成绩、学籍", 5, False),
    ("life", "宿舍生活", "住宿、食堂、水电、网络", 3, False),
    ("repair", "报修", "灯具、门窗、水管、公共设施", 2, False),
    ("aid", "资助勤工", "困难认定、助学金、勤工助学", 5, False),
    ("mind", "情绪与人际", "想找人谈谈，舍友或同学相处", 2, False),
    ("safety", "安全隐患", "消防、用电、治安、交通", 1, False),
    ("career", "就业升学", "实习、求职、升学手续", 5, False),
    ("other", "其他", "拿不准归谁管的事", 5, False),
    ("complaint", "投诉与权益维护", "认为权益受到侵害；身份受保护", 10, True),
]
# key, name, value, unit of measure
NUMBERS = [
    ("request.confirm_days", "诉求答复后自动办结", 7, "天"),
    ("request.recheck_days", "诉求办结后回访", 30, "天"),
    ("request.min_cell", "诉求公开看板最小计数", 3, "件"),
]


def write_request_kinds(using: str = "default", **_kwargs: Any) -> None:
    for order, (code, name, examples, days, is_protected) in enumerate(KINDS):
        RequestKind.objects.using(using).get_or_create(
            code=code,
            defaults={
                "name": name,
                "help": examples,
                "answer_days": days,
                "is_protected": is_protected,
                "order": order * 10,
            },
        )
    for key, name, value, unit in NUMBERS:
        Parameter.objects.using(using).get_or_create(
            key=key, defaults={"name": name, "value": Decimal(value), "unit": unit}
        )


def number(key: str) -> int:
    """A number of the loop as the administrator has set it, else the first value."""
    found = Parameter.objects.filter(key=key).values_list("value", flat=True).first()
    return int(found) if found is not None else next(n[2] for n in NUMBERS if n[0] == key)
