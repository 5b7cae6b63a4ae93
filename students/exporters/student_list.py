"""The list of students as a workbook: what stands on their cards, and no focus label."""

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from cohorts.export_kinds import ExportKind, Going, Making, Progress, register_export
from cohorts.models import Unit
from portal.core.models import User
from portal.core.sheets.writer import LedgerColumn, ledger_file
from students.enums import StudentStatus
from students.fields import field_groups
from students.filters import CONDITIONS, StudentFilter
from students.models import Student
from students.queries.population import standing_in
from students.queries.standing import Stand, stands

_SEX = {"1": "男", "2": "女"}
_COLUMNS = [
    LedgerColumn("姓名", 10), LedgerColumn("学号", 13), LedgerColumn("性别", 6, "centre"),
    LedgerColumn("学院", 16), LedgerColumn("书院", 12), LedgerColumn("专业", 18),
    LedgerColumn("年级", 9, "centre"), LedgerColumn("班级", 12), LedgerColumn("学籍状态", 10, "centre"),
    LedgerColumn("备注", 14),
]  # fmt: skip
_TELLS = 100


def _mine(user: User, unit: Unit) -> "QuerySet[Student]":
    here = standing_in(unit.pk, timezone.localdate())
    rows: QuerySet[Student] = Student.objects.restrict(user, "export_students")
    return rows.filter(pk__in=here)


def _plan(user: User, unit: Unit, query: str) -> Going:
    typed, rows, words = QueryDict(query), _mine(user, unit), ""
    if any(typed.get(key) for key in CONDITIONS):
        narrow = StudentFilter(typed, rows, request=SimpleNamespace(user=user))  # type: ignore[arg-type]
        rows = narrow.qs
        words = "；".join(f"{label} {text}" for _key, label, text in narrow.conditions())
    lines = list(rows.order_by("pinyin", "pk").values_list("pk", flat=True))
    day = timezone.localdate()
    title = f"{unit.label}学生名单（{day.year}年{day.month}月）"
    return Going(lines=lines, persons=len(lines), title=title, conditions=words)


def _allowed(user: User, unit: Unit, lines: Collection[int]) -> set[int]:
    return set(_mine(user, unit).filter(pk__in=list(lines)).values_list("pk", flat=True))


def _subjects(lines: Collection[int]) -> tuple[Any, list[int]]:
    return Student, sorted(set(lines))


def _write(making: Making, progress: Progress) -> bytes:
    found = Student.objects.restrict(making.user, "export_students").filter(pk__in=making.lines)
    students = {one.pk: one for one in found.select_related("major")}
    places, groups = stands(students), field_groups(making.user, list(students))
    step, rows = str(_("Writing the lines")), []
    with override("zh-hans"):
        status = {value: str(label) for value, label in StudentStatus.choices}
        for pk in making.lines:
            if pk not in students:
                continue
            one, stand = students[pk], places.get(pk, Stand())
            is_open = groups[pk].sight("record") == "clear"
            rows.append([
                one.name, one.student_no, _SEX.get(one.sex, "") if is_open else "", stand.college,
                stand.academy, one.major.name if one.major else "",
                f"{one.entry_year}级" if one.entry_year else "", stand.class_name,
                status.get(one.status, one.status), "",
            ])  # fmt: skip
            if len(rows) % _TELLS == 0:
                progress(step, len(rows), len(making.lines))
    total = [f"{len(rows)}人", *[""] * (len(_COLUMNS) - 1)]
    return ledger_file(
        title=making.title, unit=making.unit.name, columns=_COLUMNS, rows=rows, total=total,
        day=timezone.localdate(), sheet_title="学生名单", stamp=making.stamp,
    )  # fmt: skip


register_export(
    ExportKind(
        code="students", label=_("List of students"), action="export_students",
        act="export_students", needs_approval=False,
        columns=_("Name, number, sex, college, academy, major, cohort, class and status; no focus "
                  "label, no telephone, no ID number."),
        back="students:list", plan=_plan, allowed=_allowed, subjects=_subjects,
        persons=len, write=_write,
    )
)  # fmt: skip
