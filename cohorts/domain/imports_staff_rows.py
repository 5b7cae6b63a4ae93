"""Rows of a staff file: who, which role, which unit, from when to when."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cohorts.models import Role, Unit
from portal.core.sheets import Faults, Table

_CODES = ("staff_no", "name", "title", "phone", "role", "unit", "starts_on", "ends_on", "letter_no")


@dataclass
class Row:
    """One row of the file with what was found for it."""

    index: int
    staff_no: str
    name: str
    title: str
    phone: str
    role: Role | None = None
    unit: Unit | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    letter_no: str = ""


def read_rows(table: Table, faults: Faults) -> list[Row]:
    """Every row with its role and unit; faults for those that do not exist or do not fit."""
    roles = {word: role for role in Role.objects.all() for word in (role.code, role.name)}
    units: dict[str, list[Unit]] = defaultdict(list)
    for unit in Unit.objects.filter(closed_on=None):
        for word in {unit.code, unit.name, unit.short_name} - {""}:
            units[word].append(unit)
    rows = []
    for index, cells in enumerate(zip(*map(table.column, _CODES), strict=True)):
        number, name, title, phone, role_word, unit_word, starts, ends, letter = cells
        row = Row(index, number, name, title[:60], phone, letter_no=letter[:40])
        row.starts_on = dt.date.fromisoformat(starts) if starts else None
        row.ends_on = dt.date.fromisoformat(ends) if ends else None
        if role_word or unit_word:
            row.role = roles.get(role_word)
            row.unit = _unit(row, units.get(unit_word, []), faults)
            _check_post(row, faults)
        rows.append(row)
    _check_agreement(rows, faults)
    return rows


def _unit(row: Row, among: list[Unit], faults: Faults) -> Unit | None:
    if len(among) == 1:
        return among[0]
    if among:
        codes = "、".join(unit.code for unit in among)
        reason = _("Several units have this name. Use the code: %(list)s.") % {"list": codes}
    else:
        reason = _("There is no unit of this name or code. Open it first, or correct the name.")
    faults.add(row.index, "unit", reason)
    return None


def _check_post(row: Row, faults: Faults) -> None:
    if row.role is None:
        reason = _("There is no role of this name. Choose one from the list of the template.")
        faults.add(row.index, "role", reason)
    elif row.unit is not None and row.unit.kind not in row.role.unit_kinds:
        faults.add(
            row.index,
            "unit",
            _("%(role)s cannot be held on a unit of this kind (%(kind)s).")
            % {"role": row.role.name, "kind": row.unit.get_kind_display()},
        )
    if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        faults.add(row.index, "ends_on", _("The last day is before the first day."))


def _check_agreement(rows: list[Row], faults: Faults) -> None:
    """One name for a staff number, and each post once."""
    numbers = faults.table.numbers
    first: dict[str, Row] = {}
    posts: dict[tuple[object, ...], Row] = {}
    for row in rows:
        other = first.setdefault(row.staff_no, row)
        if other.name != row.name:
            reason = _("Row %(row)s gives another name for this staff number.")
            faults.add(row.index, "name", reason % {"row": numbers[other.index]})
        key = (row.staff_no, row.role and row.role.pk, row.unit and row.unit.pk, row.starts_on)
        twin = posts.setdefault(key, row)
        if twin is not row and row.staff_no:
            reason = _("The same post stands in row %(row)s already.")
            faults.add(row.index, "staff_no", reason % {"row": numbers[twin.index]})
