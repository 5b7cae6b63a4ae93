"""Import of screening results: read and checked in memory, sealed at once, all or nothing.

Not among the imports of the portal: those keep the file and a preview for a worker. Here the bytes
live as long as the request, and no message repeats an answer.
"""

import datetime as dt
import hashlib
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from casework.domain.screenings import Taken, keep_sheets
from casework.domain.sealed_text import check_centre
from casework.models import Scale, Screening, ScreeningRound
from casework.screening_rules import Sheet, highest_total, lowest_total, total_of
from casework.sealed_access import CLEARED, shut_student_ids
from portal.core.domain.imports import Context, Diff, ImportKind, Result, run_import
from portal.core.models import User
from portal.core.sheets import Column, Fault, Faults, RowFault, Table, as_date, as_text, as_whole
from students.domain.imports_cells import read_student_no
from students.models import Student

_WORDS = {"是": "1", "否": "0", "有": "1", "无": "0", "√": "1", "×": "0"}


def _answer(raw: Any) -> "str | Fault":
    if isinstance(raw, str) and raw.strip() in _WORDS:
        return _WORDS[raw.strip()]
    return as_whole(raw)


def columns_of(scale: Scale) -> tuple[Column, ...]:
    """学号, 姓名, 测评日期, 总分 and one column for each item of the scale."""
    return (
        Column("student_no", "学号", read_student_no, ("student number", "xh"), is_required=True,
               width=14, example="2230514127"),
        Column("name", "姓名", as_text, ("name", "学生姓名"),
               help=gettext_lazy("Only for reading; students are matched by number.")),
        Column("taken_on", "测评日期", as_date, ("日期", "date"), example="2026-09-20",
               help=gettext_lazy("Blank: the last day of the round.")),
        Column("total", "总分", as_whole, ("total", "得分"),
               help=gettext_lazy("Needed only where the answers are not in the file.")),
        *(Column(f"q{n}", f"第{n}题", _answer, (f"题{n}", f"{n}", f"q{n}"), width=6)
          for n in range(1, scale.items + 1)),
    )  # fmt: skip


class ScreeningWork:
    """One file under way, inside the transaction of the import."""

    def __init__(self, context: Context, table: Table, of: ScreeningRound) -> None:
        self.context, self.table, self.round, self.scale = context, table, of, of.scale
        self.columns = columns_of(of.scale)
        self.faults = Faults(table, self.columns)
        self.taken: list[Taken] = []
        self.kept = 0

    @sensitive_variables()
    def compare(self) -> Diff:
        numbers = self.table.column("student_no")
        students = self._students(set(numbers))
        present = set(
            Screening.objects.filter(round=self.round).values_list("student_id", flat=True)
        )
        seen: dict[str, int] = {}
        for index, number in enumerate(numbers):
            first = seen.setdefault(number, index)
            if not number:
                continue
            if first != index:
                words = _("This student stands in row %(row)s already.")
                self.faults.add(index, "student_no", words % {"row": self.table.numbers[first]})
            elif number not in students:
                self.faults.add(
                    index, "student_no", _("No student of this number whom you may serve.")
                )
            elif students[number] in present:
                self.kept += 1
            else:
                self._read_row(index, students[number])
        state = sorted(present)
        return Diff(
            counts={"new": len(self.taken), "changed": 0, "unchanged": self.kept, "moved": 0},
            faults=[_wordless(fault) for fault in self.faults.found],
            notes=[_("%(n)s students have a result in this round already; it stays.")
                   % {"n": self.kept}] if self.kept else [],
            fingerprint=hashlib.sha256(repr(state).encode()).hexdigest(),
        )  # fmt: skip

    def _students(self, numbers: set[str]) -> dict[str, int]:
        rows = Student.objects.all()
        actor = self.context.actor
        if actor is not None:
            rows = Student.objects.restrict(actor, CLEARED).exclude(pk__in=shut_student_ids(actor))
        return dict(rows.filter(student_no__in=numbers).values_list("student_no", "pk"))

    def _read_row(self, index: int, student_id: int) -> None:
        scale, table = self.scale, self.table
        cells = [table.column(f"q{n}")[index] for n in range(1, scale.items + 1)]
        given = table.column("total")[index]
        answers = [int(cell) for cell in cells if cell]
        day = table.column("taken_on")[index]
        taken_on = dt.date.fromisoformat(day) if day else self.round.ends_on
        if taken_on > timezone.localdate():
            self.faults.add(index, "taken_on", _("The day lies in the future."))
            return
        if answers and len(answers) < scale.items:
            blank = next(n for n, cell in enumerate(cells, 1) if not cell)
            self.faults.add(index, f"q{blank}", _("Every item needs an answer."))
            return
        for n, answer in enumerate(answers, 1):
            if not scale.answer_min <= answer <= scale.answer_max:
                words = _("Answers go from %(low)s to %(high)s.")
                limits = {"low": scale.answer_min, "high": scale.answer_max}
                self.faults.add(index, f"q{n}", words % limits)
                return
        if not answers and not given:
            self.faults.add(index, "total", _("Neither answers nor a sum stand in this row."))
            return
        total = total_of(scale, answers) if answers else int(given)
        if given and int(given) != total:
            self.faults.add(index, "total", _("The sum is not that of the answers."))
        elif not lowest_total(scale) <= total <= highest_total(scale):
            self.faults.add(index, "total", _("The sum lies outside of the scale."))
        else:
            self.taken.append(Taken(student_id, taken_on, Sheet(tuple(answers), total)))

    def write(self) -> dict[str, int]:
        made = keep_sheets(self.context.actor, self.scale, self.round, self.taken)
        return {"results": len(made), "asked": sum(1 for one in made if one.follow_by is not None)}


def _wordless(fault: RowFault) -> RowFault:
    """Without what stood in the cell: it is an answer."""
    return RowFault(fault.row, fault.heading, "", fault.reason)


@sensitive_variables()
def import_screening(*, actor: User, of: ScreeningRound, content: bytes) -> Result:
    """Results of a round from the bytes of an xlsx or csv file: every row or none.

    The same file again changes nothing. Raises SheetError for a file that is no table and
    PermissionDenied for those whose post clears them for nobody. The audit row holds counts and
    the digest of the file, not its name.
    """
    check_centre(actor)

    def begin(context: Context, table: Table) -> ScreeningWork:
        return ScreeningWork(context, table, of)

    kind = ImportKind(
        code="screening", action=CLEARED, title=str(of), description="",
        columns=columns_of(of.scale), begin=begin,
    )  # fmt: skip
    result = run_import(kind, content, Context(actor=actor))
    result.table.faults = [_wordless(fault) for fault in result.table.faults]
    return result
