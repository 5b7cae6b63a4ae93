"""Import of League study rates (青年大学习): class, period, members, how many studied."""

import hashlib
import re
from collections import Counter, defaultdict
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import granted_unit_ids
from cohorts.enums import UnitKind
from cohorts.models import Unit
from partybranch.access import COMMITTEE_ACTION
from partybranch.models import LeagueRate
from portal.core.domain.imports import SHOWN_CHANGES, Change, Context, Diff
from portal.core.models import User
from portal.core.sheets import Column, Fault, Faults, Table, as_text, as_whole
from students.domain.imports_rights import units_held

ACTION = COMMITTEE_ACTION
_MOST = 1000
# 2026-10, 2026年10月, 2026-10-01 (a spreadsheet's own idea of it) | 2026年第12期, 2026-12期
_MONTH = re.compile(r"^(20\d\d)\s*[-/.年]\s*(\d{1,2})\s*(?:月|[-/.]0?1)?$")
_ISSUE = re.compile(r"^(20\d\d)\s*[-/.年]?\s*第?\s*(\d{1,2})\s*期$")


def read_period(raw: Any) -> "str | Fault":
    """2026-10 of a month, 2026-12期 of an issue."""
    text = as_text(raw)
    if type(text) is not str or not text:
        return text
    if issue := _ISSUE.match(text):
        return f"{issue[1]}-{int(issue[2]):02d}期"
    found = _MONTH.match(text)
    if not found or not 1 <= int(found[2]) <= 12:
        return Fault(_("Enter a month such as 2026-10 or an issue such as 2026年第12期."))
    return f"{found[1]}-{int(found[2]):02d}"


def period_words(period: str) -> str:
    """2026年10月, 2026年第12期."""
    year, number = period[:4], int(period[5:7])
    return f"{year}年第{number}期" if period.endswith("期") else f"{year}年{number}月"


def classes_offered(user: User) -> list[str]:
    """The open classes for which ``user`` may import, by name; by code where several share one."""
    held = granted_unit_ids(user, ACTION)
    rows = list(
        Unit.objects.filter(pk__in=held, kind=UnitKind.CLASS, closed_on=None)
        .order_by("code").values_list("name", "code")
    )  # fmt: skip
    times = Counter(name for name, _code in rows)
    return [name if times[name] == 1 else code for name, code in rows]


COLUMNS = (
    Column("unit", "班级", as_text, ("班级名称", "团支部", "class"), is_required=True, width=18,
           example="化工2301", help=gettext_lazy("Name or code of the class."),
           choices_for=classes_offered),
    Column("period", "期次", read_period, ("月份", "period"), is_required=True, width=14,
           example="2026-10",
           help=gettext_lazy("A month such as 2026-10 or an issue such as 2026年第12期.")),
    Column("members", "团员数", as_whole, ("团员人数", "应学人数", "members"), is_required=True,
           example="32",
           help=gettext_lazy("League members of the class in this month or issue.")),
    Column("studied", "已学习人数", as_whole, ("学习人数", "实学人数", "studied"), is_required=True,
           example="30", help=gettext_lazy("The rate is computed from both numbers.")),
)  # fmt: skip


