"""Import of a roster: what is read, refused, compared and written."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override

from cohorts.models import Unit
from portal.core.domain.imports import Context, Result, import_kind, run_import
from portal.core.errors import StaleError
from portal.core.models import AuditEntry
from students.models import Placement, StatusPeriod, Student
from tests.sheets import csv_file
from tests.world import World

HEAD = ["学号", "姓名", "性别", "学院", "年级", "班级", "书院", "宿舍楼", "房间"]
NEW = [
    "2230519001",
    "何晓彤",
    "女",
    "化学工程学院",
    "2023级",
    "化工2301",
    "明德书院",
    "东12舍",
    "411",
]


@pytest.fixture(autouse=True)
def _english() -> Any:
    with override("en"):
        yield


def roster(rows: list[list[str]], head: list[str] | None = None, **context: Any) -> Result:
    options = {key: context.pop(key) for key in ("is_dry", "expected") if key in context}
    kind = import_kind("roster")
    assert kind is not None
    return run_import(
        kind,
        csv_file([head or HEAD, *rows]),
        Context(context.pop("actor", None), **context),
        **options,
    )


def reasons(result: Result) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.heading, fault.reason) for fault in result.faults]


def test_a_new_student_gets_record_keys_placements_status_and_history(world: World) -> None:
    result = roster([NEW])
    assert result.diff.counts == {"new": 1, "changed": 0, "moved": 0, "unchanged": 0}
    student = Student.objects.get(student_no="2230519001")
    assert (student.name, student.pinyin, student.initials) == ("何晓彤", "he xiao tong", "hxt")
    assert (student.sex, student.entry_year, student.status) == ("2", 2023, "01")
    places = {p.tree: p.unit_id for p in Placement.objects.filter(student=student, until=None)}
    assert places == {
        "class": world.c2301.pk, "academy": world.mingde23.pk, "room": world.room411.pk,
    }  # fmt: skip
    assert StatusPeriod.objects.filter(student=student, until=None, status="01").count() == 1
    assert student.events.filter(pgh_label="insert").count() == 1


def test_the_same_file_twice_touches_no_row(world: World) -> None:
    roster([NEW])
    before = Student.objects.get(student_no="2230519001").version
    audits = AuditEntry.objects.count()
    again = roster([NEW])
    assert again.diff.is_empty
    assert again.touched == {}
    assert Student.objects.get(student_no="2230519001").version == before
    assert AuditEntry.objects.count() == audits


def test_one_bad_row_refuses_the_whole_file(world: World) -> None:
    bad = ["2230519002", "丁一", "女", "化学工程学院", "2023级", "化工2399", "", "", ""]
    result = roster([NEW, bad])
    assert [(row, heading) for row, heading, _reason in reasons(result)] == [(3, "班级")]
    assert "Open the class first" in result.faults[0].reason
    assert not Student.objects.filter(student_no="2230519001").exists()


def test_a_double_student_number_is_named_with_both_rows(world: World) -> None:
    (fault,) = roster([NEW, NEW]).faults
    assert (fault.row, fault.heading, fault.value) == (3, "学号", "2230519001")
    assert "row 2" in fault.reason


def test_changed_fields_are_shown_as_old_and_new(world: World) -> None:
    row = ["2230514127", "顾言川", "男", "", "", "", "", "", ""]
    result = roster([row], is_dry=True)
    assert [(c.label, c.old, c.new) for c in result.diff.changes] == [("性别", "未知", "男")]
    assert Student.objects.get(pk=world.gu.pk).sex == "0"


def test_a_blank_cell_leaves_the_present_value(world: World) -> None:
    roster([["2230514127", "顾言川", "", "", "", "", "", "", ""]])
    assert Student.objects.get(pk=world.gu.pk).phone == "13800001234"


def test_another_class_is_a_dated_move(world: World) -> None:
    row = ["2230514127", "顾言川", "", "", "", "化工2302", "", "", ""]
    result = roster([row], since=dt.date(2026, 9, 1))
    assert result.diff.counts["moved"] == 1
    old, new = Placement.objects.filter(student=world.gu, tree="class").order_by("since")
    assert (old.unit_id, old.until) == (world.c2301.pk, dt.date(2026, 8, 31))
    assert (new.unit_id, new.since, new.until) == (world.c2302.pk, dt.date(2026, 9, 1), None)


def test_a_move_before_the_present_placement_is_refused(world: World) -> None:
    row = ["2230514127", "顾言川", "", "", "", "化工2302", "", "", "", "2023-09-03"]
    (fault,) = roster([row], [*HEAD, "异动日期"]).faults
    assert "the move must be later" in fault.reason


def test_a_wrong_move_is_corrected_on_the_same_day(world: World) -> None:
    row = ["2230514127", "顾言川", "", "", "", "化工2302", "", "", ""]
    roster([row])
    row[5] = "化工2301"
    roster([row])
    open_ones = Placement.objects.filter(student=world.gu, tree="class", until=None)
    assert [(p.unit_id, p.since) for p in open_ones] == [(world.c2301.pk, timezone.localdate())]


def test_leaving_for_good_ends_every_placement(world: World) -> None:
    roster([["2230514127", "顾言川", "退学"]], ["学号", "姓名", "学籍状态"])
    assert Student.objects.get(pk=world.gu.pk).status == "03"
    assert not Placement.objects.filter(student=world.gu, until=None).exists()
    assert StatusPeriod.objects.get(student=world.gu, until=None).status == "03"


def test_party_members_status_of_known_students_follows_the_party_record(world: World) -> None:
    head = ["学号", "姓名", "政治面貌"]
    result = roster([["2230514127", "顾言川", "中共党员"]], head)
    assert Student.objects.get(pk=world.gu.pk).political_status == ""
    assert any("party record" in note for note in result.diff.notes)


def test_id_numbers_are_encrypted_and_compared_by_digest(world: World) -> None:
    head = ["学号", "姓名", "身份证号"]
    row = ["2230514127", "顾言川", "11010519491231002x"]
    roster([row], head)
    student = Student.objects.get(pk=world.gu.pk)
    assert student.id_number() == "11010519491231002X"
    assert b"1101051949" not in bytes(student.id_cipher)
    assert student.born_on == dt.date(1949, 12, 31)
    assert roster([row], head).diff.is_empty


def test_a_wrong_id_number_is_a_row_error_and_masked(world: World) -> None:
    (fault,) = roster(
        [["2230514127", "顾言川", "110105194912310021"]], ["学号", "姓名", "身份证号"]
    ).faults
    assert fault.value == "110***********0021"


def test_names_with_another_dot_match_the_normal_form(world: World) -> None:
    head = ["学号", "姓名", "班级"]
    roster([["2230519003", "阿依古丽•买买提", "化工2301"]], head)
    assert Student.objects.get(student_no="2230519003").name == "阿依古丽·买买提"
    assert roster([["2230519003", "阿依古丽・买买提", "化工2301"]], head).diff.is_empty


def test_a_clerk_imports_only_for_the_own_college(world: World) -> None:
    mine = ["2230519004", "丁一", "", "", "", "化工2301", "", "", ""]
    other = ["2230519005", "丁二", "", "", "", "机械2301", "", "", ""]
    strange = ["2230710008", "宋远远", "", "", "", "", "", "", ""]
    assert not roster([mine], actor=world.han).faults
    assert [f.heading for f in roster([other], actor=world.han).faults] == ["班级"]
    assert [f.heading for f in roster([strange], actor=world.han).faults] == ["学号"]
    assert [f.heading for f in roster([mine], actor=world.zhou).faults] == ["学号"]


def test_a_clerk_cannot_place_students_in_an_academy(world: World) -> None:
    assert [f.heading for f in roster([NEW], actor=world.han).faults] == ["书院", "房间"]
    assert not roster([NEW], actor=world.sys).faults


def test_the_difference_someone_agreed_to_must_still_be_the_same(world: World) -> None:
    row = ["2230514127", "顾言川", "男", "", "", "", "", "", ""]
    seen = roster([row], is_dry=True).diff.fingerprint
    Student.objects.filter(pk=world.gu.pk).update(sex="2")
    with pytest.raises(StaleError):
        roster([row], expected=seen)
    assert Student.objects.get(pk=world.gu.pk).sex == "2"


def test_missing_units_are_opened_when_asked_for(world: World) -> None:
    row = ["2250600001", "丁三", "男", "文学院", "2025级", "中文2501", "求是书院", "西3舍", "101"]
    result = roster([row], can_create=True)
    assert not result.faults
    student = Student.objects.get(student_no="2250600001")
    names = set(Placement.objects.filter(student=student).values_list("unit__name", flat=True))
    assert names == {"中文2501", "求是书院2025级", "西3舍101"}
    top = Unit.objects.get(name="中文2501")
    assert top.above.filter(ancestor__name="文学院").exists()
    assert top.above.filter(ancestor=world.uni).exists()
    assert roster([row], can_create=True).diff.is_empty


def test_the_audit_row_carries_the_counts(world: World) -> None:
    roster([NEW], actor=world.sys)
    entry = AuditEntry.objects.get(action="import_roster")
    assert entry.actor == world.sys
    assert entry.detail["counts"]["new"] == 1
    assert "何晓彤" not in str(entry.detail)
