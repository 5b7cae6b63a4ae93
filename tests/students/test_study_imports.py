"""Course catalogue, programme plans and the wide sheet of the clerk."""

from decimal import Decimal
from typing import Any

import pytest

from portal.core.domain.imports import Context, Result, import_kind, run_import
from portal.core.sheets import SheetError
from students.models import Course, CourseResult, PlanCourse, Programme
from tests.sheets import csv_file, xlsx_file
from tests.world import World

PLAN_HEAD = [
    "专业",
    "年级",
    "学制",
    "课程组",
    "课程性质",
    "应修学分",
    "课程代码",
    "课程名称",
    "学分",
    "开课学期",
]
PLAN = [
    ["化学工程与工艺", "2023级", "4", "专业核心课", "必修", "", "CHEM2001", "物理化学", "4", "3"],
    ["化学工程与工艺", "2023级", "4", "专业核心课", "必修", "", "CHEM2002", "化工原理", "3.5", "4"],
    ["化学工程与工艺", "2023级", "4", "通识选修", "选修", "6", "GE1001", "科技史", "2", "2"],
]


def bring(code: str, rows: list[list[str]], **context: Any) -> Result:
    kind = import_kind(code)
    assert kind is not None
    return run_import(kind, csv_file(rows), Context(context.pop("actor", None), **context))


def test_a_catalogue_is_entered_and_other_credits_are_shown_first(world: World) -> None:
    head = ["课程代码", "课程名称", "学分", "开课学院"]
    first = bring("courses", [head, ["CHEM2001", "物理化学", "４", "化工学院"]], actor=world.han)
    assert not first.faults
    assert first.diff.counts["new"] == 1
    assert Course.objects.get().college_id == world.chem.pk
    again = bring("courses", [head, ["CHEM2001", "物理化学", "3.5", "化工学院"]], actor=world.han)
    (change,) = again.diff.changes
    assert ("4.0" in change.old, "3.5" in change.new) == (True, True)
    assert bring("courses", [head, ["X1", "力学", "2", "机械学院"]], actor=world.han).faults
    assert bring("courses", [head, ["X1", "力学", "2", ""]], actor=world.han).faults
    assert bring("courses", [head, ["X1", "力学", "2", "无名学院"]]).faults
    assert Course.objects.count() == 1


def test_a_plan_in_the_file_is_the_whole_plan(world: World) -> None:
    assert not bring("programmes", [PLAN_HEAD, *PLAN], actor=world.han).faults
    plan = Programme.objects.get()
    assert (plan.entry_year, plan.years, plan.courses.count()) == (2023, 4, 3)
    group = plan.groups.get(name="通识选修")
    assert (group.need, group.credits, group.due_term) == ("elective", Decimal(6), 2)
    assert bring("programmes", [PLAN_HEAD, *PLAN]).diff.is_empty
    less = bring("programmes", [PLAN_HEAD, PLAN[0], PLAN[2]])
    assert less.diff.counts["changed"] == 1
    assert {one.course.code for one in PlanCourse.objects.all()} == {"CHEM2001", "GE1001"}
    more = [*PLAN[2][:5], "8", *PLAN[2][6:]]
    assert not bring("programmes", [PLAN_HEAD, PLAN[0], more]).diff.is_empty
    plan.groups.get(name="通识选修", credits=8)


@pytest.mark.parametrize(
    ("place", "value", "heading"),
    [(0, "无名专业", "专业"), (9, "13", "开课学期"), (7, "", "课程代码"), (4, "随意", "课程性质")],
)
def test_a_bad_row_refuses_the_plan(world: World, place: int, value: str, heading: str) -> None:
    row = list(PLAN[0])
    row[place] = value
    assert heading in [fault.heading for fault in bring("programmes", [PLAN_HEAD, row]).faults]
    assert not Programme.objects.exists()
    assert not Course.objects.exists()


def test_a_clerk_enters_plans_of_the_own_college_only(world: World) -> None:
    from cohorts.models import Major

    Major.objects.create(code="080201", name="机械工程", college_id=world.mech.pk)
    row = ["机械工程", *PLAN[0][1:]]
    (fault,) = bring("programmes", [PLAN_HEAD, row], actor=world.han).faults
    assert fault.heading == "专业"


def wide(rows: list[list[Any]]) -> Result:
    kind = import_kind("results")
    assert kind is not None
    return run_import(kind, xlsx_file(rows), Context(None))


