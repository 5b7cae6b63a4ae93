"""Import of course results: one row per sitting, matched by student, course, term and attempt."""

import hashlib
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Term
from portal.core.domain.imports import SHOWN_CHANGES, Change, Context, Diff
from portal.core.domain.staging import rows_of, run_sql, stage
from portal.core.errors import StaleError
from portal.core.sheets import Column, Faults, Table, as_text, as_whole
from students.domain import imports_grades as grades
from students.domain import imports_results_sql as sql
from students.domain.imports_cells import read_student_no
from students.domain.imports_create import open_missing_terms
from students.domain.imports_rights import students_out_of_reach

ACTION = "import_results"

COLUMNS = (
    Column("student_no", "学号", read_student_no, ("student number", "student id", "xh"),
           is_required=True, width=14, example="2230514127"),
    Column("name", "姓名", as_text, ("name", "学生姓名"), example="顾言川",
           help=gettext_lazy("Only for reading; students are matched by number.")),
    Column("course_code", "课程代码", as_text, ("课程号", "课程编号", "course code", "kch"),
           is_required=True, example="CHEM2001"),
    Column("course_name", "课程名称", as_text, ("课程名", "课程", "course name", "course"), width=24, example="物理化学"),
    Column("credits", "学分", grades.read_credits, ("credits", "课程学分"), width=8, example="4",
           help=gettext_lazy("Blank: the credits of the course.")),
    Column("term", "学期", grades.read_term, ("学年学期", "开课学期", "term", "xnxq"), is_required=True,
           width=14, example="2025-2026-1"),
    Column("grade", "成绩", grades.read_grade, ("总评成绩", "最终成绩", "grade", "score"), is_required=True,
           width=9, example="86",
           help=gettext_lazy("0 to 100, 优秀 to 不及格, a letter, 合格 or 不合格, or 缓考、缺考、作弊、免修、未登录.")),
    Column("attempt", "考试性质", grades.read_attempt, ("修读性质", "考试类型", "attempt"),
           choices=("正考", "补考", "重修"), example="正考"),
    Column("sequence", "次数", as_whole, ("第几次", "sequence"), width=8,
           help=gettext_lazy("2 for the second resit of the same course in one term; blank: 1.")),
    Column("is_required", "是否必修", grades.read_required, ("课程性质", "修读类别", "required"),
           choices=("必修", "选修"), example="必修"),
)  # fmt: skip
HEADINGS = {column.code: column.heading for column in COLUMNS}


