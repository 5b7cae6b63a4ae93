"""Import of programme plans: one row per course; a plan in the file is the whole plan."""

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Major
from portal.core.domain.imports import SHOWN_CHANGES, Change, Context, Diff
from portal.core.sheets import Choice, Column, Fault, Faults, Table, as_text, as_whole
from students.domain.imports_cells import read_entry_year
from students.domain.imports_grades import read_credits
from students.domain.imports_rights import units_held
from students.models import Course, CourseGroup, PlanCourse, Programme
from students.study_enums import Need

ACTION = "import_courses"


def read_term_no(raw: Any) -> "str | Fault":
    text = as_whole(raw)
    if type(text) is str and text and not 1 <= int(text) <= 12:
        return Fault(_("A term of study lies between 1 and 12."))
    return text


read_need = Choice({
    Need.REQUIRED.value: ("必修", "必修课", "required"),
    Need.ELECTIVE.value: ("选修", "限选", "任选", "选修课", "elective"),
})  # fmt: skip
COLUMNS = (
    Column("major", "专业", as_text, ("专业名称", "专业代码", "major"), is_required=True, width=18,
           example="化学工程与工艺"),
    Column("entry_year", "年级", read_entry_year, ("入学年份", "entry year"), is_required=True,
           example="2023级"),
    Column("years", "学制", as_whole, ("years",), width=8, example="4"),
    Column("group", "课程组", as_text, ("课程模块", "课程类别", "group"), is_required=True, width=18,
           example="专业核心课"),
    Column("need", "课程性质", read_need, ("修读性质", "need"), choices=("必修", "选修"),
           example="必修"),
    Column("group_credits", "应修学分", read_credits, ("选修学分", "group credits"), width=10,
           help=gettext_lazy("Of an elective group: credits to be chosen from it.")),
    Column("code", "课程代码", as_text, ("课程号", "course code"), is_required=True,
           example="CHEM2001"),
    Column("name", "课程名称", as_text, ("课程名", "course name"), width=24, example="物理化学"),
    Column("credits", "学分", read_credits, ("credits",), width=8, example="4",
           help=gettext_lazy("Blank: the credits of the course.")),
    Column("term_no", "开课学期", read_term_no, ("建议学期", "学期序号", "term of study"),
           is_required=True, width=10, example="3",
           help=gettext_lazy("1 for the first term after entry, 2 for the second, and so on.")),
)  # fmt: skip
Wanted = tuple[Decimal, int, str]
Group = tuple[str, Decimal, int]


@dataclass
class _Plan:
    """One plan of the file: its groups, and (credits, term, group) by course code."""

    row: int
    major: Major
    year: int
    length: int = 4
    groups: dict[str, Group] = field(default_factory=dict)
    courses: dict[str, Wanted] = field(default_factory=dict)


