"""What the student app hands to the picture of a student; the order of study, people, particulars."""

from typing import Any

from portal.core.asks import Ask
from portal.core.registry import Panel, register_panel
from students.models import Student
from students.queries.inputs import inputs_asked, inputs_block
from students.queries.picture import (
    awards_asked,
    awards_block,
    courses_asked,
    courses_block,
    line_asked,
    line_block,
    people_block,
    plan_asked,
    plan_block,
    warnings_asked,
    warnings_block,
)
from students.queries.picture_blocks import BLOCK
from students.queries.picture_particulars import aid_block, family_block
from students.queries.portrait import staff_asked
from students.queries.records import aid_asked, family_asked


def _people_asked(_user: Any, student: Student) -> Ask:
    return staff_asked(student.pk)


for _panel in (
    Panel("line", 10, "students/_picture_line.html", line_block, line_asked),
    Panel("courses", 11, BLOCK, courses_block, courses_asked),
    Panel("awards", 12, BLOCK, awards_block, awards_asked, tables=("students_aidgrant",)),
    Panel("plan", 20, "students/_picture_plan.html", plan_block, plan_asked),
    Panel("inputs", 30, "students/_picture_inputs.html", inputs_block, inputs_asked,
          tables=("students_teacherinput",)),
    Panel("people", 110, BLOCK, people_block, _people_asked),
    Panel("warnings", 120, BLOCK, warnings_block, warnings_asked),
    Panel("family", 150, BLOCK, family_block, family_asked),
    Panel("aid", 160, BLOCK, aid_block, aid_asked,
          tables=("students_aidrecognition", "students_aidgrant")),
):  # fmt: skip
    register_panel("picture", _panel)
