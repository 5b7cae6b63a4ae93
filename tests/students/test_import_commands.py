"""The import commands: one path with the page."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from portal.core.models import User
from students.models import CourseResult, Student
from tests.sheets import csv_file, xlsx_file
from tests.world import World

HEAD = ["学号", "姓名", "班级"]
ROW = ["2230519001", "何晓彤", "化工2301"]


def run(command: str, *args: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    with override("en"):
        call_command(command, *args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_roster_comes_in_by_command(world: World, tmp_path: Path) -> None:
    file = tmp_path / "名册.xlsx"
    file.write_bytes(xlsx_file([HEAD, ROW]))
    out, _err = run("import_roster", str(file))
    assert "new 1" in out
    assert Student.objects.filter(student_no="2230519001").exists()


def test_a_dry_run_prints_the_difference_and_writes_nothing(world: World, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(csv_file([HEAD, ROW, ["2230514127", "顾言川", "化工2302"]]))
    out, _err = run("import_roster", str(file), "--dry-run")
    assert "2230514127 顾言川 班级: 化工2301 → 化工2302" in out
    assert not Student.objects.filter(student_no="2230519001").exists()


def test_faults_end_the_command_with_an_error(world: World, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(csv_file([HEAD, ROW, ["2230519002", "丁一", "化工9999"]]))
    with pytest.raises(CommandError, match="1 cells to correct"):
        run("import_roster", str(file))
    assert not Student.objects.filter(student_no="2230519001").exists()


def test_a_missing_file_and_an_unknown_actor_are_named(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.csv"):
        run("import_roster", str(tmp_path / "nowhere.csv"))
    file = tmp_path / "a.csv"
    file.write_bytes(csv_file([HEAD, ROW]))
    with pytest.raises(CommandError, match="no account"):
        run("import_roster", str(file), "--actor", "ghost")
    with pytest.raises(CommandError):
        run("import_roster", str(file), "--actor", "zhou")


def test_an_empty_school_is_filled_by_three_commands(db: None, tmp_path: Path) -> None:
    roster, results, staff = tmp_path / "r.csv", tmp_path / "g.csv", tmp_path / "s.csv"
    roster.write_bytes(csv_file([
        ["学号", "姓名", "学院", "年级", "班级", "书院"],
        ["2250600001", "丁三", "文学院", "2025级", "中文2501", "求是书院"],
    ]))  # fmt: skip
    results.write_bytes(csv_file([
        ["学号", "课程代码", "课程名称", "学分", "学期", "成绩"],
        ["2250600001", "C1", "写作", "2", "2025-2026-1", "良好"],
    ]))  # fmt: skip
    staff.write_bytes(csv_file([
        ["工号", "姓名", "角色", "单位"], ["1001", "何静", "辅导员", "求是书院2025级"],
    ]))  # fmt: skip
    run("import_roster", str(roster), "--create-units", "--since", "2025-09-01")
    run("import_results", str(results), "--create-courses")
    run("import_staff", str(staff))
    assert CourseResult.objects.get().passed
    counsellor = User.objects.get(username="1001")
    assert list(
        Student.objects.restrict(counsellor, "see_card").values_list("name", flat=True)
    ) == ["丁三"]
