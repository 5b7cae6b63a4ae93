"""First rows of scales and their lines (rulebook 3.7). Added once, then the school's own."""

from typing import Any

from casework.models import CaseLevel, Scale, ScaleLine

_SCL_FACTORS = (
    "躯体化:1,4,12,27,40,42,48,49,52,53,56,58;强迫:3,9,10,28,38,45,46,51,55,65;"
    "人际敏感:6,21,34,36,37,41,61,69,73;情绪:5,14,15,20,22,26,29,30,31,32,54,71,79;"
    "紧张:2,17,23,33,39,57,72,78,80,86;敌对:11,24,63,67,74,81;回避:13,25,47,50,70,75,82;"
    "多疑:8,18,43,68,76,83;因子九:7,16,35,62,77,84,85,87,88,90;其他:19,44,59,60,64,66,89"
)
# code, name, items, answers from, to, left out of the sum, positive from, factors
SCALES = [
    ("UPI", "大学生人格问卷 UPI", 60, 0, 1, "5,20,35,50", 1, ""),
    ("SCL-90", "症状自评量表 SCL-90", 90, 1, 5, "", 2, _SCL_FACTORS),
    ("PHQ-9", "PHQ-9", 9, 0, 3, "", 1, ""),
    ("GAD-7", "GAD-7", 7, 0, 3, "", 1, ""),
]
# scale, rank, name, test, items, from, counts as a line, talk within days, level after the talk
LINES = [
    ("UPI", 1, "I 类（总分）", "total", "", 25, True, 14, "ORANGE"),
    ("UPI", 1, "I 类（第 25 题）", "item", "25", 1, True, 0, "ORANGE"),
    ("UPI", 2, "II 类（总分）", "total", "", 20, True, 14, "BLUE"),
    ("UPI", 2, "II 类（关键题）", "item", "8,16,26", 1, True, 14, "BLUE"),
    ("SCL-90", 1, "因子分 ≥3", "factor", "", 3, True, 14, "ORANGE"),
    ("SCL-90", 2, "总分 ≥160", "total", "", 160, True, 14, "YELLOW"),
    ("SCL-90", 2, "阳性项目 ≥43", "positive", "", 43, True, 14, "YELLOW"),
    ("SCL-90", 3, "因子分 ≥2", "factor", "", 2, True, 14, "BLUE"),
    ("PHQ-9", 1, "20 分线", "total", "", 20, True, 14, "ORANGE"),
    ("PHQ-9", 2, "15 分线", "total", "", 15, True, 14, "YELLOW"),
    ("PHQ-9", 3, "10 分线", "total", "", 10, True, 14, "BLUE"),
    ("PHQ-9", 4, "5 分线", "total", "", 5, True, 14, None),
    ("PHQ-9", 9, "第 9 题", "item", "9", 1, False, 0, None),
    ("GAD-7", 1, "15 分线", "total", "", 15, True, 14, "YELLOW"),
    ("GAD-7", 2, "10 分线", "total", "", 10, True, 14, "BLUE"),
    ("GAD-7", 3, "5 分线", "total", "", 5, True, 14, None),
]


def write_scales(using: str = "default", **_kwargs: Any) -> None:
    levels = set(CaseLevel.objects.using(using).values_list("code", flat=True))
    for order, (code, name, items, low, high, left_out, positive, factors) in enumerate(SCALES):
        scale, made = Scale.objects.using(using).get_or_create(
            code=code,
            defaults={
                "name": name,
                "items": items,
                "answer_min": low,
                "answer_max": high,
                "uncounted": left_out,
                "positive_from": positive,
                "factors": factors,
                "order": order * 10,
            },
        )
        if not made:
            continue
        ScaleLine.objects.using(using).bulk_create(
            ScaleLine(
                scale=scale, rank=rank, name=line, test=test, items=named, threshold=start,
                is_line=counts, follow_days=days, level_id=level if level in levels else None,
            )
            for of, rank, line, test, named, start, counts, days, level in LINES
            if of == code
        )  # fmt: skip