class ProgrammesWork:
    """One file of plans under way; see RosterWork for the shape."""

    def __init__(self, context: Context, table: Table) -> None:
        self.context, self.table = context, table
        self.faults = Faults(table, COLUMNS)
        self.plans: dict[tuple[int, int], _Plan] = {}
        self.new_courses: dict[str, Course] = {}
        self.counts = {"new": 0, "changed": 0, "unchanged": 0, "moved": 0}
        self.changes: list[Change] = []

    def compare(self) -> Diff:
        self._read()
        kept, groups = self._kept(), _kept_groups()
        for key, plan in self.plans.items():
            self._compare(plan, kept.get(key, {}))
            self._compare_groups(plan, groups.get(key, {}))
        notes = []
        if self.new_courses:
            notes.append(
                _("%(n)s courses are new and will be entered.") % {"n": len(self.new_courses)}
            )
        mark = repr([[c.as_list() for c in self.changes], self.counts, sorted(self.new_courses)])
        return Diff(
            self.counts, self.changes[:SHOWN_CHANGES], notes=notes, faults=self.faults.found,
            fingerprint=hashlib.sha256(mark.encode()).hexdigest(),
        )  # fmt: skip

    def _read(self) -> None:
        table = self.table
        majors = {text: one for one in Major.objects.all() for text in (one.code, one.name)}
        colleges = {one.college_id for one in majors.values() if one.college_id is not None}
        mine = units_held(self.context.actor, ACTION, colleges)
        known = {one.code: one for one in Course.objects.all()}
        rows = zip(*(table.column(column.code) for column in COLUMNS), strict=True)
        for index, (word, year, years, group, need, chosen, code, name, credits, term) in enumerate(
            rows
        ):
            if not (word and year and group and code and term):
                continue  # noted by the reader
            major = majors.get(word)
            if major is None:
                self.faults.add(index, "major", _("There is no major of this name or code."))
                continue
            if self.context.actor is not None and major.college_id not in mine:
                self.faults.add(
                    index, "major", _("This major is not of a college for which you may import.")
                )
                continue
            worth = credits or (str(known[code].credits) if code in known else "")
            if code not in known and not (name and credits):
                self.faults.add(index, "code", _("The course is new: enter its name and credits."))
                continue
            plan = self.plans.setdefault(
                (major.pk, int(year)), _Plan(table.numbers[index], major, int(year))
            )
            if code in plan.courses:
                self.faults.add(index, "code", _("This course stands in the plan twice."))
                continue
            if code not in known:
                self.new_courses.setdefault(
                    code, Course(code=code, name=name[:100], credits=Decimal(worth),
                                 college_id=major.college_id),
                )  # fmt: skip
            plan.length = int(years) if years and 1 <= int(years) <= 8 else plan.length
            self._group(index, plan, group, need or Need.REQUIRED, chosen, int(term))
            plan.courses[code] = (Decimal(worth), int(term), group)

    def _group(self, index: int, plan: _Plan, name: str, need: str, chosen: str, term: int) -> None:
        """An elective group is due with the latest term of its courses."""
        former = plan.groups.get(name)
        if former is not None and former[0] != need:
            self.faults.add(index, "need", _("Another row says otherwise about this group."))
            return
        credits = Decimal(chosen) if chosen else former[1] if former else Decimal(0)
        due = max(term, former[2] if former else 1) if need == Need.ELECTIVE else 8
        plan.groups[name] = (need, credits, due)

    def _kept(self) -> dict[tuple[int, int], dict[str, Wanted]]:
        found: dict[tuple[int, int], dict[str, Wanted]] = {}
        rows = PlanCourse.objects.values_list(
            "programme__major_id", "programme__entry_year", "course__code", "credits", "term_no",
            "group__name",
        )  # fmt: skip
        for major, year, code, credits, term, group in rows:
            found.setdefault((major, year), {})[code] = (credits, term, group)
        return found

    def _compare(self, plan: _Plan, kept: dict[str, Wanted]) -> None:
        label = f"{plan.major.name} {plan.year}"
        for code, wanted in plan.courses.items():
            former = kept.get(code)
            if former is None:
                self.counts["new"] += 1
            elif former == wanted:
                self.counts["unchanged"] += 1
            else:
                self._change(plan, code, label, _words(former), _words(wanted))
        for code in sorted(kept.keys() - plan.courses.keys()):
            self._change(plan, code, label, _words(kept[code]), _("taken out of the plan"))

    def _compare_groups(self, plan: _Plan, kept: dict[str, Group]) -> None:
        for name, wanted in plan.groups.items():
            former = kept.get(name)
            if former is not None and former != wanted:
                old, new = ("·".join(map(str, one)) for one in (former, wanted))
                self._change(plan, name, f"{plan.major.name} {plan.year}", old, new)

    def _change(self, plan: _Plan, code: str, label: str, old: str, new: str) -> None:
        self.counts["changed"] += 1
        self.changes.append(Change(plan.row, code, "", label, old, new))

    def write(self) -> dict[str, int]:
        Course.objects.bulk_create(self.new_courses.values())
        codes = {code for plan in self.plans.values() for code in plan.courses}
        courses = dict(Course.objects.filter(code__in=codes).values_list("code", "pk"))
        written = sum(_write(plan, courses) for plan in self.plans.values())
        return {"plans": len(self.plans), "rows": written, "courses": len(self.new_courses)}


def _kept_groups() -> dict[tuple[int, int], dict[str, Group]]:
    found: dict[tuple[int, int], dict[str, Group]] = {}
    rows = CourseGroup.objects.values_list(
        "programme__major_id", "programme__entry_year", "name", "need", "credits", "due_term"
    )
    for major, year, name, need, credits, due in rows:
        found.setdefault((major, year), {})[name] = (need, credits, due)
    return found


def _words(wanted: Wanted) -> str:
    credits, term, group = wanted
    return f"{credits} · {term} · {group}"


def _write(plan: _Plan, courses: dict[str, int]) -> int:
    """Bring one plan to what the file says; returns the courses it has now."""
    one, _made = Programme.objects.update_or_create(
        major=plan.major, entry_year=plan.year, defaults={"years": plan.length}
    )
    for order, (name, (need, credits, due)) in enumerate(plan.groups.items()):
        CourseGroup.objects.update_or_create(
            programme=one, name=name,
            defaults={"need": need, "credits": credits, "due_term": due, "order": 10 * order},
        )  # fmt: skip
    groups = dict(CourseGroup.objects.filter(programme=one).values_list("name", "pk"))
    wanted = [courses[code] for code in plan.courses]
    PlanCourse.objects.filter(programme=one).exclude(course_id__in=wanted).delete()
    PlanCourse.objects.bulk_create(
        [
            PlanCourse(programme=one, course_id=courses[code], group_id=groups[group],
                       credits=credits, term_no=term)
            for code, (credits, term, group) in plan.courses.items()
        ],
        update_conflicts=True, unique_fields=["programme", "course"],
        update_fields=["group", "credits", "term_no"],
    )  # fmt: skip
    CourseGroup.objects.filter(programme=one, courses=None).exclude(need=Need.ELECTIVE).delete()
    return len(wanted)
