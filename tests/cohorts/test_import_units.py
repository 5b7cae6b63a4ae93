"""The organisation from a file: opened, renamed, moved and closed as in the admin, or not at all."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from cohorts.domain.tree import close_unit, open_unit, rebuild_tree
from cohorts.models import Cohort, Unit, UnitTree
from portal.core.domain.imports import Context, Result, import_kind, run_import
from portal.core.domain.pull import pull
from portal.core.models import AuditEntry, JobState, User
from students.models import Student
from tests.sheets import csv_file
from tests.world import World

pytestmark = pytest.mark.django_db
HEAD = ["单位代码", "单位名称", "简称", "单位类型", "上级单位代码", "入学年份", "撤销日期"]
# Children before their parents: platforms sort as they like.
NEW = [
    ["C3-2026-1", "材料2601", "", "班级", "C3-2026", "", ""],
    ["C3-2026", "材料学院2026级", "材料2026级", "年级", "C3", "2026", ""],
    ["C3", "材料科学与工程学院", "材料学院", "学院", "U", "", ""],
]


def run(*rows: list[str], actor: Any = None, is_dry: bool = False) -> Result:
    kind = import_kind("units")
    assert kind is not None
    return run_import(kind, csv_file([HEAD, *rows]), Context(actor=actor), is_dry=is_dry)


def tree() -> set[tuple[int, int, int]]:
    return set(UnitTree.objects.values_list("ancestor_id", "descendant_id", "depth"))


def test_a_college_with_its_cohort_and_class_is_opened_from_nothing(world: World) -> None:
    shown = run(*NEW, actor=world.sys, is_dry=True)
    assert (shown.diff.counts["new"], len(shown.diff.changes)) == (3, 3)
    assert not Unit.objects.filter(code="C3").exists()
    done = run(*NEW, actor=world.sys)
    assert done.faults == []
    cohort = Cohort.objects.get(code="C3-2026")
    assert (cohort.entry_year, cohort.parent.code) == (2026, "C3")  # type: ignore[union-attr]
    assert AuditEntry.objects.filter(action="open_unit", actor=world.sys).count() == 3
    kept = tree()
    rebuild_tree()
    assert tree() == kept
    again = run(*NEW, actor=world.sys)
    assert again.diff.is_empty


def test_names_places_and_ends_follow_the_file_and_the_rest_stays(world: World) -> None:
    open_unit(actor=None, unit=Cohort(name="空年级", code="C1-2020", parent=world.chem, entry_year=2020))  # fmt: skip
    today = timezone.localdate().isoformat()
    done = run(
        ["化工2302", "化工卓越2302", "", "行政班", "C1-2024", "", ""],
        ["C1-2020", "空年级", "", "cohort", "", "2020", today],
        ["C2", "机械工程学院", "机械学院", "学院", "U", "", ""],
    )
    assert done.faults == []
    assert done.diff.counts == {"new": 0, "changed": 2, "unchanged": 1}
    moved = Unit.objects.get(pk=world.c2302.pk)
    assert (moved.name, moved.parent_id) == ("化工卓越2302", world.chem24.pk)
    assert Unit.objects.get(code="C1-2020").closed_on == timezone.localdate()
    assert world.cheng in Student.objects.restrict(world.jiang, "see_card")
    assert world.cheng not in Student.objects.restrict(world.lin, "see_card")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (["C9", "新学院", "", "王国", "U", "", ""], "单位类型"),
        (["C9", "新学院", "", "学院", "NO", "", ""], "单位代码"),
        (["C9", "新学院", "", "学院", "C9", "", ""], "上级单位代码"),
        (["C9-1", "新年级", "", "年级", "C1", "", ""], "入学年份"),
        (["C9-1", "新班", "", "班级", "C1", "", ""], "单位代码"),  # a class under a college
        (["C1", "化学工程学院", "", "书院", "U", "", ""], "单位代码"),  # another kind
        (["C1", "化学工程学院", "", "学院", "C1-2023", "", ""], "单位代码"),  # below itself
        (["C2", "机械工程学院", "", "学院", "", "", "2026-11-01"], "单位代码"),  # students in it
        (["C1-2023", "化工2023级", "", "年级", "A1", "2023", ""], "单位代码"),  # the other side
    ],
)
def test_one_wrong_row_and_nothing_of_the_file_is_taken(
    world: World, row: list[str], column: str
) -> None:
    before = (tree(), list(Unit.objects.order_by("pk").values_list("name", "parent_id")))
    done = run(*NEW, row)
    assert column in {fault.heading for fault in done.faults}, done.faults
    assert (tree(), list(Unit.objects.order_by("pk").values_list("name", "parent_id"))) == before


def test_a_circle_is_named_and_a_code_stands_once(world: World) -> None:
    ring = [["X1", "甲", "", "部处", "X2", "", ""], ["X2", "乙", "", "部处", "X1", "", ""]]
    assert {fault.heading for fault in run(*ring).faults} == {"上级单位代码"}
    assert run(NEW[2], NEW[2]).faults


def test_each_row_asks_for_the_right_to_manage_units_there(world: World) -> None:
    world.add_person("li", "李系统")
    world.add_post("li", "sysadmin", "uni")
    assert run(*NEW, actor=world.li, is_dry=True).faults == []
    for person in (world.jiang, world.sec, world.nobody):
        assert run(*NEW, actor=person, is_dry=True).faults


def test_a_closed_unit_takes_no_more_and_the_command_says_so(
    world: World, tmp_path: Path, capsys: Any
) -> None:
    close_unit(actor=None, unit=world.counselling, closed_on=timezone.localdate())
    file = tmp_path / "units.csv"
    file.write_bytes(csv_file([HEAD, *NEW]))
    call_command("import_units", str(file), "--dry-run")
    assert not Unit.objects.filter(code="C3").exists()
    call_command("import_units", str(file))
    assert Unit.objects.filter(code="C3").exists()


def test_the_nightly_pull_takes_the_organisation_before_those_who_stand_in_it(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "units-20261122.csv").write_bytes(csv_file([HEAD, *NEW]))
    (tmp_path / "roster-20261122.csv").write_bytes(
        csv_file([["学号", "姓名", "班级"], ["2260519001", "何晓彤", "材料2601"]])
    )
    (tmp_path / "staff-20261122.csv").write_bytes(
        csv_file([["工号", "姓名", "角色", "单位"], ["1002017", "沈怀谷", "班主任", "材料2601"]])
    )
    jobs = pull(tmp_path)
    assert [(job.step, job.state) for job in jobs] == [
        (code, JobState.DONE) for code in ("units", "roster", "staff")
    ]
    student = Student.objects.get(student_no="2260519001")
    assert User.objects.get(username="1002017").has_perm("cohorts.see_card", student)
    assert student.placements.get().unit.code == "C3-2026-1"
