"""From a pasted list or a file to the orders it asks for: every row checked before anything moves."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.enums import UnitKind
from cohorts.models import Major, Unit
from portal.core.sheets import Column, SheetError, as_text, read_table
from students.domain.imports_cells import read_student_no
from students.domain.movement import Goal
from students.domain.movement_checks import ACTION
from students.models import Student
from students.queries.movements import UnitFinder
from students.queries.population import standing_in
from students.queries.standing import Stand, stands

_MOST = 5_000
NUMBER = Column("student_no", "学号", read_student_no, ("student number", "xh"), is_required=True)
SPLIT_COLUMNS = [
    NUMBER,
    Column("name", "姓名", as_text, ("name", "xm")),
    Column("school_class", "班级", as_text, ("新班级", "分流后班级", "class", "bj")),
    Column("major", "专业", as_text, ("新专业", "分流专业", "分流后专业", "major", "zy")),
]
LEAVING_COLUMNS = [NUMBER, Column("name", "姓名", as_text, ("name", "xm"))]


@dataclass
class Plan:
    """What a list asks for. ``seen`` changes when anything that the preview showed changes."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    goals: dict[int, Goal] = field(default_factory=dict)
    text: str = ""

    @property
    def seen(self) -> str:
        words = [f"{row['no']}|{row['before']}|{row['after']}" for row in self.rows]
        return hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]


def _content(text: str, file: Any, columns: list[Column]) -> bytes:
    """Bytes for the sheet reader; pasted rows may come without a header and with spaces."""
    if file is not None:
        return bytes(file.read())
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise SheetError(_("Paste the rows or choose a file."))
    if not any(mark in text for mark in "\t,;"):
        lines = [re.sub(r"\s+", "\t", line) for line in lines]
    mark = max(",\t;", key="\n".join(lines).count)
    if not any(mark in line for mark in "\t,;" for line in lines):
        # One column alone is no table to the reader: the second may stay empty.
        is_headed = lines[0] == "学号"
        lines = ["学号\t姓名", *(f"{line}\t" for line in (lines[1:] if is_headed else lines))]
    if not any(key in lines[0] for key in ("学号", "student")):
        width = max(line.count(mark) for line in lines) + 1
        heads = ["学号", "班级", "专业"] if len(columns) > 2 else ["学号", "姓名"]
        if width > len(heads):
            heads = ["学号", "姓名", "班级", "专业"]
        lines.insert(0, mark.join(heads[: max(width, 1)]))
    return "\n".join(lines).encode()


def _read(text: str, file: Any, columns: list[Column], user: Any) -> tuple[Plan, Any, Any]:
    table = read_table(_content(text, file, columns), columns, max_rows=_MOST)
    plan = Plan(faults=[(f.row, f.heading, f.reason) for f in table.faults])
    numbers = table.column("student_no")
    found = Student.objects.restrict(user, ACTION).filter(student_no__in=numbers)
    students = {one.student_no: one for one in found.select_related("major")}
    seen: set[str] = set()
    for number, row, name in zip(numbers, table.numbers, table.column("name"), strict=True):
        if not number:
            continue
        if number in seen:
            plan.faults.append((row, number, _("This number stands in the list twice.")))
        seen.add(number)
        one = students.get(number)
        if one is None:
            plan.faults.append((row, number, _("No student of this number whom you may move.")))
        elif name and name != one.name:
            plan.faults.append((row, number, _("The name and the number do not fit together.")))
    codes = [column.code for column in columns if column.code in table.columns]
    cells = zip(*(table.column(code) for code in codes), strict=True)
    heads = [column.heading for column in columns if column.code in codes]
    plan.text = "\n".join(["\t".join(heads), *("\t".join(line) for line in cells)])
    return plan, table, students


def split_plan(user: Any, text: str, file: Any) -> Plan:
    """Rows of 学号, 班级, 专业: who goes to which class and major. Raises SheetError for a list
    that cannot be read at all."""
    plan, table, students = _read(text, file, SPLIT_COLUMNS, user)
    classes = UnitFinder(user, [UnitKind.CLASS])
    majors = {key: one for one in Major.objects.all() for key in (one.code, one.name)}
    places = stands([one.pk for one in students.values()], ("class",))
    columns = (table.numbers, *(table.column(c) for c in ("student_no", "school_class", "major")))
    for row, number, class_name, major_name in zip(*columns, strict=True):
        one = students.get(number)
        if one is None:
            continue
        unit, major = _class(plan, classes, row, class_name), majors.get(major_name)
        if major_name and major is None:
            plan.faults.append((row, major_name, _("No major of this name or code.")))
        if not class_name and not major_name:
            plan.faults.append((row, number, _("Enter the new class, the new major, or both.")))
        plan.goals[one.pk] = Goal((unit,) if unit else (), major)
        stand = places.get(one.pk, Stand())
        before = " · ".join(filter(None, [stand.class_name, one.major.name if one.major else ""]))
        after = " · ".join(filter(None, [unit.label if unit else "", major.name if major else ""]))
        plan.rows.append({"no": number, "name": one.name, "before": before, "after": after})
    return plan


def _class(plan: Plan, classes: UnitFinder, row: int, words: str) -> Unit | None:
    if not words:
        return None
    found = classes.get(words)
    if len(found) == 1:
        return found[0]
    if found:
        codes = "、".join(str(unit.code) for unit in found[:5])
        reason = _("Several units have this name. Enter the code: %(list)s.") % {"list": codes}
    else:
        reason = _("No open unit of this name or code in which you may place students.")
    plan.faults.append((row, words, reason))
    return None


def leaving_plan(user: Any, text: str, file: Any, unit: Unit | None, status: str) -> Plan:
    """Who leaves: the pasted numbers, or everyone of a unit whom ``user`` may move."""
    if text.strip() or file is not None:
        plan, _table, students = _read(text, file, LEAVING_COLUMNS, user)
        people = list(students.values())
    elif unit is not None:
        here = standing_in(unit.pk, timezone.localdate())
        rows = Student.objects.restrict(user, ACTION).filter(pk__in=here)
        plan, people = Plan(), list(rows.order_by("student_no")[:_MOST])
        plan.text = "\n".join(["学号", *(one.student_no for one in people)])
    else:
        raise SheetError(_("Name a class or cohort, paste numbers, or choose a file."))
    places = stands([one.pk for one in people], ("class",))
    for one in sorted(people, key=lambda person: person.student_no):
        before = f"{places.get(one.pk, Stand()).class_name} · {one.get_status_display()}"
        plan.rows.append(
            {"no": one.student_no, "name": one.name, "before": before, "after": status}
        )
        plan.goals[one.pk] = Goal()
    return plan
