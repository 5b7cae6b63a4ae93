"""What a grade means (rulebook 6.4): percent, five steps, letters, pass or fail, special values.

A word or a letter gets no number: a score is never invented.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from portal.core.sheets import Choice, Fault, as_text
from students.enums import AttemptKind, SpecialGrade

_WORDS: dict[str, bool] = {
    "优秀": True, "优": True, "良好": True, "良": True, "中等": True, "中": True, "及格": True,
    "合格": True, "通过": True, "不及格": False, "不合格": False, "不通过": False, "未通过": False,
}  # fmt: skip
_LETTERS = re.compile(r"^(?:[ABC][+-]?|D[+-]?|F|P)$")
_SPECIAL: dict[str, tuple[SpecialGrade, bool | None]] = {
    "缓考": (SpecialGrade.DEFERRED, None),
    "缺考": (SpecialGrade.ABSENT, False),
    "旷考": (SpecialGrade.ABSENT, False),
    "作弊": (SpecialGrade.CHEATED, False),
    "违纪": (SpecialGrade.CHEATED, False),
    "免修": (SpecialGrade.EXEMPT, True),
    "免考": (SpecialGrade.EXEMPT, True),
    "未登录": (SpecialGrade.NOT_ENTERED, None),
    "未录入": (SpecialGrade.NOT_ENTERED, None),
}
_PASS_MARK = Decimal(60)


@dataclass(frozen=True)
class Meaning:
    """``score`` only for percent grades; ``passed`` None while there is no decision."""

    score: str
    special: str
    passed: bool | None


def read_grade(raw: Any) -> "str | Fault":
    """The grade as the clerk wrote it, once it is known to mean something."""
    text = as_text(raw)
    if type(text) is not str or not text:
        return text
    if meaning(text) is None:
        return Fault(
            _(
                "Unknown grade. Enter 0 to 100, 优秀 to 不及格, a letter, 合格 or 不合格, or 缓考、缺考、作弊、免修、未登录."
            )
        )
    return _plain(text)


def _plain(text: str) -> str:
    try:
        return format(Decimal(text).normalize(), "f")
    except InvalidOperation:
        return text.upper() if text.isascii() else text


def meaning(text: str) -> Meaning | None:
    """What ``text`` stands for, or None when it is no grade."""
    if text in _WORDS:
        return Meaning("", "", _WORDS[text])
    if text in _SPECIAL:
        special, passed = _SPECIAL[text]
        return Meaning("", special.value, passed)
    if _LETTERS.match(text.upper()):
        return Meaning("", "", text.upper() != "F")
    try:
        score = Decimal(text)
    except InvalidOperation:
        return None
    if not score.is_finite() or not 0 <= score <= 100 or score != score.quantize(Decimal("0.01")):
        return None
    return Meaning(format(score.normalize(), "f"), "", score >= _PASS_MARK)


read_attempt = Choice(
    {
        AttemptKind.FIRST.value: (
            "正考",
            "初修",
            "正常考试",
            "正常",
            "首次",
            "首考",
            "缓考",
            "first sitting",
        ),
        AttemptKind.RESIT.value: ("补考", "补考一", "补考1"),
        AttemptKind.RETAKE.value: ("重修", "重考", "重学"),
    }
)
read_required = Choice(
    {
        "t": ("必修", "是", "y", "yes", "1", "true", "必修课"),
        "f": (
            "选修",
            "否",
            "n",
            "no",
            "0",
            "false",
            "任选",
            "限选",
            "公选",
            "选修课",
            "任选课",
            "限选课",
        ),
    }
)


def read_credits(raw: Any) -> "str | Fault":
    text = as_text(raw)
    if type(text) is not str or not text:
        return text
    try:
        value = Decimal(text)
    except InvalidOperation:
        return Fault(_("Enter the credits as a number, such as 3 or 2.5."))
    if not value.is_finite() or not 0 <= value <= 99 or value != value.quantize(Decimal("0.1")):
        return Fault(_("Credits lie between 0 and 99, with one decimal at most."))
    return format(value.quantize(Decimal("0.1")), "f")


_TERM = re.compile(
    r"^(\d{4})\s*[-—–/~]\s*(\d{4})\s*(?:学年)?\s*[-—–/]?\s*(?:第)?\s*([123一二三])\s*(?:学期)?$"
)
_DIGIT = {"一": "1", "二": "2", "三": "3"}


def read_term(raw: Any) -> "str | Fault":
    """2025-2026-1, also written 2025-2026学年第一学期."""
    text = as_text(raw)
    if type(text) is not str or not text:
        return text
    found = _TERM.match(text)
    if found is None or int(found[2]) != int(found[1]) + 1:
        return Fault(_("Write the term as 2025-2026-1."))
    return f"{found[1]}-{found[2]}-{_DIGIT.get(found[3], found[3])}"
