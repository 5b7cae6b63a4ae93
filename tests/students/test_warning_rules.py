"""The rules against a second reading in plain Python, at every boundary and on random transcripts."""

import copy
import os
import random
import re
from fractions import Fraction
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cohorts.models import Term
from students.domain.warning_preview import preview_set
from students.models import WarningSet
from students.published_rules import CUP, PEKING, PUBLISHED, RULE_167, XAUAT, XJTU
from students.warning_rules import faults_of, read_rules, write_rules
from tests.students.plain_warnings import Pupil, Reader, Sat
from tests.students.transcripts import ENTRY, TERMS, enter, open_terms, plan_of, random_pupil

pytestmark = pytest.mark.django_db
# More for a night: WARNING_EXAMPLES=200.
EXAMPLES = int(os.environ.get("WARNING_EXAMPLES", "3"))


def found(body: dict[str, Any], half: int) -> dict[int, str]:
    """Level by student, as the statements say."""
    one = WarningSet(family="draft", name="草稿", body=body)
    hits = preview_set(one, Term.objects.get(pk=TERMS[half])).hits
    return {hit.student_id: hit.level for hit in hits}


@pytest.fixture(autouse=True)
def _terms(db: None) -> None:
    open_terms()


@pytest.mark.parametrize(("family", "body"), [(one[0], one[4]) for one in PUBLISHED])
def test_every_published_set_makes_sense_and_is_kept_as_it_is(
    family: str, body: dict[str, Any]
) -> None:
    rules = read_rules(body)
    assert faults_of(rules) == []
    assert read_rules(write_rules(rules)) == rules
    kept = WarningSet.objects.get(family=family)
    assert read_rules(kept.body) == rules
    assert kept.is_on == (family == "withdrawal")


# Credits owed, and what each published rule says about them.
OWED = ("0", "0.5", "10", "10.5", "12", "15", "15.5", "20", "20.5", "24.5", "25", "25.5")


@pytest.mark.parametrize(
    ("body", "half", "expected"),
    [
        (CUP, 4, ["", "", "", "一级预警", "一级预警", "一级预警", *["二级预警"] * 4,
                  "三级预警", "三级预警"]),
        (PEKING, 2, ["", "", "", *["黄色预警"] * 9]),
        (PEKING, 4, ["", *["橙色预警"] * 3, *["深橙色预警"] * 4, *["红色预警"] * 4]),
        (RULE_167, 4, ["", "", *["学业警告"] * 10]),
    ],
)  # fmt: skip
def test_bounds_are_taken_literally(body: dict[str, Any], half: int, expected: list[str]) -> None:
    students = []
    for n, owed in enumerate(OWED):
        sat = [Sat("big", half, Fraction(20), True)]
        sat += [Sat("owed", half, Fraction(owed), False)] if Fraction(owed) else []
        students.append(enter(f"9{n:04d}", Pupil(half, sat), half).pk)
    levels = found(body, half)
    assert [levels.get(pk, "") for pk in students] == expected


def test_credits_and_courses_must_both_be_reached() -> None:
    few = [Sat(f"f{n}", 3, Fraction(4), False) for n in range(5)]
    many = [Sat(f"m{n}", 3, Fraction(n + 8, 2), False) for n in range(6)]
    light = [Sat(f"l{n}", 3, Fraction(3), False) for n in range(6)]
    ids = [enter(f"9100{n}", Pupil(3, sat), 3).pk for n, sat in enumerate((few, many, light))]
    levels = found(RULE_167, 3)
    assert [levels[pk] for pk in ids] == ["学业警告", "留级", "学业警告"]


def year(credits: float, number: int) -> Sat:
    """So many credits, all of them passed, in one academic year."""
    return Sat(f"y{number}", 2 * number, Fraction(str(credits)), True)


@pytest.mark.parametrize(
    ("years", "level"),
    [
        ([23], "退学警告"),  # rulebook example 18
        ([24], ""),
        ([20, 14], "退学处理"),  # example 19: under 15 in the warning year
        ([20, 16], ""),  # lifted: the warning year is not counted, the line is still 24
        ([20, 3.5], "退学处理"),
        ([20, 16, 18], ""),  # after one more year the line is 54
        ([20, 16, 17.5], "退学处理"),  # 53.5: a second warning
        ([30, 23], "退学警告"),
        ([30, 24], ""),
        ([30, 20, 15], ""),  # 65 against 54
        ([30, 20, 14.5], "退学处理"),
        ([8, 15], "退学处理"),  # 15 are enough, but 23 is still below the line
        ([30, 30, 30, 14], ""),
        ([30, 30, 30, 13.5], "退学警告"),
    ],
)
def test_withdrawal_warning_and_its_year(years: list[float], level: str) -> None:
    sat = [year(credits, n) for n, credits in enumerate(years, 1)]
    half = 2 * len(years)
    student = enter("92001", Pupil(half, sat), half)
    assert found(XJTU, half).get(student.pk, "") == level


