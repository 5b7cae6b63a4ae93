"""The ledger of focus students as a workbook in the layout of the offices (rulebook 3.5, 9.1)."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from casework.filters_ledger import ledger_rows
from casework.models import Case, CaseCategory
from casework.queries.ledger_columns import sheet_columns
from casework.queries.ledger_page import ledger_lines
from casework.queries.ledger_tabs import categories_of
from cohorts.export_kinds import ExportKind, Going, Making, Progress, register_export
from cohorts.models import Unit
from portal.core.access import Action, register_actions
from portal.core.models import User
from portal.core.sheets.writer import LedgerColumn, ledger_file
from students.models import Student
from students.queries.population import standing_in

register_actions(
    Action("export_cases", _("export ledgers of focus students"),
           _("Ask for a file of focus students; somebody else with the right approves it."),
           sensitive=True)
)  # fmt: skip
_LEVELS = ("红色", "橙色", "黄色", "蓝色")
_TELLS = 25


def _within(cases: "QuerySet[Case]", user: User, unit: Unit) -> "QuerySet[Case]":
    """Those of students for whom the right is held and who stand in the unit today."""
    students = Student.objects.restrict(user, "export_cases").order_by()
    here = standing_in(unit.pk, timezone.localdate())
    return cases.filter(student_id__in=students.values("pk")).filter(student_id__in=here)


def ledger_name(tab: str) -> str:
    """四类重点关注学生台账, or the ledger of one category."""
    name = CaseCategory.objects.filter(pk=tab).values_list("name", flat=True).first()
    return f"{name}学生台账" if name else "四类重点关注学生台账"


def _plan(user: User, unit: Unit, query: str) -> Going:
    typed = QueryDict(query)
    tab = typed.get("category", "")
    narrow, rows = ledger_rows(user, tab, typed)
    found = _within(rows, user, unit)
    pairs = list(found.order_by("pk").values_list("pk", "student_id"))
    now = timezone.localdate()
    words = [f"{label} {text}" for _key, label, text in narrow.conditions()] if narrow else []
    return Going(
        lines=[pk for pk, _student in pairs],
        persons=len({student for _pk, student in pairs}),
        title=f"{unit.label}{ledger_name(tab)}（{now.year}年{now.month}月）",
        conditions="；".join(words),
    )


def _allowed(user: User, unit: Unit, lines: Collection[int]) -> set[int]:
    cases = Case.objects.restrict(user, "see_case").filter(pk__in=list(lines))
    return set(_within(cases, user, unit).values_list("pk", flat=True))


def _subjects(lines: Collection[int]) -> tuple[Any, list[int]]:
    """The cases: whoever is locked out of one learns nothing of it by its readers either."""
    return Case, list(lines)


def _persons(lines: Collection[int]) -> int:
    rows = Case.objects.filter(pk__in=list(lines)).order_by()
    return rows.values("student_id").distinct().count()


def _write(making: Making, progress: Progress) -> bytes:
    """All columns of rulebook 3.5, the highest level first, and a total by level."""
    columns, rows = sheet_columns(), []
    tab = QueryDict(making.query).get("category", "")
    cases = Case.objects.restrict(making.user, "see_case").filter(pk__in=list(making.lines))
    levels: Counter[str] = Counter()
    at_level = next(n for n, column in enumerate(columns) if column.code == "level")
    step, total = str(_("Writing the lines")), len(making.lines)
    with override("zh-hans"):
        for line, values in ledger_lines(cases, columns, categories_of(tab) or []):
            rows.append([line.name, line.number, *values, ""])
            levels[values[at_level]] += 1
            if len(rows) % _TELLS == 0:
                progress(step, len(rows), total)
        heads = [
            LedgerColumn("姓名", 10, group="学生基本情况"),
            LedgerColumn("学号", 13, group="学生基本情况"),
            *(LedgerColumn(s.heading, s.width, s.kind, s.group) for c in columns if (s := c.sheet)),
            LedgerColumn("备注", 10),
        ]
    return ledger_file(
        title=making.title, unit=making.unit.name, columns=heads, rows=rows,
        total=_total(levels, len(heads), at_level + 2, len(rows)), day=timezone.localdate(),
        sheet_title="台账", stamp=making.stamp,
    )  # fmt: skip


def _total(levels: Counter[str], width: int, at_level: int, people: int) -> list[Any]:
    row: list[Any] = [""] * width
    row[0] = f"{people}人"
    row[at_level] = "\n".join(f"{name}{levels[name]}" for name in _LEVELS if levels[name])
    return row


register_export(
    ExportKind(
        code="ledger", label=_("Ledger of focus students"), action="export_cases",
        act="export_ledger", needs_approval=True,
        columns=_("All columns of the ledger, of the psychological category level and advice "
                  "only; no telephone, no ID number."),
        back="casework:ledgers", plan=_plan, allowed=_allowed, subjects=_subjects,
        persons=_persons, write=_write,
    )
)  # fmt: skip