class RateWork:
    """One file under way; see RosterWork for the shape."""

    def __init__(self, context: Context, table: Table) -> None:
        self.context, self.table = context, table
        self.faults = Faults(table, COLUMNS)
        self.new: list[LeagueRate] = []
        self.changed: list[LeagueRate] = []

    def compare(self) -> Diff:
        units = self._units()
        there = {(row.unit_id, row.period): row
                 for row in LeagueRate.objects.select_for_update().filter(
                     unit_id__in={one.pk for one in units.values()},
                     period__in=set(self.table.column("period")))}  # fmt: skip
        diff = Diff(counts={"new": 0, "changed": 0, "unchanged": 0})
        seen: dict[tuple[int, str], int] = {}
        for index in range(len(self.table)):
            unit, numbers = units.get(index), self._numbers(index)
            period = self.table.column("period")[index]
            if unit is None or numbers is None or not period or self._is_ahead(index, period):
                continue
            key = unit.pk, period
            if seen.setdefault(key, index) != index:
                self.faults.add(index, "unit", _("The same stands in row %(row)s already.")
                                % {"row": self.table.numbers[seen[key]]})  # fmt: skip
                continue
            self._put(diff, index, unit, there.get(key), numbers)
        diff.faults = self.faults.found
        state = [(row.pk, row.entered_at.isoformat()) for row in self.changed]
        diff.fingerprint = hashlib.sha256(
            repr((sorted(state), len(self.new), diff.counts)).encode()
        ).hexdigest()
        return diff

    def _units(self) -> dict[int, Unit]:
        """The class of each row; one that is not within the actor's posts is as unknown as none."""
        words = self.table.column("unit")
        named: dict[str, dict[int, Unit]] = defaultdict(dict)
        rows = Unit.objects.filter(kind=UnitKind.CLASS, closed_on=None)
        for one in [*rows.filter(code__in=set(words)), *rows.filter(name__in=set(words))]:
            for word in {one.code, one.name}:
                named[word][one.pk] = one
        held = units_held(
            self.context.actor, ACTION, {pk for some in named.values() for pk in some}
        )
        found: dict[int, Unit] = {}
        for index, word in enumerate(words):
            mine = [one for pk, one in named.get(word, {}).items() if pk in held]
            exact = [one for one in mine if one.code == word] or mine
            if word and len(exact) == 1:
                found[index] = exact[0]
            elif word:
                self.faults.add(
                    index, "unit",
                    _("Several classes have this name. Enter the code of the class.") if exact
                    else _("There is no open class of this name for which you may import."),
                )  # fmt: skip
        return found

    def _numbers(self, index: int) -> tuple[int, int] | None:
        texts = [self.table.column(code)[index] for code in ("members", "studied")]
        if not all(texts):
            return None
        members, studied = (int(text) for text in texts)
        if not 1 <= members <= _MOST:
            self.faults.add(index, "members", _("A class has 1 to %(n)s League members. Leave out "
                            "classes without any.") % {"n": _MOST})  # fmt: skip
        elif studied > members:
            self.faults.add(index, "studied", _("More have studied than there are members."))
        else:
            return members, studied
        return None

    def _is_ahead(self, index: int, period: str) -> bool:
        today = timezone.localdate()
        last = f"{today.year}-99" if period.endswith("期") else f"{today:%Y-%m}"
        if period[: len(last)] <= last:
            return False
        self.faults.add(index, "period", _("This period lies ahead."))
        return True

    def _put(
        self, diff: Diff, index: int, unit: Unit, row: LeagueRate | None, numbers: tuple[int, int]
    ) -> None:
        members, studied = numbers
        if row is None:
            diff.counts["new"] += 1
            self.new.append(LeagueRate(
                unit=unit, period=self.table.column("period")[index], members=members,
                studied=studied, entered_by=self.context.actor,
            ))  # fmt: skip
            return
        old, now = f"{row.studied}/{row.members}", f"{studied}/{members}"
        if old == now:
            diff.counts["unchanged"] += 1
            return
        diff.counts["changed"] += 1
        row.members, row.studied, row.entered_by = members, studied, self.context.actor
        self.changed.append(row)
        if len(diff.changes) < SHOWN_CHANGES:
            label = period_words(row.period)
            number = self.table.numbers[index]
            diff.changes.append(Change(number, unit.code, unit.name, label, old, now))

    def write(self) -> dict[str, int]:
        now = timezone.now()
        for row in self.changed:
            row.entered_at = now
        LeagueRate.objects.bulk_create(self.new)
        LeagueRate.objects.bulk_update(
            self.changed, ["members", "studied", "entered_by", "entered_at"]
        )
        return {"rates": len(self.new) + len(self.changed)}
