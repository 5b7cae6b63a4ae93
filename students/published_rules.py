"""Published rule sets as first rows of the catalogue; only the preset may be switched on at once.

Sources: the rules quoted in each line. Bounds are taken literally: "10 < x <= 15" is open below
and closed above.
"""

from typing import Any

Body = dict[str, Any]


def _failed(window: str = "entry", **bounds: Any) -> Body:
    return {"what": "failed_credits", "window": window, **bounds}


def _earned(window: str, **bounds: Any) -> Body:
    return {"what": "earned_credits", "window": window, **bounds}


def _before(rule: str, how: str = "row", times: int = 1, span: int = 1) -> Body:
    return {"what": "before", "rule": rule, "how": how, "times": times, "span": span}


def _level(code: str, name: str, colour: str) -> Body:
    return {"code": code, "name": name, "colour": colour}


def _rule(code: str, level: str, *groups: list[Body], **more: Any) -> Body:
    return {"code": code, "level": level, "groups": list(groups), **more}


# Rulebook 3.3: withdrawal warning below 24/54/80/104 credits of the plan after 1 to 4 full years;
# the warning year is not counted. Withdrawal: under 15 credits in it, still below, or once more.
def _withdrawal(lines: dict[str, str]) -> Body:
    below = {**_earned("entry", of="plan"), "lines": lines, "skip": "warned"}
    return {
        "levels": [_level("leave", "退学处理", "RED"), _level("warn", "退学警告", "ORANGE")],
        "rules": [
            _rule("warned", "warn", [below], every="year"),
            _rule(
                "leave", "leave",
                [_before("warned"), _earned("year", of="plan", below="15")],
                [_before("warned", "all"), below],
                every="year",
            ),
        ],
    }  # fmt: skip


XJTU = _withdrawal({"1": "24", "2": "54", "3": "80", "4": "104"})
XJTU_OVERSEAS = _withdrawal({"1": "20", "2": "44", "3": "70", "4": "94"})

_THREE = [_level("3", "红色预警", "RED"), _level("2", "橙色预警", "ORANGE"),
          _level("1", "黄色预警", "YELLOW")]  # fmt: skip


def _generic(code: str, earned: str, failed: str, *steps: str) -> Body:
    """Below or at so many credits in the term, or from so many owed required credits on."""
    return _rule(
        code, code, [_earned("term", below=earned, below_in=True)],
        [_failed(of="required", above=failed, above_in=True)], steps=list(steps),
    )  # fmt: skip


GENERIC = {
    "levels": _THREE,
    "rules": [
        _generic("3", "10", "25", "notice", "talk", "family", "plan"),
        _generic("2", "12", "20", "notice", "talk", "family", "plan"),
        _generic("1", "14", "15", "notice", "talk"),
    ],
}

_SHORT = {"what": "chosen_credits", "window": "term", "below": "15"}
CUP = {
    "levels": [
        _level("4", "试读不合格", "RED"), _level("3", "三级预警", "RED"),
        _level("2", "二级预警", "ORANGE"), _level("1", "一级预警", "YELLOW"),
    ],
    "rules": [
        _rule("owed1", "1", [_failed(of="required", above="10", below="15", below_in=True)]),
        _rule("owed2", "2", [_failed(of="required", above="15", below="25")]),
        _rule("owed3", "3", [_failed(of="required", above="25", above_in=True)]),
        _rule("short1", "1", [_SHORT]),
        _rule("short2", "2", [_SHORT, _before("short1", "row", 1)]),
        _rule("short3", "3", [_SHORT, _before("short1", "row", 2)]),
        # A level three leaves or reads one year on trial, and then owes at most 15.
        _rule("trial", "4", [_before("owed3", "last", 1, 2), _failed(of="required", above="15")]),
    ],
}  # fmt: skip

PEKING = {
    "levels": [
        _level("red", "红色预警", "RED"), _level("dark", "深橙色预警", "ORANGE"),
        _level("orange", "橙色预警", "ORANGE"), _level("yellow", "黄色预警", "YELLOW"),
    ],
    "rules": [
        # The preparatory year; afterwards the other three.
        _rule("yellow", "yellow", [_failed(above="10")], last=2),
        _rule("orange", "orange", [{"what": "failed_courses", "window": "entry", "above": "0"}],
              first=3),
        _rule("dark", "dark", [_failed(above="12", above_in=True)], first=3),
        _rule("red", "red", [_failed(above="20")], first=3),
    ],
}  # fmt: skip

