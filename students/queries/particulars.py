"""The masked particulars of one student as the card shows them."""

from collections.abc import Iterable, Mapping
from typing import Any

from portal.core.addresses import address
from students.fields import FIELDS, groups_of
from students.models import Student


def particulars(
    student: Student, actions: Iterable[str], opened: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Fields that ``actions`` show at least masked. ``opened`` holds clear values by field that
    were just unmasked; everything else stays hidden."""
    groups, shown = groups_of(actions), opened or {}
    return [
        particular(student, code, groups.sight(field.group) == "clear", shown.get(code))
        for code, field in FIELDS.items()
        if groups.sight(field.group)
    ]


def particular(
    student: Student, code: str, may_open: bool, value: str | None = None
) -> dict[str, Any]:
    """One field; ``value`` None shows the masked form."""
    field = FIELDS[code]
    return {
        "code": code,
        "url": address("students:field", student.student_no, code),
        "is_phone": code == "phone",
        "label": field.label,
        "text": field.masked(student) if value is None else value,
        "is_shown": value is not None,
        "may_open": may_open,
        "needs_reason": field.needs_reason,
    }


def own_particulars(student: Student) -> list[dict[str, Any]]:
    """Telephone and e-mail as the student reads them on the own page; the ID number stays masked,
    since a screen lies open on a table."""
    return [
        {
            "label": field.label,
            "value": (field.masked if field.needs_reason else field.value)(student) or "—",
        }
        for field in FIELDS.values()
    ]
