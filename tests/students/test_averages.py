"""Grade points by the four formulas, which attempt counts, and the rank (rulebook 6.4)."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from cohorts.models import Term
from students.models import Course, CourseResult, GradeScale, Student
from students.queries.averages import averages_by_term, averages_of, scale_in_use, standing_of
from tests.world import World

TERM = "2025-2026-1"


def sit(student: Student, course: str, grade: str, credits: float = 2, **more: Any) -> None:
    made, _new = Course.objects.get_or_create(code=course, defaults={"name": course})
    score = Decimal(grade) if grade.replace(".", "").isdigit() else None
    passed = more.pop("passed", score is None or score >= 60)
    CourseResult.objects.create(
        student=student, course=made, term_id=more.pop("term", TERM), grade=grade, score=score,
        passed=passed, credits=Decimal(str(credits)), **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("scale", "grade", "point"),
    [
        ("four-step", "90", "4"), ("four-step", "89.9", "3"), ("four-step", "60", "1"),
        ("four-step", "59.5", "0"), ("four-step", "优秀", "4"), ("four-step", "不及格", "0"),
        ("eleven-step", "95", "4.3"), ("eleven-step", "94.9", "4"), ("eleven-step", "81", "3.3"),
        ("eleven-step", "64", "1.7"), ("eleven-step", "60", "1.3"), ("eleven-step", "59", "0"),
        ("eleven-step", "B+", "3.3"), ("eleven-step", "缺考", "0"),
        ("curve", "100", "4"), ("curve", "80", "3.25"), ("curve", "60", "1"), ("curve", "59", "0"),
        ("linear", "95", "4.5"), ("linear", "60", "1"), ("linear", "50", "0"),
        ("four-step", "合格", None), ("eleven-step", "免修", None),
    ],
)  # fmt: skip
def test_points_of_every_formula(world: World, scale: str, grade: str, point: str | None) -> None:
    sit(world.gu, "X1", grade, passed=grade not in ("不及格", "缺考", "59", "59.5", "50"))
    found = averages_of([world.gu.pk], GradeScale.objects.get(pk=scale))[world.gu.pk]
    assert found.gpa == (None if point is None else Decimal(point))


def test_averages_are_weighted_by_credits_and_deferred_exams_wait(world: World) -> None:
    sit(world.gu, "X1", "90", 4)
    sit(world.gu, "X2", "70", 1)
    sit(world.gu, "X3", "合格", 2)
    sit(world.gu, "X4", "缓考", 3, passed=None, special="deferred")
    found = averages_of([world.gu.pk])[world.gu.pk]
    assert (found.average, found.earned) == (Decimal(86), Decimal(7))
    assert found.gpa == (4 * 4 + 2 * 1) / Decimal(5)
    assert averages_of([world.cheng.pk]) == {}


@pytest.mark.parametrize(
    ("sitting", "average"), [("best", 80), ("last", 60), ("first", 40), ("all", 60)]
)
def test_which_attempt_counts_is_a_setting(world: World, sitting: str, average: int) -> None:
    Term.objects.create(code="2024-2025-1", starts_on=dt.date(2024, 9, 2))
    sit(world.gu, "X1", "40", term="2024-2025-1")
    sit(world.gu, "X1", "80", term="2024-2025-1", attempt="resit")
    sit(world.gu, "X1", "60", attempt="retake")
    GradeScale.objects.filter(is_used=True).update(sitting=sitting)
    scale = scale_in_use()
    assert scale is not None
    assert averages_of([world.gu.pk], scale)[world.gu.pk].average == average
    until = averages_of([world.gu.pk], scale, until="2024-2025-1")[world.gu.pk]
    assert until.earned == 2
    assert until.average in (80, 40, 60)


@pytest.mark.parametrize("sitting", ["best", "last", "first", "all"])
def test_the_line_over_the_terms_is_what_the_averages_were_then(world: World, sitting: str) -> None:
    Term.objects.create(code="2024-2025-1", starts_on=dt.date(2024, 9, 2))
    for grade, term, attempt in (
        ("40", "2024-2025-1", "first"), ("80", "2024-2025-1", "resit"), ("60", TERM, "retake"),
    ):  # fmt: skip
        sit(world.gu, "X1", grade, term=term, attempt=attempt)
    sit(world.gu, "X2", "91", 3)
    GradeScale.objects.filter(is_used=True).update(sitting=sitting)
    scale = scale_in_use()
    line = averages_by_term(world.gu.pk, scale)
    assert [code for code, _one in line] == ["2024-2025-1", TERM]
    for code, one in line:
        assert one == averages_of([world.gu.pk], scale, until=code)[world.gu.pk]
    assert [one.earned for _code, one in averages_by_term(world.gu.pk, None)] == [2, 5]


def test_the_rank_is_among_the_same_major_and_entry_year(world: World) -> None:
    for name, grade in (("gu", "85"), ("cheng", "90"), ("luo", "85"), ("ye", "99"), ("song", "99")):
        sit(world.students[name], "X1", grade)
    assert standing_of(world.cheng.pk).rank_words == "1/3"
    assert [standing_of(world.students[name].pk).rank_words for name in ("gu", "luo")] == [
        "2/3"
    ] * 2
    assert standing_of(world.gu.pk).rank_percent == "66.7%"
    Student.objects.filter(pk=world.cheng.pk).update(status="03")
    assert standing_of(world.gu.pk).rank_words == "1/2"
    CourseResult.objects.all().delete()
    assert standing_of(world.gu.pk).rank_words == "—"
