"""First rows of study: grade point scales and published rule sets of warnings.

Runs after each migration; rows are only added, never overwritten, since the school edits them.
"""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from students.models import GradePoint, GradeScale, WarningSet
from students.published_rules import PUBLISHED
from students.study_enums import Formula

# The preset that counts from the beginning; every other set waits until somebody switches it on.
PRESET = "withdrawal"

_STEPS = "优秀 优 A|良好 良 B|中等 中 C|及格 D|不及格 F 缺考 作弊"
_PLUS = "A+ A A- B+ B B- C+ C C- D"
# code, name, formula, in use, bands from:point, points of the five words, points of letters
_SCALES: list[tuple[str, str, Formula, bool, str, str, str]] = [
    ("four-step", "四级绩点 4/3/2/1", Formula.BANDS, False, "90:4 80:3 70:2 60:1", "4 3 2 1 0", ""),
    (
        "eleven-step", "十一级绩点（最高4.3）", Formula.BANDS, True,
        "95:4.3 90:4 85:3.7 81:3.3 78:3 75:2.7 72:2.3 68:2 64:1.7 60:1.3",
        "4.3 3.7 2.7 1.7 0", "4.3 4 3.7 3.3 3 2.7 2.3 2 1.7 1.3",
    ),
    ("curve", "4 − 3(100−x)²/1600", Formula.CURVE, False, "", "3.95 3.58 2.83 1.7 0", ""),
    ("linear", "x/10 − 5", Formula.LINEAR, False, "", "4.5 3.5 2.5 1.5 0", ""),
]  # fmt: skip


def write_study(using: str = "default", **_kwargs: Any) -> None:
    has_scale = GradeScale.objects.using(using).exists()
    for code, name, formula, is_used, bands, words, letters in _SCALES:
        scale, made = GradeScale.objects.using(using).get_or_create(
            code=code,
            defaults={"name": name, "formula": formula, "is_used": is_used and not has_scale},
        )
        if made:
            GradePoint.objects.using(using).bulk_create(_points(scale, bands, words, letters))
    now = timezone.now()
    for family, name, source, entry_to, body in PUBLISHED:
        WarningSet.objects.using(using).get_or_create(
            family=family,
            defaults={
                "name": name, "source": source, "entry_to": entry_to, "body": body,
                "on_at": now if family == PRESET else None,
            },
        )  # fmt: skip


def _points(scale: GradeScale, bands: str, words: str, letters: str) -> list[GradePoint]:
    made = []
    for band in bands.split():
        low, point = band.split(":")
        made.append(GradePoint(scale=scale, low=Decimal(low), point=Decimal(point)))
    by_grade: dict[str, str] = {}
    for grades, point in zip(_STEPS.split("|"), words.split(), strict=True):
        by_grade |= dict.fromkeys(grades.split(), point)
    by_grade |= dict(zip(_PLUS.split(), letters.split(), strict=False))
    made += [
        GradePoint(scale=scale, grade=grade, point=Decimal(point))
        for grade, point in by_grade.items()
    ]
    return made
