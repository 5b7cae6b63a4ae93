"""Units, majors and terms that a first load names and the portal does not know yet."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.domain.bulk_units import NewUnit, open_units
from cohorts.models import (
    Academy,
    Building,
    Cohort,
    College,
    Major,
    Room,
    SchoolClass,
    Term,
    Unit,
    University,
)
from portal.core.domain.imports import Context
from portal.core.sheets import Table
from students.domain.imports_units import UnitIndex

_CODE = 40


def open_missing_units(context: Context, table: Table) -> list[str]:
    """Open every college, cohort, class, academy, building and room of the file that is missing.

    Codes are built from the names, so the same file finds the same units again.
    """
    index = UnitIndex.read()
    plan = _Plan(index, _root_code(context))
    rows = zip(
        *(table.column(code) for code in
          ("college", "entry_year", "school_class", "academy", "building", "room", "major")),
        strict=True,
    )  # fmt: skip
    for row in dict.fromkeys(rows):
        plan.add(*row)
    majors = [Major(code=name[:10], name=name[:60]) for name in sorted(plan.majors)]
    Major.objects.bulk_create(majors, ignore_conflicts=True)
    opened = open_units(
        actor=context.actor, units=list(plan.units.values()), opened_on=context.since
    )
    if not opened:
        return []
    return [ngettext("%(n)s unit was opened.", "%(n)s units were opened.", opened) % {"n": opened}]


def _root_code(context: Context) -> str:
    root = University.objects.order_by("pk").first()
    if root is not None:
        return str(root.code)
    open_units(
        actor=context.actor,
        units=[NewUnit(University, "U", _("University"))],
        opened_on=context.since,
    )
    return "U"


class _Plan:
    """Distinct units to open, parents first, each under the code that stands for it."""

    def __init__(self, index: UnitIndex, root: str) -> None:
        self.index = index
        self.root = root
        self.units: dict[str, NewUnit] = {}
        self.majors: set[str] = set()
        self.codes: dict[int, str] = dict(Unit.objects.values_list("pk", "code"))
        self.taken = set(self.codes.values())

    def add(
        self, college: str, year: str, name: str, academy: str, building: str, room: str, major: str
    ) -> None:
        if major and major not in self.index.majors:
            self.majors.add(major)
        if name and college and year and self.index.school_class(college, year, name).fault:
            cohort = self._cohort(self._top(College, self.index.colleges, college), college, year)
            self._open(SchoolClass, f"{cohort}-{name}", name, cohort)
        if not academy:
            return
        top = self._top(Academy, self.index.academies, academy)
        if year and self.index.academy_cohort(academy, year).fault:
            self._cohort(top, academy, year)
        if building and room and self.index.room(building, room).fault:
            found = self.index.buildings.get(building)
            house = self.codes[next(iter(found))] if found else f"B-{building}"
            if not found:
                self._open(Building, house, building, top)
            self._open(Room, f"{house}-{room}", f"{building}{room}", house)

    def _top(self, model: type[Unit], shelf: dict[str, set[int]], name: str) -> str:
        found = shelf.get(name)
        if found:
            return self.codes[next(iter(found))]
        return self._open(model, name, name, self.root)

    def _cohort(self, parent: str, label: str, year: str) -> str:
        return self._open(
            Cohort, f"{parent}-{year}", f"{label}{year}级", parent, (("entry_year", int(year)),)
        )

    def _open(
        self,
        model: type[Unit],
        code: str,
        name: str,
        parent: str,
        extra: tuple[tuple[str, Any], ...] = (),
    ) -> str:
        code = code[:_CODE]
        if code not in self.units and code not in self.taken:
            if model is Room:
                extra = (("beds", 4),)
            self.units[code] = NewUnit(model, code, name, parent, extra=extra)
        return code


def term_start(code: str) -> dt.date:
    """First Monday of a term that nobody entered yet: the one nearest to 1 September, 1 March
    or 1 July (rulebook 6.5). The administrator corrects it when the calendar is known."""
    year, number = int(code[:4]), code[-1]
    day = {"1": dt.date(year, 9, 1), "2": dt.date(year + 1, 3, 1), "3": dt.date(year + 1, 7, 1)}[
        number
    ]
    back = day.weekday()
    return day - dt.timedelta(days=back) if back <= 3 else day + dt.timedelta(days=7 - back)


def open_missing_terms(codes: set[str]) -> list[str]:
    known = set(Term.objects.filter(code__in=codes).values_list("code", flat=True))
    missing = sorted(codes - known)
    Term.objects.bulk_create(
        [Term(code=c, starts_on=term_start(c), weeks=4 if c.endswith("3") else 18) for c in missing]
    )
    return [_("Terms were opened: %(list)s.") % {"list": "、".join(missing)}] if missing else []
