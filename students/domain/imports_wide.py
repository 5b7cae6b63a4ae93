"""The clerk's wide sheet, one column per course, turned into one row per sitting."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portal.core.sheets import Column, Fault, SheetError, Table, as_text, read_table
from portal.core.sheets.columns import RowFault, heading_key
from portal.core.sheets.wide import WideSheet, read_wide
from students.domain.imports_cells import read_student_no
from students.domain.imports_grades import read_grade, read_term
from students.models import Course

MAX_ROWS = 2_000_000
_KNOWN = (
    Column("student_no", "学号", read_student_no, ("student number", "student id", "xh"),
           is_required=True),
    Column("name", "姓名", as_text, ("name", "学生姓名")),
    Column("term", "学期", read_term, ("学年学期", "开课学期", "term", "xnxq")),
    # Stand in such sheets, and are no course.
    Column("class", "班级", as_text, ("行政班", "专业班级", "class")),
    Column("major", "专业", as_text, ("专业名称", "major")),
    Column("college", "学院", as_text, ("college",)),
    Column("year", "年级", as_text, ("入学年份",)),
    Column("sex", "性别", as_text, ("sex",)),
    Column("sum", "总学分", as_text, ("学分合计", "平均分", "平均成绩", "绩点", "排名", "备注")),
)  # fmt: skip
_TERM_INSIDE = re.compile(
    r"\d{4}\s*[-—–/~]\s*\d{4}\s*(?:学年)?\s*[-—–/]?\s*(?:第)?\s*[123一二三]\s*(?:学期)?"
)
_CODE = re.compile(r"^([A-Za-z][\w.\-]*\d[\w.\-]*|\d{5,}[\w.\-]*)[\s_:\-]*(.*)$")
_WORTH = re.compile(
    r"[(\[【]?\s*(\d{1,2}(?:\.\d)?)\s*学分\s*[)\]】]?$|[(\[]\s*(\d{1,2}\.\d)\s*[)\]]$"
)
_KIND = re.compile(r"[(\[]?\s*(补考|重修)\s*[)\]]?$")
# Rows under the header that describe the columns.
_ABOUT = {"学分": "credits", "课程学分": "credits", "课程代码": "code", "课程号": "code"}


@dataclass
class _Course:
    place: int
    heading: str
    code: str = ""
    name: str = ""
    credits: str = ""
    attempt: str = ""


def reader(columns: tuple[Column, ...]) -> Callable[[bytes, Callable[[int], None]], Table]:
    """Reads a file with one row per result, or a wide sheet with one column per course."""

    def read(content: bytes, on_rows: Callable[[int], None]) -> Table:
        try:
            return read_table(content, columns, max_rows=MAX_ROWS, on_rows=on_rows)
        except SheetError:
            sheet = read_wide(content, _KNOWN, on_rows)
            if sheet is None or {"grade", "course_code"} & _named(sheet, columns):
                raise
        return unfold(sheet)

    return read


def _named(sheet: WideSheet, columns: tuple[Column, ...]) -> set[str]:
    """Columns of the long shape that the sheet has: then it is one, with something missing."""
    known = {key: column.code for column in columns for key in column.match_keys()}
    keys = (heading_key(text) for _place, text in sheet.others)
    return {known[key] for key in keys if key in known}


def unfold(sheet: WideSheet) -> Table:
    """One row per filled cell below a course. Raises SheetError when the term stands nowhere or a
    heading names no course; a cell that is no grade is a fault of its row and column."""
    courses = [_Course(place, heading) for place, heading in sheet.others]
    rows = [row for row in sheet.rows if not _about(sheet, courses, row[1])]
    _name_courses(courses)
    term = _term_of(sheet)
    table = Table([], {code: [] for code in _FILLED}, {"student_no": sheet.headings["student_no"]},
                  sha256=sheet.sha256)  # fmt: skip
    for number, cells in rows:
        _add_row(table, sheet, courses, term, number, cells)
    if not table.numbers and not table.faults:
        raise SheetError(_("The sheet has course columns but no grades. Fill in the grades first."))
    table.notes.append(
        _("Read as a sheet with one column per course: %(list)s.")
        % {"list": "、".join(one.name or one.code for one in courses)}
    )
    return table


_FILLED = ("student_no", "course_code", "course_name", "credits", "term", "grade", "attempt")


def _about(sheet: WideSheet, courses: list[_Course], cells: tuple[Any, ...]) -> bool:
    """Whether the row describes the columns: their codes or credits."""
    first = next((text for cell in cells if type(text := as_text(cell)) is str and text), "")
    what = _ABOUT.get(first)
    if what is None:
        return False
    for one in courses:
        text = as_text(cells[one.place]) if one.place < len(cells) else ""
        setattr(one, what, text if type(text) is str else "")
    return True


def _name_courses(courses: list[_Course]) -> None:
    by_code: dict[str, str] = {}
    by_name: dict[str, list[str]] = {}
    for code, name in Course.objects.values_list("code", "name"):
        by_code[code] = name
        by_name.setdefault(_plain(name), []).append(code)
    unknown, several = [], []
    for one in courses:
        text = one.heading
        if found := _KIND.search(text):
            one.attempt = {"补考": "resit", "重修": "retake"}[found[1]]
            text = text[: found.start()].strip()
        codes = [one.code] if one.code else by_name.get(_plain(text), [])
        if not codes and (worth := _WORTH.search(text)):
            one.credits = one.credits or worth[1] or worth[2]
            text = text[: worth.start()].strip()
            codes = by_name.get(_plain(text), [])
        if not codes and (split := _CODE.match(text)):
            codes, text = [split[1]], split[2] or text
        if len(codes) > 1:
            several.append(one.heading)
        elif not codes:
            unknown.append(one.heading)
        else:
            one.code, one.name = codes[0], by_code.get(codes[0], text)
    if several:
        raise SheetError(
            _("Several courses have this name: %(list)s. Write the course code before the name.")
            % {"list": "、".join(several)}
        )
    if unknown:
        raise SheetError(
            _("No course is called like these columns: %(list)s. Write the course code before the name, or enter the courses first.")
            % {"list": "、".join(unknown)}
        )  # fmt: skip


def _plain(name: str) -> str:
    return re.sub(r"\s+", "", name.translate(str.maketrans("（）［］", "()[]"))).casefold()


def _term_of(sheet: WideSheet) -> str:
    if "term" in sheet.places:
        return ""
    for text in sheet.above:
        if found := _TERM_INSIDE.search(text):
            term = read_term(found[0])
            if type(term) is str:
                return term
    raise SheetError(
        _("The sheet does not say of which term it is. Write the term such as 2025-2026-1 into the title, or add a column 学期.")
    )  # fmt: skip


def _add_row(
    table: Table, sheet: WideSheet, courses: list[_Course], term: str, number: int,
    cells: tuple[Any, ...],
) -> None:  # fmt: skip
    def read(code: str) -> str:
        place, column = sheet.places.get(code), next(c for c in _KNOWN if c.code == code)
        value = column.read(cells[place]) if place is not None and place < len(cells) else ""
        if type(value) is Fault:
            raw = " ".join(str(cells[place or 0]).split())[:60]
            table.faults.append(RowFault(number, column.heading, raw, value.reason))
            return ""
        return str(value)

    filled = [one for one in courses if one.place < len(cells) and as_text(cells[one.place])]
    student = read("student_no")
    own_term = term or read("term")
    if not filled or not student or not any(ch.isdigit() for ch in student):
        return  # nothing entered, a total, a signature line
    if not own_term:
        table.faults.append(RowFault(number, "学期", "", _("This cell must not be blank.")))
        return
    for one in filled:
        grade = read_grade(cells[one.place])
        if type(grade) is Fault:
            raw = " ".join(str(cells[one.place]).split())[:60]
            table.faults.append(RowFault(number, one.heading, raw, grade.reason))
            continue
        table.numbers.append(number)
        row = (student, one.code, one.name, one.credits, own_term, grade, one.attempt)
        for code, value in zip(_FILLED, row, strict=True):
            table.columns[code].append(str(value))
