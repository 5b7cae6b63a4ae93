"""The card and the full record of one student as label and value (rulebook 8.3)."""

from typing import Any

from django.utils.translation import gettext as _

from portal.core.ui.dates import format_day
from students.enums import PoliticalStatus, Sex, StudentStatus
from students.models import Student
from students.queries.standing import Stand

# Asked of the model, a field goes through its choices anew each time.
_STATUS, _SEX = dict(StudentStatus.choices), dict(Sex.choices)
_POLITICAL = dict(PoliticalStatus.choices)


def facts(student: Student, place: Stand, major: str, *, is_full: bool) -> list[dict[str, Any]]:
    """Card: what a name badge tells. ``is_full`` adds background and room."""
    rows = [
        (_("Student number"), student.student_no),
        (_("Class"), place.class_name),
        (_("College"), place.college),
        (_("Academy"), place.academy_full),
        (_("Major"), major),
        (_("Entry year"), student.entry_year),
        (_("Status"), _STATUS.get(student.status, student.status)),
    ]
    if is_full:
        rows += [
            (_("Sex"), _SEX.get(student.sex, student.sex) if student.sex != Sex.UNKNOWN else ""),
            (_("Date of birth"), format_day(student.born_on, "full")),
            (
                _("Political status"),
                _POLITICAL.get(student.political_status, student.political_status),
            ),
            (_("Room"), place.room),
        ]
    return [
        {"label": label, "value": str(value) if value else "—", "strong": False, "tone": ""}
        for label, value in rows
    ]
