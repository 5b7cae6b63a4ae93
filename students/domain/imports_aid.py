"""Lists of the aid centre: recognised tiers by year, and what was granted (rulebook 4).

A few thousand rows a year at most: compared in sets, written in bulk, all or nothing.
"""

import datetime as dt
import hashlib
import re
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.domain.imports import SHOWN_CHANGES, Change, Context, Diff
from portal.core.errors import StaleError
from portal.core.sheets import Column, Fault, Faults, Table, as_date, as_name, as_text
from students.domain.imports_cells import read_student_no
from students.domain.imports_rights import students_out_of_reach
from students.models import AidGrant, AidKind, AidRecognition, AidTier, Student

ACTION = "import_aid"
_YEAR = re.compile(r"^(20\d\d)\s*[-—–/至]+\s*(20\d\d)\s*(?:学年)?$")


def read_year(raw: Any) -> "str | Fault":
    """2026-2027, 2026—2027学年."""
    text = as_text(raw)
    if type(text) is not str or not text:
        return text
    found = _YEAR.match(text)
    if not found or int(found[2]) != int(found[1]) + 1:
        return Fault(_("Enter the academic year such as 2026-2027."))
    return f"{found[1]}-{found[2]}"


def read_amount(raw: Any) -> "str | Fault":
    text = as_text(raw)
    if type(text) is not str or not text:
        return text
    try:
        amount = Decimal(text.replace(",", "").removesuffix("元"))
    except InvalidOperation:
        amount = Decimal(-1)
    if not 0 <= amount < 10**7 or amount != round(amount, 2):
        return Fault(_("Enter the sum in yuan, such as 3700."))
    return f"{amount:.2f}"


_WHO = (
    Column("student_no", "学号", read_student_no, ("student number", "xh"), is_required=True,
           width=14, example="2230514127"),
    Column("name", "姓名", as_name, ("name", "学生姓名"), is_required=True, example="顾言川",
           help=gettext_lazy("Must agree with the roster: a wrong number would label somebody else.")),
    Column("year", "学年", read_year, ("academic year",), is_required=True, width=12,
           example="2026-2027"),
)  # fmt: skip
TIER_COLUMNS = (
    *_WHO,
    Column("tier", "认定等级", as_text, ("困难等级", "等级", "tier"), is_required=True,
           example="困难"),
    Column("day", "认定日期", as_date, ("日期", "recognised on"), is_required=True,
           example="2026-10-20"),
)  # fmt: skip
GRANT_COLUMNS = (
    *_WHO,
    Column("kind", "资助项目", as_text, ("项目", "kind"), is_required=True, width=20,
           example="国家助学金"),
    Column("amount", "金额", read_amount, ("金额（元）", "amount"), is_required=True, example="3700"),
    Column("day", "发放日期", as_date, ("日期", "granted on"), is_required=True,
           example="2026-11-20"),
)  # fmt: skip


