"""The roll of members and the list of dues as workbooks, in the office's layout (rulebook 9.1, 9.3).

Of students the roll holds sex, birth and ethnic group only where the reader's posts open the record.
"""

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.export_kinds import ExportKind, Going, Making, Progress, register_export
from cohorts.models import Unit, UnitTree
from partybranch.access import current_branches
from partybranch.models import Membership, PartyMember, PartyOrganization
from partybranch.queries.dues import dues_of
from portal.core.models import User
from portal.core.sheets.writer import LedgerColumn, ledger_file
from portal.core.typed import whole
from students.domain.imports_words import shown
from students.fields import field_groups
from students.models import Student
from students.queries.standing import Stand, stands

_SEX = {"1": "男", "2": "女"}
_ROLL = [
    LedgerColumn("姓名", 14), LedgerColumn("性别", 6, "centre"), LedgerColumn("民族", 8, "centre"),
    LedgerColumn("出生日期", 12, "centre"), LedgerColumn("学历", 8, "centre"),
    LedgerColumn("类别", 8, "centre"), LedgerColumn("班级", 14), LedgerColumn("所在党支部", 30),
    LedgerColumn("入党日期", 12, "centre"), LedgerColumn("转正日期", 12, "centre"),
    LedgerColumn("组织关系", 10, "centre"), LedgerColumn("备注", 10),
]  # fmt: skip
_DUES = [
    LedgerColumn("姓名", 14), LedgerColumn("所在党支部", 30), LedgerColumn("月标准", 8, "number"),
    *(LedgerColumn(f"{month}月", 8, "number", "交纳金额（元）") for month in range(1, 13)),
    LedgerColumn("合计", 9, "number"), LedgerColumn("备注", 12),
]  # fmt: skip


def _branches(user: User, unit: Unit, action: str) -> list[int]:
    """Party organisations of ``unit`` and below on which ``user`` holds the action."""
    below = UnitTree.objects.filter(ancestor_id=unit.pk).values("descendant_id")
    rows = PartyOrganization.objects.restrict(user, action).filter(pk__in=below, closed_on=None)
    return list(rows.order_by("code").values_list("pk", flat=True))


def _places(user: User, unit: Unit, action: str, is_relation: bool) -> Any:
    here = current_branches(timezone.localdate())
    rows = Membership.objects.filter(here, branch_id__in=_branches(user, unit, action))
    rows = rows.filter(is_relation=True) if is_relation else rows
    return rows.select_related("member__student", "member__person", "branch").order_by(
        "branch__code", "member__joined_on", "pk"
    )


def _subjects(lines: Collection[int]) -> tuple[Any, list[int]]:
    return PartyMember, sorted(set(lines))


def _title(unit: Unit, name: str) -> str:
    day = timezone.localdate()
    return f"{unit.label}{name}（{day.year}年{day.month}月）"


class _Roll:
    action = "write_party_file"

    @classmethod
    def plan(cls, user: User, unit: Unit, _query: str) -> Going:
        lines = list(dict.fromkeys(one.member_id for one in _places(user, unit, cls.action, False)))
        return Going(lines, len(lines), _title(unit, "党员名册"))

    @classmethod
    def allowed(cls, user: User, unit: Unit, lines: Collection[int]) -> set[int]:
        rows = _places(user, unit, cls.action, False).filter(member_id__in=list(lines))
        return set(rows.values_list("member_id", flat=True))

    @classmethod
    def write(cls, making: Making, _progress: Progress) -> bytes:
        wanted = set(making.lines)
        places = [one for one in _places(making.user, making.unit, cls.action, False)
                  if one.member_id in wanted]  # fmt: skip
        students = [one.member.student_id for one in places if one.member.student_id]
        classes = stands(students, ("class",))
        mine = Student.objects.restrict(making.user, "see_card").filter(pk__in=students)
        groups = field_groups(making.user, list(mine.values_list("pk", flat=True)))
        day = timezone.localdate()
        rows = [cls._line(one, classes, groups, day) for one in places]
        total = [f"{len({one.member_id for one in places})}人", *[""] * (len(_ROLL) - 1)]
        return ledger_file(
            title=making.title, unit=making.unit.name, columns=_ROLL, rows=rows, total=total,
            day=day, sheet_title="党员名册", stamp=making.stamp,
        )  # fmt: skip

    @staticmethod
    def _line(
        place: Membership, classes: dict[int, Stand], groups: dict[int, Any], day: dt.date
    ) -> list[Any]:
        member, student = place.member, place.member.student
        sight = groups.get(student.pk) if student else None
        opens = sight is not None and sight.sight("record") == "clear"
        knows = sight is not None and sight.sight("identity") == "clear"
        return [
            member.name, _SEX.get(student.sex, "") if student and opens else "",
            shown("ethnic_group", student.ethnic_group) if student and knows else "",
            student.born_on if student and opens else None,
            "本科在读" if student else "",
            "正式党员" if member.is_full_on(day) else "预备党员",
            classes.get(student.pk, Stand()).class_name if student else "教师",
            place.branch.name, member.joined_on, member.full_on,
            "在本支部" if place.is_relation else "在其他支部", "",
        ]  # fmt: skip