WIDE = [
    "序号",
    "学号",
    "姓名",
    "班级",
    "物理化学（上）",
    "CHEM2002 化工原理(3.5学分)",
    "科技史补考",
]


@pytest.fixture
def _courses(world: World) -> None:
    Course.objects.create(code="CHEM2001", name="物理化学(上)", credits=4)
    Course.objects.create(code="GE1001", name="科技史", credits=2)


@pytest.mark.usefixtures("_courses")
def test_the_wide_sheet_becomes_one_row_per_sitting(world: World) -> None:
    CourseResult.objects.create(
        student=world.gu, course=Course.objects.get(code="GE1001"), term_id="2025-2026-1",
        grade="50", score=50, passed=False, credits=2,
    )  # fmt: skip
    found = wide([
        ["化工学院2025-2026学年第一学期成绩汇总表"],
        WIDE,
        [1, "2230514127", "顾言川", "化工2301", 86, "优秀", 61],
        [2, "2230514160", "程亦安", "化工2302", "缓考", "", None],
        ["合计", "", "", "", 172],
        ["制表人：韩知行"],
    ])  # fmt: skip
    assert not found.faults, found.faults
    rows = {
        (r.student.name, r.course.code, r.attempt): (r.grade, r.credits)
        for r in CourseResult.objects.select_related("student", "course")
    }
    assert rows == {
        ("顾言川", "CHEM2001", "first"): ("86", Decimal(4)),
        ("顾言川", "CHEM2002", "first"): ("优秀", Decimal("3.5")),
        ("顾言川", "GE1001", "first"): ("50", Decimal(2)),
        ("顾言川", "GE1001", "resit"): ("61", Decimal(2)),
        ("程亦安", "CHEM2001", "first"): ("缓考", Decimal(4)),
    }
    assert "2025-2026-1" in {r.term_id for r in CourseResult.objects.all()}


@pytest.mark.usefixtures("_courses")
def test_a_wide_sheet_says_what_is_missing(world: World) -> None:
    head = ["学号", "姓名", "物理化学(上)"]
    with pytest.raises(SheetError, match=r"哪个学期|of which term"):
        wide([head, ["2230514127", "顾言川", 86]])
    with pytest.raises(SheetError, match="量子巫术"):
        wide([["2025-2026-1"], ["学号", "姓名", "量子巫术"], ["2230514127", "顾言川", 86]])
    Course.objects.create(code="CHEM2009", name="物理化学（上）", credits=3)
    with pytest.raises(SheetError, match="物理化学"):
        wide([["2025-2026-1"], head, ["2230514127", "顾言川", 86]])
    (fault,) = wide(
        [["2025-2026-1"], ["学号", "姓名", "CHEM2001"], ["2230514127", "顾言川", "很好"]]
    ).faults
    assert (fault.row, fault.heading, fault.value) == (3, "CHEM2001", "很好")
    assert not CourseResult.objects.exists()


@pytest.mark.usefixtures("_courses")
def test_credits_may_stand_in_a_row_of_their_own(world: World) -> None:
    found = wide([
        ["2025-2026-1"], ["学号", "姓名", "CHEM2001 物理化学(上)", "NEW1 新开课"],
        ["学分", "", 4, 1.5], ["2230514127", "顾言川", 86, 90],
    ])  # fmt: skip
    assert not found.faults, found.faults
    assert Course.objects.get(code="NEW1").credits == Decimal("1.5")


def test_a_resit_without_a_first_sitting_is_refused_and_a_correction_keeps_the_former_row(
    world: World,
) -> None:
    head = ["学号", "课程代码", "课程名称", "学分", "学期", "成绩", "考试性质"]
    row = ["2230514127", "CHEM2001", "物理化学", "4", "2025-2026-1", "40", "补考"]
    (fault,) = bring("results", [head, row]).faults
    assert fault.heading == "考试性质"
    first = [*row[:5], "55", "正考"]
    assert not bring("results", [head, first, row]).faults
    assert not bring("results", [head, [*row[:5], "58", "正考"]]).faults
    events = CourseResult.pgh_event_models["corrected"].objects  # type: ignore[attr-defined]
    (former,) = events.all()
    assert (former.grade, former.score) == ("55", Decimal(55))
    assert CourseResult.objects.get(attempt="first").grade == "58"
