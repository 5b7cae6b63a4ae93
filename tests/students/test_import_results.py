"""Import of course results: what grades mean, what is matched, who may."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from cohorts.models import Term
from portal.core.domain.imports import Context, Result, import_kind, run_import
from students.domain.imports_create import term_start
from students.models import Course, CourseResult
from tests.sheets import csv_file
from tests.world import World

HEAD = ["学号", "课程代码", "课程名称", "学分", "学期", "成绩", "考试性质", "是否必修"]
ROW = ["2230514127", "CHEM2001", "物理化学", "4", "2025-2026-1", "86", "正考", "必修"]


@pytest.fixture(autouse=True)
def _english() -> Any:
    with override("en"):
        yield


def results(rows: list[list[str]], **context: Any) -> Result:
    kind = import_kind("results")
    assert kind is not None
    return run_import(kind, csv_file([HEAD, *rows]), Context(context.pop("actor", None), **context))


def with_(**cells: str) -> list[str]:
    row = list(ROW)
    for name, value in cells.items():
        row[
            {"no": 0, "code": 1, "name": 2, "credits": 3, "term": 4, "grade": 5, "kind": 6}[name]
        ] = value
    return row


@pytest.mark.parametrize(
    ("written", "grade", "score", "special", "passed"),
    [
        ("86", "86", 86, "", True), ("59.5", "59.5", 59.5, "", False), ("８６", "86", 86, "", True),
        ("优秀", "优秀", None, "", True), ("不及格", "不及格", None, "", False),
        ("B+", "B+", None, "", True), ("f", "F", None, "", False), ("P", "P", None, "", True),
        ("合格", "合格", None, "", True), ("不通过", "不通过", None, "", False),
        ("缓考", "缓考", None, "deferred", None), ("缺考", "缺考", None, "absent", False),
        ("作弊", "作弊", None, "cheated", False), ("免修", "免修", None, "exempt", True),
        ("未登录", "未登录", None, "not_entered", None),
    ],
)  # fmt: skip
def test_what_a_grade_means(
    world: World, written: str, grade: str, score: float | None, special: str, passed: bool | None
) -> None:
    assert not results([with_(grade=written)]).faults
    found = CourseResult.objects.get(student=world.gu)
    expected = None if score is None else Decimal(str(score))
    assert (found.grade, found.score, found.special, found.passed) == (
        grade,
        expected,
        special,
        passed,
    )


def test_courses_come_from_the_file_and_keep_their_credits(world: World) -> None:
    results([ROW])
    course = Course.objects.get(code="CHEM2001")
    assert (course.name, course.credits) == ("物理化学", Decimal(4))
    found = results([with_(no="2230514160", credits="3")])
    assert any("other credits" in note for note in found.diff.notes)
    assert CourseResult.objects.get(student=world.cheng).credits == Decimal(3)
    assert Course.objects.get(code="CHEM2001").credits == Decimal(4)


def test_the_same_file_twice_changes_nothing_and_a_new_grade_is_shown(world: World) -> None:
    results([ROW])
    assert results([ROW]).diff.is_empty
    changed = results([with_(grade="90")])
    assert changed.diff.counts == {"new": 0, "changed": 1, "unchanged": 0, "moved": 0}
    (change,) = changed.diff.changes
    assert (change.old.split(" ")[0], change.new.split(" ")[0]) == ("86", "90")
    assert CourseResult.objects.get(student=world.gu).score == Decimal(90)


def test_every_sitting_is_kept(world: World) -> None:
    results([with_(grade="50"), with_(grade="60", kind="补考"), with_(grade="70", kind="重修")])
    assert CourseResult.objects.filter(student=world.gu).count() == 3


@pytest.mark.parametrize(
    ("row", "heading"),
    [
        (with_(no="2230599999"), "学号"), (with_(grade="101"), "成绩"), (with_(grade="很好"), "成绩"),
        (with_(grade=""), "成绩"), (with_(term="2025秋"), "学期"), (with_(term="2019-2020-1"), "学期"),
        (with_(credits="四"), "学分"), (with_(credits=""), "学分"), (with_(name=""), "课程名称"),
        (with_(kind="随便"), "考试性质"), (with_(code=""), "课程代码"),
    ],
)  # fmt: skip
def test_bad_cells_refuse_the_file(world: World, row: list[str], heading: str) -> None:
    found = results([ROW, row] if heading in {"学号", "成绩"} else [row])
    assert heading in [fault.heading for fault in found.faults]
    assert not CourseResult.objects.exists()
    assert not Course.objects.exists()


def test_the_same_sitting_twice_in_a_file_is_refused(world: World) -> None:
    (fault,) = results([ROW, with_(grade="90")]).faults
    assert "row 2" in fault.reason


def test_missing_terms_are_opened_when_asked_for(world: World) -> None:
    assert not results([with_(term="2024-2025学年第二学期")], can_create=True).faults
    assert Term.objects.get(code="2024-2025-2").starts_on == term_start("2024-2025-2")
    assert term_start("2025-2026-1").isoformat() == "2025-09-01"
    assert term_start("2026-2027-1").isoformat() == "2026-08-31"


def test_a_clerk_imports_results_of_the_own_college_only(world: World) -> None:
    assert not results([ROW], actor=world.han).faults
    assert [f.heading for f in results([with_(no="2230710008")], actor=world.han).faults] == [
        "学号"
    ]
    assert results([with_(code="X1")], actor=world.sys).faults