_YEAR = {"what": "earned_credits", "window": "year", "share": True}
DEZHOU = {
    "levels": [
        _level("leave", "予以退学", "RED"), _level("withdrawal", "退学警示", "RED"),
        _level("study", "学业警示", "YELLOW"),
    ],
    "rules": [
        _rule("grade", "", [{**_YEAR, "above": "1/3", "above_in": True, "below": "2/3"}],
              every="year"),
        _rule("study", "study", [{**_YEAR, "above": "1/3", "above_in": True, "below": "2/3"},
                                 _before("grade", "never")], every="year"),
        _rule("withdrawal", "withdrawal", [{**_YEAR, "below": "1/3"}],
              [{**_YEAR, "above": "1/3", "above_in": True, "below": "2/3"},
               _before("grade", "all", 1)], every="year"),
        _rule("leave", "leave",
              [{**_YEAR, "below": "1/3"}, _before("withdrawal", "row", 1)],
              [{**_YEAR, "above": "1/3", "above_in": True, "below": "2/3"},
               _before("grade", "all", 1), _before("withdrawal", "row", 1)], every="year"),
    ],
}  # fmt: skip

_SHARE = {"what": "earned_credits", "of": "required", "window": "entry", "share": True}
_FOUR = {"1": "50%", "2": "50%", "3": "60%", "4": "60%", "5": "65%", "6": "65%"}
_FIVE = {"7": "70%", "8": "70%"}
_MEDICAL = [[{**_SHARE, "lines": _FOUR}]]
MEDICAL = {
    "levels": [_level("withdrawal", "退学警示", "RED"), _level("study", "学业警示", "YELLOW")],
    "rules": [
        _rule("below", "study", *_MEDICAL),
        _rule("below5", "study", [{**_SHARE, "lines": _FIVE}], years=5),
        *(
            _rule(f"{how}{code}", "withdrawal",
                  *([{**_SHARE, "lines": lines}, *looks] for looks in found), years=years)
            for code, lines, years, how, found in (
                ("", _FOUR, None, "again", [[_before("below", "row", 1)],
                                           [_before("below", "all", 2)]]),
                ("5", _FIVE, 5, "again", [[_before("below5", "row", 1)],
                                          [_before("below", "last", 1, 1)],
                                          [_before("below", "all", 2)],
                                          [_before("below", "all", 1), _before("below5", "all", 1)]]),
            )
        ),
    ],
}  # fmt: skip

_CAUSES = (
    [_earned("term", below="7", below_in=True)],
    [{**_earned("entry"), "below_in": True, "lines": {"2": "23", "4": "63", "6": "95"}}],
)
XAUAT = {
    "levels": [_level("leave", "应予退学（不再试读）", "RED"),
               _level("trial", "应予退学（可申请试读一次）", "RED")],
    "rules": [
        _rule("trial", "trial", *_CAUSES),
        _rule("leave", "leave", *([*group, _before("trial", "all", 1)] for group in _CAUSES)),
    ],
}  # fmt: skip

RULE_167 = {
    "levels": [_level("repeat", "留级", "RED"), _level("warn", "学业警告", "ORANGE")],
    "rules": [
        _rule("warn", "warn", [_failed("term", above="10", above_in=True)],
              [_failed(above="15", above_in=True)]),
        _rule("repeat", "repeat",
              [_failed(above="20", above_in=True),
               {"what": "failed_courses", "window": "entry", "above": "6", "above_in": True}]),
    ],
}  # fmt: skip

# family, name, source, entry years to, body
PUBLISHED: list[tuple[str, str, str, int | None, Body]] = [
    ("withdrawal", "退学警告与退学（学年累计学分）", "西交教〔2017〕70号", None, XJTU),
    (
        "withdrawal-overseas",
        "退学警告与退学（港澳台学生，2021级及以前）",
        "西交教〔2017〕70号",
        2021,
        XJTU_OVERSEAS,
    ),
    ("generic", "学期学业预警（红橙黄三级）", "校内通用", None, GENERIC),
    ("owed-and-short", "必修欠学分与选课不足（三级）", "中国石油大学（华东）2019", None, CUP),
    ("colours", "不及格学分四色预警", "北京大学医学部2020", None, PEKING),
    ("year-share", "学年学分比例警示", "德州学院2025", None, DEZHOU),
    ("required-share", "必修学分完成率警示", "某医学院2018", None, MEDICAL),
    ("year-lines", "学期与学年最低学分", "西安建筑科技大学", None, XAUAT),
    ("after-resit", "补考后不及格学分", "〔2011〕167号", None, RULE_167),
]
