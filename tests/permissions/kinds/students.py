"""Students: reached by posts on the units where they stand, by links, by seats."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from casework.models import Case
from cohorts.models import Unit
from students.models import Placement, Student
from tests.permissions.engine import Entities, Kind, ref
from tests.permissions.kinds.people import DWELLING_OR_PARTY, covers

SEAT_READS = ("see_card", "see_record", "see_case", "see_talks", "clear_restricted")
SEAT_WRITES = ("write_case", "log_talk")
ACTIONS = (
    "see_card", "see_record", "see_phone", "see_contact", "see_results", "log_talk", "see_case",
    "see_closed",
    "write_case", "see_talks", "clear_restricted", "break_glass", "export_students", "edit_student",
)  # fmt: skip


def plain(student: str, action: str) -> str:
    """By post or link."""
    return (
        f'({student}.outer in principal.getTag("wide {action}")'
        f' || {student}.inner in principal.getTag("inner {action}")'
        f' || principal.getTag("linked {action}").contains({student}))'
    )


def seated(case: str, action: str) -> str:
    """By a seat in the task force of an open case from which one is not locked out."""
    if action not in SEAT_READS + SEAT_WRITES:
        return "false"
    who = "readers" if action in SEAT_READS else "writers"
    return (
        f"({case}.is_open && {case}.{who}.contains(principal) && !{case}.shut.contains(principal))"
    )


def reaches(student: str, action: str) -> str:
    seat = f"({student} has open_case && {seated(f'{student}.open_case', action)})"
    return f"({plain(student, action)} || {seat})"


def export_places(found: Entities) -> None:
    """Two places for each student, below the units that count: dwellings and party
    organisations, and all the others."""
    kinds = dict(Unit.objects.values_list("pk", "kind"))
    below: dict[str, list[Any]] = defaultdict(list)
    for stay in Placement.objects.all():
        if covers(stay.since, stay.until):
            way = "inner" if kinds[stay.unit_id] in DWELLING_OR_PARTY else "outer"
            below[f"{way} {stay.student_id}"].append(ref("Unit", stay.unit_id))
    for key in Student.objects.values_list("pk", flat=True):
        for way in ("inner", "outer"):
            found.add(ref("Place", f"{way} {key}"), {}, below=below[f"{way} {key}"])


def _students() -> Iterator[tuple[int, dict[str, Any]]]:
    cases = dict(Case.objects.filter(closed_at=None).values_list("student_id", "pk"))
    for key in Student.objects.values_list("pk", flat=True):
        attributes = {way: ref("Place", f"{way} {key}") for way in ("inner", "outer")}
        if key in cases:
            attributes["open_case"] = ref("Case", cases[key])
        yield key, attributes


KINDS = (
    Kind("Student", Student, ACTIONS, _students, lambda action: reaches("resource", action)),
)  # fmt: skip
