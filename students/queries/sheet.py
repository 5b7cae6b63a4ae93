"""The card and the full record of one student as label and value (rulebook 8.3)."""

from typing import Any

from django.utils.translation import gettext as _

from portal.core.ui.dates import format_day
from students.enums import Sex
from students.models import Student
from students.queries.standing import Stand


def facts(student: Student, place: Stand, major: str, *, is_full: bool) -> list[dict[str, Any]]:
    """Card: what a name badge tells. ``is_full`` adds background and room."""
    rows = [
        (_("Student number"), student.student_no),
        (_("Class"), place.class_name),
        (_("College"), place.college),
        (_("Academy"), place.academy_full),
        (_("Major"), major),
        (_("Entry year"), student.entry_year),
        (_("Status"), student.get_status_display()),
    ]
    if is_full:
        rows += [
            (_("Sex"), student.get_sex_display() if student.sex != Sex.UNKNOWN else ""),
            (_("Date of birth"), format_day(student.born_on, "full")),
            (_("Political status"), student.get_political_status_display()),
            (_("Room"), place.room),
        ]
    return [
        {"label": label, "value": value or "—", "strong": False, "tone": ""}
        for label, value in rows
    ]