class _AidWork:
    """One list under way; see RosterWork for the shape. The key of a row is all but its value."""

    columns: ClassVar[tuple[Column, ...]]
    model: ClassVar[Any]
    words: ClassVar[str]  # the column that names a row of the catalogue

    def __init__(self, context: Context, table: Table) -> None:
        self.context = context
        self.table = table
        self.faults = Faults(table, self.columns)
        self.new: list[Any] = []
        self.changed: list[tuple[Any, int]] = []

    def compare(self) -> Diff:
        students = self._students()
        named = self._catalogue()
        stands = self._stands(students)
        seen: dict[Any, int] = {}
        diff = Diff(counts={"new": 0, "changed": 0, "unchanged": 0, "moved": 0})
        for index in range(len(self.table)):
            student, code = students.get(self._cell("student_no", index)), named.get(
                self._cell(self.words, index)
            )  # fmt: skip
            if student is None or code is None or self._is_faulty(index):
                continue
            key = self._key(student.pk, code, index)
            if seen.setdefault(key, index) != index:
                self.faults.add(index, "student_no", _("The same stands in row %(row)s already.")
                                % {"row": self.table.numbers[seen[key]]})  # fmt: skip
                continue
            self._row(diff, student, code, index, stands.get(key))
        diff.faults = self.faults.found
        marks = sorted((row.pk, row.version) for row, _index in self.changed)
        diff.fingerprint = hashlib.sha256(
            repr((marks, len(self.new), diff.counts)).encode()
        ).hexdigest()
        return diff

    def _cell(self, code: str, index: int) -> str:
        return self.table.column(code)[index]

    def _is_faulty(self, index: int) -> bool:
        return any(not self._cell(column.code, index) for column in self.columns)

    def _students(self) -> dict[str, Student]:
        numbers, names = self.table.column("student_no"), self.table.column("name")
        found = {one.student_no: one for one in Student.objects.filter(student_no__in=set(numbers))}
        out = students_out_of_reach(self.context.actor, ACTION, {one.pk for one in found.values()})
        for index, (number, name) in enumerate(zip(numbers, names, strict=True)):
            student = found.get(number)
            if not number:
                continue
            if student is None or student.pk in out:
                # Alike for both: a list must not tell who studies where.
                self.faults.add(index, "student_no",
                                _("There is no student of this number for whom you may import."))  # fmt: skip
            elif name and student.name != name:
                self.faults.add(index, "name", _("The roster has another name for this number."))
        return {number: one for number, one in found.items() if one.pk not in out}

    def _catalogue(self) -> dict[str, str]:
        model = AidTier if self.words == "tier" else AidKind
        known = {
            name: code
            for code, name in model.objects.filter(is_used=True).values_list("code", "name")
        }
        for index, words in enumerate(self.table.column(self.words)):
            if words and words not in known:
                self.faults.add(index, self.words, _("Not in the list: %(list)s.")
                                % {"list": "、".join(known)})  # fmt: skip
        return known

    def _put(self, diff: Diff, index: int, student: Student, row: Any, old: str, new: str) -> None:
        state = "new" if row.pk is None else "changed" if old != new else "unchanged"
        diff.counts[state] += 1
        if state == "new":
            self.new.append(row)
        elif state == "changed":
            row.version += 1
            self.changed.append((row, index))
            if len(diff.changes) < SHOWN_CHANGES:
                label = self._cell("year", index)
                diff.changes.append(
                    Change(
                        self.table.numbers[index], student.student_no, student.name, label, old, new
                    )
                )

    def write(self) -> dict[str, int]:
        keys = [row.pk for row, _index in self.changed]
        versions = dict(
            self.model.objects.select_for_update().filter(pk__in=keys).values_list("pk", "version")
        )
        if any(versions.get(row.pk) != row.version - 1 for row, _index in self.changed):
            raise StaleError(
                _(
                    "Somebody edited one of these entries just now. Nothing was written: upload the file again."
                )
            )
        for row in self.new:
            row.recorded_by = self.context.actor
        self.model.objects.bulk_create(self.new)
        self.model.objects.bulk_update([row for row, _index in self.changed], self._fields())
        return {"aid": len(self.new) + len(self.changed)}

    def _day(self, index: int) -> dt.date:
        return dt.date.fromisoformat(self._cell("day", index))

    def _key(self, student: int, code: str, index: int) -> Any:
        raise NotImplementedError

    def _stands(self, students: dict[str, Student]) -> dict[Any, Any]:
        raise NotImplementedError

    def _row(self, diff: Diff, student: Student, code: str, index: int, row: Any) -> None:
        raise NotImplementedError

    def _fields(self) -> list[str]:
        raise NotImplementedError


class TierWork(_AidWork):
    columns = TIER_COLUMNS
    model = AidRecognition
    words = "tier"

    def _key(self, student: int, code: str, index: int) -> Any:
        return student, self._cell("year", index)

    def _stands(self, students: dict[str, Student]) -> dict[Any, Any]:
        rows = AidRecognition.objects.filter(student__in=students.values()).select_related("tier")
        return {(row.student_id, row.academic_year): row for row in rows}

    def _row(self, diff: Diff, student: Student, code: str, index: int, row: Any) -> None:
        day = self._day(index)
        old = f"{row.tier.name} {row.decided_on}" if row else ""
        row = row or AidRecognition(student=student, academic_year=self._cell("year", index))
        row.tier_id, row.decided_on = code, day
        self._put(diff, index, student, row, old, f"{self._cell('tier', index)} {day}")

    def _fields(self) -> list[str]:
        return ["tier", "decided_on", "version"]


class GrantWork(_AidWork):
    columns = GRANT_COLUMNS
    model = AidGrant
    words = "kind"

    def _key(self, student: int, code: str, index: int) -> Any:
        return student, self._cell("year", index), code, self._day(index)

    def _stands(self, students: dict[str, Student]) -> dict[Any, Any]:
        rows = AidGrant.objects.filter(student__in=students.values())
        return {(r.student_id, r.academic_year, r.kind_id, r.granted_on): r for r in rows}

    def _row(self, diff: Diff, student: Student, code: str, index: int, row: Any) -> None:
        old = f"{row.amount:.2f}" if row else ""
        row = row or AidGrant(student=student, academic_year=self._cell("year", index),
                              kind_id=code, granted_on=self._day(index))  # fmt: skip
        row.amount = Decimal(self._cell("amount", index))
        self._put(diff, index, student, row, old, f"{row.amount:.2f}")

    def _fields(self) -> list[str]:
        return ["amount", "version"]