class ResultsWork:
    """One file of results under way; see RosterWork for the shape."""

    def __init__(self, context: Context, table: Table) -> None:
        self.context = context
        self.table = table
        self.faults = Faults(table, COLUMNS)
        self.notes: list[str] = []
        terms = set(table.column("term")) - {""}
        if context.can_create:
            self.notes += open_missing_terms(terms)
        self.terms = set(Term.objects.filter(code__in=terms).values_list("code", flat=True))

    def compare(self) -> Diff:
        self._check_terms()
        self._check_doubles()
        self._stage()
        run_sql(sql.MATCH)
        run_sql("ANALYZE import_match")
        self._check_rows()
        self._check_rights()
        return self._diff()

    def _check_terms(self) -> None:
        terms = self.table.column("term")
        if set(terms) - self.terms - {""}:
            for index, term in enumerate(terms):
                if term and term not in self.terms:
                    self.faults.add(
                        index,
                        "term",
                        _("This term does not exist. Ask the administrator to open it."),
                    )

    def _key_columns(self) -> list[list[str]]:
        table = self.table
        return [table.column("student_no"), table.column("course_code"), table.column("term"),
                table.column("attempt"), table.column("sequence")]  # fmt: skip

    def _check_doubles(self) -> None:
        seen: dict[tuple[str, ...], int] = {}
        for index, key in enumerate(zip(*self._key_columns(), strict=True)):
            first = seen.setdefault(key, index)
            if first != index and key[0]:
                self.faults.add(
                    index, "student_no",
                    _("The same sitting stands in row %(row)s already. Number repeated sittings in the column 次数.")
                    % {"row": self.table.numbers[first]},
                )  # fmt: skip

    def _stage(self) -> None:
        table = self.table
        meanings = {grade: grades.meaning(grade) for grade in set(table.column("grade"))}
        read = [meanings[grade] or grades.Meaning("", "", None) for grade in table.column("grade")]
        passed = {True: "t", False: "f", None: ""}
        numbers, courses, terms, attempts, sequences = self._key_columns()
        stage(
            "import_results",
            sql.STAGED,
            [
                [str(number) for number in range(len(table))],
                numbers,
                courses,
                table.column("course_name"),
                table.column("credits"),
                terms,
                [attempt or "first" for attempt in attempts],
                [sequence or "1" for sequence in sequences],
                table.column("grade"),
                [one.score for one in read],
                [one.special for one in read],
                [passed[one.passed] for one in read],
                table.column("is_required"),
            ],
        )

    def _check_rows(self) -> None:
        for index, problem in rows_of(sql.PROBLEMS):
            if problem == "no_student":
                reason = _(
                    "There is no student of this number. Import the roster first, or correct the number."
                )
                self.faults.add(index, "student_no", reason)
            elif problem == "no_first":
                self.faults.add(
                    index, "attempt",
                    _("A resit without a first sitting of this course up to this term. Enter the "
                      "first sitting, or correct the kind of sitting."),
                )  # fmt: skip
            elif problem == "no_credits":
                self.faults.add(index, "credits", _("The course is new: enter its credits."))
            else:
                self.faults.add(index, "course_name", _("The course is new: enter its name."))

    def _check_rights(self) -> None:
        actor = self.context.actor
        if actor is None:
            return
        matched = rows_of(
            "SELECT student_id, row_no FROM import_match WHERE student_id IS NOT NULL"
        )
        out = students_out_of_reach(actor, ACTION, {student for student, _index in matched})
        for student, index in matched:
            if student in out:
                self.faults.add(
                    index,
                    "student_no",
                    _("This student is not in a unit for which you may import."),
                )

    def _diff(self) -> Diff:
        ((new, changed, unchanged, courses, other),) = rows_of(sql.COUNTS)
        if courses:
            self.notes.append(_("%(n)s courses are new and will be entered.") % {"n": courses})
        if other:
            self.notes.append(
                _("%(n)s rows carry other credits than their course; each result keeps its own.")
                % {"n": other}
            )
        ((moved,),) = rows_of(sql.OTHER_MAJOR)
        if moved:
            self.notes.append(
                _("%(n)s students changed their major after these terms; their results count by the plan of the present major.")
                % {"n": moved}
            )  # fmt: skip
        diff = Diff(
            counts={"new": new, "changed": changed, "unchanged": unchanged, "moved": 0},
            faults=self.faults.found,
            notes=self.notes,
        )
        diff.changes = [self._change(*row) for row in rows_of(sql.SHOW_CHANGES, [SHOWN_CHANGES])]
        marks = rows_of(sql.FINGERPRINT)
        diff.fingerprint = hashlib.sha256(repr(marks).encode()).hexdigest()
        return diff

    def _change(self, index: int, key: str, name: str, label: str, old: Any, new: Any) -> Change:
        return Change(self.table.numbers[index], key, name, label, str(old), str(new))

    def write(self) -> dict[str, int]:
        if rows_of(sql.LOCK):
            raise StaleError(
                _(
                    "Somebody edited one of these results just now. Nothing was written: upload the file again."
                )
            )
        courses = run_sql(sql.INSERT_COURSES)
        changed = run_sql(sql.UPDATE_RESULTS)
        new = run_sql(sql.INSERT_RESULTS)
        return {"results": changed + new, "courses": courses}
