"""Import of the course catalogue: matched by code; a change of credits is shown before it is made."""

import hashlib
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cohorts.models import College, University
from portal.core.domain.imports import Change, Context, Diff
from portal.core.sheets import Column, Faults, Table, as_text
from students.domain.imports_grades import read_credits
from students.domain.imports_rights import units_held
from students.models import Course

ACTION = "import_courses"
COLUMNS = (
    Column("code", "课程代码", as_text, ("课程号", "课程编号", "course code"), is_required=True,
           example="CHEM2001"),
    Column("name", "课程名称", as_text, ("课程名", "course name"), is_required=True, width=24,
           example="物理化学"),
    Column("credits", "学分", read_credits, ("credits",), is_required=True, width=8, example="4"),
    Column("college", "开课学院", as_text, ("学院", "开课单位", "college"), width=20,
           example="化学工程学院"),
)  # fmt: skip


class CoursesWork:
    """One file of courses under way; see RosterWork for the shape."""

    def __init__(self, context: Context, table: Table) -> None:
        self.context, self.table = context, table
        self.faults = Faults(table, COLUMNS)
        self.new: list[Course] = []
        self.changed: list[Course] = []

    def compare(self) -> Diff:
        table, known = self.table, {one.code: one for one in Course.objects.all()}
        colleges = _colleges()
        mine = units_held(self.context.actor, ACTION, {*colleges.values()})
        is_school = self._holds_the_school()
        seen: dict[str, int] = {}
        changes: list[Change] = []
        rows = zip(*(table.column(column.code) for column in COLUMNS), strict=True)
        for index, (code, name, credits, college) in enumerate(rows):
            if not code or not name or not credits:
                continue  # noted by the reader
            if code in seen:
                self.faults.add(index, "code", _("This course stands in row %(row)s already.")
                                % {"row": table.numbers[seen[code]]})  # fmt: skip
                continue
            seen[code] = index
            if college and college not in colleges:
                self.faults.add(index, "college", _("There is no college of this name."))
                continue
            former = known.get(code)
            owner = colleges.get(college) or (former.college_id if former else None)
            touched = {owner, former.college_id if former else owner}
            if not is_school and not touched <= mine:
                self.faults.add(
                    index, "college",
                    _("You may only enter courses of your own college. Name it in this column."),
                )  # fmt: skip
                continue
            wanted = (name[:100], Decimal(credits), owner)
            if former is None:
                self.new.append(
                    Course(code=code, name=wanted[0], credits=wanted[1], college_id=owner)
                )
            elif (former.name, former.credits, former.college_id) != wanted:
                old = f"{former.name} · {former.credits}"
                former.name, former.credits, former.college_id = wanted
                self.changed.append(former)
                new = f"{wanted[0]} · {wanted[1]}"
                changes.append(Change(table.numbers[index], code, name, _("course"), old, new))
        counts = {
            "new": len(self.new), "changed": len(self.changed),
            "unchanged": len(seen) - len(self.new) - len(self.changed), "moved": 0,
        }  # fmt: skip
        return Diff(counts, changes, faults=self.faults.found, fingerprint=self._mark(changes))

    def _holds_the_school(self) -> bool:
        roots = set(University.objects.values_list("pk", flat=True))
        return self.context.actor is None or bool(units_held(self.context.actor, ACTION, roots))

    def _mark(self, changes: list[Change]) -> str:
        marks = [[one.code for one in self.new], [change.as_list() for change in changes]]
        return hashlib.sha256(repr(marks).encode()).hexdigest()

    def write(self) -> dict[str, int]:
        Course.objects.bulk_create(self.new)
        Course.objects.bulk_update(self.changed, ["name", "credits", "college_id"], batch_size=500)
        return {"courses": len(self.new) + len(self.changed)}


def _colleges() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pk, code, name, short in College.objects.values_list("pk", "code", "name", "short_name"):
        found |= {text: pk for text in (code, name, short) if text}
    return found
