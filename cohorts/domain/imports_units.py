"""Import of the organisation: one row per unit; opened, renamed, moved and closed by the functions
that the admin uses."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from cohorts.domain.rehearsal import rehearse
from cohorts.domain.tree import close_unit, move_unit, open_unit
from cohorts.domain.units import rename_unit
from cohorts.enums import UnitKind
from cohorts.models import (
    Academy,
    Building,
    Cohort,
    College,
    Floor,
    Office,
    Room,
    SchoolClass,
    Unit,
)
from portal.core.domain.imports import Change, Context, Diff
from portal.core.errors import DomainError
from portal.core.sheets import Column, Fault, Faults, Table, as_date, as_number, as_text

# What a data platform knows; groups, studios and party organisations have pages of their own.
_MODELS: dict[str, type[Unit]] = {
    str(model.kind_of_model): model
    for model in (College, Academy, Office, Cohort, SchoolClass, Building, Floor, Room)
}
_OTHER_WORDS = {
    "部处": UnitKind.OFFICE, "部门": UnitKind.OFFICE, "机关部处": UnitKind.OFFICE,
    "行政班": UnitKind.CLASS, "楼栋": UnitKind.BUILDING, "宿舍楼": UnitKind.BUILDING,
    "宿舍": UnitKind.ROOM, "寝室": UnitKind.ROOM, "学校": UnitKind.UNIVERSITY,
}  # fmt: skip


def kind_words() -> dict[str, str]:
    """Every word for a kind: its code, its name in both languages, and what offices write."""
    words = {code: code for code in UnitKind.values}
    for language in ("en", "zh-hans"):
        with override(language):
            words |= {str(label): code for code, label in UnitKind.choices}
    return words | {word: str(code) for word, code in _OTHER_WORDS.items()}


def read_year(raw: Any) -> "str | Fault":
    text = as_number(raw)
    if type(text) is str and text and not (text.isdecimal() and 1990 <= int(text) <= 2100):
        return Fault(_("An entry year has four digits, such as 2026."))
    return text


COLUMNS = (
    Column("code", "单位代码", as_text, ("代码", "单位编号", "单位号", "组织机构代码", "unit code"),
           is_required=True, width=14, example="C1-2026",
           help=gettext_lazy("Units are recognised by it; it never changes.")),
    Column("name", "单位名称", as_text, ("名称", "全称", "unit name"), is_required=True, width=24,
           example="化学工程学院2026级"),
    Column("short_name", "简称", as_text, ("单位简称", "short name"), width=14, example="化工2026级"),
    Column("kind", "单位类型", as_text, ("类型", "单位类别", "unit kind"), is_required=True,
           example="年级"),
    Column("parent", "上级单位代码", as_text, ("上级代码", "上级单位", "隶属单位号", "parent code"), width=14,
           example="C1", help=gettext_lazy("Code of the unit to which it belongs; blank: as before.")),
    Column("entry_year", "入学年份", read_year, ("入学年", "年级", "entry year"), example="2026",
           help=gettext_lazy("For cohorts only.")),
    Column("closed_on", "撤销日期", as_date, ("停用日期", "失效日期", "closed on"), example="",
           help=gettext_lazy("Last day of a unit that is closed; blank: it stays open.")),
)  # fmt: skip
HEADINGS = {column.code: column.heading for column in COLUMNS}


@dataclass(frozen=True)
class Row:
    index: int
    code: str
    name: str
    short_name: str
    kind: str
    parent: str
    entry_year: str
    closed_on: str


class UnitsWork:
    """One file of units under way. Comparing is the write itself, row by row, taken back."""

    def __init__(self, context: Context, table: Table) -> None:
        self.context = context
        self.table = table
        self.faults = Faults(table, COLUMNS)
        self.rows: list[Row] = []
        self.diff = Diff(counts={"new": 0, "changed": 0, "unchanged": 0})
        self.basis: list[tuple[Any, ...]] = []

    def compare(self) -> Diff:
        self.rows = self._parents_first(self._read())
        if not self.faults.found:
            rehearse(self._try_all)
        self.diff.faults = self.faults.found
        self.diff.fingerprint = hashlib.sha256(repr(self.basis).encode()).hexdigest()
        return self.diff

    def write(self) -> dict[str, int]:
        for row in self.rows:
            self._apply(row)
        return {"units": self.diff.counts["new"] + self.diff.counts["changed"]}

    def _read(self) -> list[Row]:
        words = kind_words()
        rows: list[Row] = []
        seen: dict[str, int] = {}
        cells = zip(*(self.table.column(column.code) for column in COLUMNS), strict=True)
        for index, (code, name, short, kind, parent, year, closed) in enumerate(cells):
            if code in seen:
                reason = _("This code stands in row %(row)s already.")
                self.faults.add(index, "code", reason % {"row": self.table.numbers[seen[code]]})
            seen.setdefault(code, index)
            known = words.get(kind, "")
            if kind and not known:
                self.faults.add(index, "kind", _("There is no kind of unit of this name."))
            if parent and parent == code:
                self.faults.add(index, "parent", _("A unit does not belong to itself."))
            if known == UnitKind.COHORT and not year:
                self.faults.add(index, "entry_year", _("A cohort needs its entry year."))
            for column, text, most in (("code", code, 40), ("name", name, 80), ("short_name", short, 40)):  # fmt: skip
                if len(text) > most:
                    reason = _("At most %(n)s characters.") % {"n": most}
                    self.faults.add(index, column, reason)
            rows.append(Row(index, code, name, short, known, parent, year, closed))
        return rows

    def _parents_first(self, rows: Iterable[Row]) -> list[Row]:
        """A unit after the one it belongs to; what goes round in a circle is a fault."""
        waiting = {row.code: row for row in rows}
        ordered: list[Row] = []
        while waiting:
            ready = [row for row in waiting.values() if row.parent not in waiting]
            if not ready:
                for row in waiting.values():
                    self.faults.add(
                        row.index, "parent", _("These units belong to each other in a circle.")
                    )
                break
            ordered += ready
            for row in ready:
                del waiting[row.code]
        # What is closed goes last, from below: a unit closes after those that it holds.
        closing = [row for row in ordered if row.closed_on]
        return [row for row in ordered if not row.closed_on] + closing[::-1]

    def _try_all(self) -> None:
        for row in self.rows:
            try:
                with transaction.atomic():
                    what = self._apply(row, self.diff)
            except DomainError as error:
                self.faults.add(row.index, "code", str(error.message))
            else:
                self.diff.counts[what] += 1

    def _apply(self, row: Row, diff: Diff | None = None) -> str:
        """Bring one unit up to the file: ``new``, ``changed`` or ``unchanged``. Raises DomainError
        as the functions of the tree do."""
        unit = Unit.objects.filter(code=row.code).select_related("parent").first()
        parent = Unit.objects.filter(code=row.parent).first() if row.parent else None
        if row.parent and parent is None:
            raise DomainError(_("There is no unit with the code %(code)s.") % {"code": row.parent})
        if unit is None:
            self._open(row, parent, diff)
            return "new"
        self.basis.append((unit.pk, unit.name, unit.short_name, unit.parent_id, unit.closed_on))
        if unit.kind != row.kind:
            raise DomainError(
                _("This code belongs to “%(unit)s” (%(kind)s): a unit does not change its kind.")
                % {"unit": unit, "kind": unit.get_kind_display()}
            )
        return "changed" if self._change(row, unit, parent, diff) else "unchanged"

    def _open(self, row: Row, parent: Unit | None, diff: Diff | None) -> None:
        model = _MODELS.get(row.kind)
        if model is None or parent is None:
            raise DomainError(
                _(
                    "Units of this kind, and units that belong to none, are opened on their own page."
                )
            )
        if row.closed_on:
            raise DomainError(_("This unit is not known, so it cannot be closed."))
        extra: dict[str, Any] = {"entry_year": int(row.entry_year)} if model is Cohort else {}
        unit = model(
            code=row.code, name=row.name, short_name=row.short_name, parent=parent,
            opened_on=self.context.since, **extra,
        )  # fmt: skip
        open_unit(actor=self.context.actor, unit=unit)
        self._note(diff, row, "name", "—", row.name)

    def _change(self, row: Row, unit: Unit, parent: Unit | None, diff: Diff | None) -> bool:
        actor, on = self.context.actor, self.context.since
        short = row.short_name or unit.short_name
        is_changed = False
        if (row.name, short) != (unit.name, unit.short_name):
            self._note(diff, row, "name", f"{unit.name} {unit.short_name}", f"{row.name} {short}")
            rename_unit(actor=actor, unit=unit, name=row.name, short_name=short, on=on)
            is_changed = True
        if parent is not None and parent.pk != unit.parent_id:
            self._note(diff, row, "parent", str(unit.parent or "—"), str(parent))
            move_unit(actor=actor, unit=unit, parent=parent, on=on)
            is_changed = True
        last = dt.date.fromisoformat(row.closed_on) if row.closed_on else None
        if last is not None and last != unit.closed_on:
            self._note(diff, row, "closed_on", str(unit.closed_on or "—"), row.closed_on)
            close_unit(actor=actor, unit=unit, closed_on=last)
            is_changed = True
        return is_changed

    def _note(self, diff: Diff | None, row: Row, code: str, old: str, new: str) -> None:
        if diff is not None:
            number = self.table.numbers[row.index]
            diff.changes.append(
                Change(number, row.code, row.name, HEADINGS[code], old.strip(), new.strip())
            )