def test_a_trial_is_offered_once() -> None:
    def sat(*earned: float) -> list[Sat]:
        return [
            Sat(f"c{n}", n, Fraction(str(credits)), True) for n, credits in enumerate(earned, 1)
        ]

    first = enter("93001", Pupil(2, sat(12, 11)), 2).pk
    fine = enter("93002", Pupil(2, sat(12, 11.5)), 2).pk
    again = enter("93003", Pupil(2, sat(7, 30)), 2).pk
    twice = enter("93004", Pupil(2, sat(7, 7)), 2).pk
    levels = found(XAUAT, 2)
    assert levels == {
        first: "应予退学（可申请试读一次）", twice: "应予退学（不再试读）"
    }, (fine, again)  # fmt: skip


def test_too_few_credits_in_one_two_and_three_terms_in_a_row() -> None:
    rows = [[14.5], [14.5, 14.5], [14.5, 14.5, 14.5], [14.5, 15, 14.5], [15]]
    ids = {}
    for n, credits in enumerate(rows):
        sat = [
            Sat(f"c{h}", h, Fraction(str(c)), True) for h, c in enumerate(credits, 5 - len(credits))
        ]
        full = [Sat(f"f{h}", h, Fraction(20), True) for h in range(1, 5 - len(credits))]
        ids[n] = enter(f"9400{n}", Pupil(4, full + sat), 4).pk
    levels = found(CUP, 4)
    assert [levels.get(ids[n], "") for n in range(5)] == [
        "一级预警", "二级预警", "三级预警", "一级预警", ""
    ]  # fmt: skip


@settings(
    max_examples=EXAMPLES, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(seed=st.integers(0, 10**6))
def test_random_transcripts_are_judged_alike(seed: int) -> None:
    rng = random.Random(seed)
    half = rng.choice((4, 6, 8))
    with transaction.atomic():
        pupils = {}
        for n in range(10):
            pupil = random_pupil(rng, rng.choice([h for h in (2, 4, 6, 8) if h <= half]))
            for sat in pupil.sat:
                sat.course = f"p{n}-{sat.course}"
            major = None
            if pupil.plan is not None:
                pupil.plan = {f"p{n}-{code}": wanted for code, wanted in pupil.plan.items()}
                major = plan_of(pupil, ENTRY + (half - pupil.now) // 2, f"M{n}")
            else:
                pupil.years = 4
                for sat in pupil.sat:
                    sat.course = f"{6}{n:05d}-{sat.course}"
            pupils[enter(f"6{n:05d}", pupil, half, major).pk] = pupil
        bodies = [one[4] for one in PUBLISHED]
        for body in (*bodies, *(_mixed(copy.deepcopy(body), rng) for body in bodies)):
            expected = {
                pk: level for pk, pupil in pupils.items() if (level := Reader(body, pupil).level())
            }
            assert found(body, half) == expected, body
        transaction.set_rollback(True)


def _mixed(body: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The same rules with other kinds of credits, windows and ways of counting resits."""
    for rule in body["rules"]:
        for group in rule["groups"]:
            for one in group:
                if one["what"] != "before" and rng.random() < 0.5:
                    one["of"] = rng.choice(("any", "required", "elective", "plan"))
                    one["resits"] = rng.choice(("cancel", "count"))
                    one["window"] = rng.choice(("term", "year", "entry"))
    return body


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"above": "20", "below": "15"}, "不存在|contradict"),
        ({"above": "15", "below": "15", "above_in": True}, "不存在|contradict"),
        ({"above": "十五"}, "数|number"),
        ({"above": "", "below": ""}, "界|bound"),
        ({"above": "-1"}, "0|zero"),
        ({"what": "luck"}, "不存在|exist"),
        ({"lines": {"1": "20"}, "below": "10"}, "一种|one of them"),
        ({"skip": "nothing"}, "不存在|exist"),
        ({"what": "before", "rule": "nothing"}, "不存在|exist"),
        ({"share": True}, "计划|plan"),
    ],
)
def test_a_rule_that_makes_no_sense_says_why(change: dict[str, Any], part: str) -> None:
    body = copy.deepcopy(RULE_167)
    body["rules"][0]["groups"][0][0].update(change)
    faults = faults_of(read_rules(body))
    assert faults
    assert any(re.search(part, fault) for fault in faults), faults
    with pytest.raises(ValueError, match="None"):
        found(body, 2)