class _Dues:
    action = "write_dues"

    @classmethod
    def plan(cls, user: User, unit: Unit, query: str) -> Going:
        lines = [one.member_id for one in _places(user, unit, cls.action, True)]
        year = _year(query)
        title = f"{unit.label}{year}年党费收缴台账"
        return Going(lines, len(lines), title, f"{year}年")

    @classmethod
    def allowed(cls, user: User, unit: Unit, lines: Collection[int]) -> set[int]:
        rows = _places(user, unit, cls.action, True).filter(member_id__in=list(lines))
        return set(rows.values_list("member_id", flat=True))

    @classmethod
    def write(cls, making: Making, progress: Progress) -> bytes:
        wanted, year = set(making.lines), _year(making.query)
        keys = _branches(making.user, making.unit, cls.action)
        branches = PartyOrganization.objects.filter(pk__in=keys).order_by("code")
        rows: list[list[Any]] = []
        sums = [Decimal(0)] * 13
        for number, branch in enumerate(branches, start=1):
            for row in dues_of(branch, year):
                if row.member.pk not in wanted:
                    continue
                paid = [one.amount if one else None for _month, one, _owed in row.cells]
                sums = [sums[n] + (paid[n] or 0) for n in range(12)] + [sums[12] + row.paid]
                late = f"欠交{row.months}个月" if row.months else ""
                rows.append([row.member.name, branch.name, row.amount, *paid, row.paid, late])
            progress(branch.name, number, len(keys))
        total = [f"{len(rows)}人", "", "", *[one or "" for one in sums], ""]
        return ledger_file(
            title=making.title, unit=making.unit.name, columns=_DUES, rows=rows, total=total,
            day=timezone.localdate(), sheet_title="党费台账", stamp=making.stamp,
        )  # fmt: skip


def _year(query: str) -> int:
    year, now = whole(QueryDict(query).get("year"), 4), timezone.localdate().year
    return year if now - 5 <= year <= now else now


register_export(
    ExportKind(
        code="party_roll", label=_("Roll of party members"), action=_Roll.action,
        act="export_party_roll", needs_approval=False,
        columns=_("Name, class, branch, days of joining and of full membership; sex, birth and "
                  "ethnic group where the record is open to you."),
        back="party:branches", plan=_Roll.plan, allowed=_Roll.allowed, subjects=_subjects,
        persons=len, write=_Roll.write, unit_kinds=("party",),
    )
)  # fmt: skip
register_export(
    ExportKind(
        code="party_dues", label=_("List of party dues"), action=_Dues.action,
        act="export_party_dues", needs_approval=False,
        columns=_("Name, branch, monthly dues, payments of the twelve months, unpaid months."),
        back="party:dues_board", plan=_Dues.plan, allowed=_Dues.allowed, subjects=_subjects,
        persons=len, write=_Dues.write, unit_kinds=("party",),
    )
)  # fmt: skip
