"""Students: reached by posts on the units where they stand, by links, by seats."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from casework.models import Case, LockOut
from cohorts.models import Unit
from students.models import (
    AidGrant,
    AidRecognition,
    FamilyContact,
    HealthNote,
    Placement,
    StatusPeriod,
    Student,
    TeacherInput,
)
from tests.permissions.engine import Entities, Kind, ref
from tests.permissions.kinds.people import DWELLING_OR_PARTY, covers

# Withdrawn, graduated, completed, left, transferred out, deceased, expelled.
LEFT = ("03", "07", "08", "09", "10", "11", "14")
SEAT_READS = ("see_card", "see_record", "see_case", "see_talks", "clear_restricted")
SEAT_WRITES = ("write_case", "log_talk")
ACTIONS = (
    "see_card", "see_record", "see_phone", "see_contact", "see_results", "log_talk", "see_case",
    "see_closed", "see_economic", "see_masked", "see_health", "see_aid_tier", "see_aid", "write_aid",
    "clear_psychological", "log_sealed",
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


def served(student: str) -> str:
    """Cleared by a post on the unit, or in an office that serves it; dwellings do not count."""
    return (
        f"({plain(student, 'clear_psychological')}"
        f' || {student}.outer in principal.getTag("served"))'
    )


def _allows(action: str) -> str:
    ways = [reaches("resource", action)]
    if action in ("see_phone", "see_contact"):
        ways.append(CRISIS.replace("STUDENT", "resource"))
    if action == "clear_psychological":
        ways.append(served("resource"))
    return " || ".join(ways)


# The counselling centre calls while a red case is open from which one is not locked out.
CRISIS = (
    f"(STUDENT has open_case && STUDENT.open_case.is_red"
    f" && !STUDENT.open_case.shut.contains(principal) && {served('STUDENT')})"
)


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


def own_accounts() -> dict[int, int]:
    """Accounts of students by student; whoever has left for good has no own route any more."""
    today = timezone.localdate()
    accounts = dict(
        Student.objects.exclude(user=None).exclude(status__in=LEFT).values_list("pk", "user_id")
    )
    for one in StatusPeriod.objects.filter(status__in=LEFT, since__lte=today):
        if one.until is None or one.until >= today:
            accounts.pop(one.student_id, None)
    return accounts


def _students() -> Iterator[tuple[int, dict[str, Any]]]:
    now = timezone.now()
    shut: dict[int, list[Any]] = defaultdict(list)
    for lock in LockOut.objects.select_related("case"):
        if lock.starts_at <= now and (lock.ends_at is None or lock.ends_at > now):
            shut[lock.case.student_id].append(ref("User", lock.person_id))
    accounts = own_accounts()
    cases = dict(Case.objects.filter(closed_at=None).values_list("student_id", "pk"))
    for key in Student.objects.values_list("pk", flat=True):
        attributes = {way: ref("Place", f"{way} {key}") for way in ("inner", "outer")}
        attributes["shut"] = shut[key]
        if key in cases:
            attributes["open_case"] = ref("Case", cases[key])
        if key in accounts:
            attributes["account"] = ref("User", accounts[key])
        yield key, attributes


def _follows(model: Any) -> Any:
    def rows() -> Iterator[tuple[int, dict[str, Any]]]:
        for row in model.objects.all():
            yield row.pk, {"student": ref("Student", row.student_id)}

    return rows


def _follow_allows(action: str) -> str:
    if action == "see_own":
        return "resource.student has account && resource.student.account == principal"
    found = reaches("resource.student", action)
    crisis = CRISIS.replace("STUDENT", "resource.student")
    return f"{found} || {crisis}" if action == "see_contact" else found


def _inputs() -> Iterator[tuple[int, dict[str, Any]]]:
    today = timezone.localdate()
    for row in TeacherInput.objects.all():
        waits = row.answered_at is None and row.withdrawn_at is None and row.due_on >= today
        yield row.pk, {"student": ref("Student", row.student_id), "waits": waits,
                       "teacher": ref("User", row.teacher_id)}  # fmt: skip


def _input_allows(action: str) -> str:
    if action == "answer_input":
        return "resource.waits && resource.teacher == principal"
    kept = (reaches("resource.student", one) for one in ("see_record", "log_talk"))
    return " && ".join(f"({one})" for one in kept)


KINDS = (
    Kind("Student", Student, ACTIONS, _students, _allows),
    Kind("Input", TeacherInput, ("see_record", "answer_input"), _inputs, _input_allows),
    *(Kind(name, model, actions, _follows(model), _follow_allows) for name, model, actions in (
        ("Family", FamilyContact, ("see_contact", "see_masked", "see_own")),
        ("Health", HealthNote, ("see_health",)),
        ("Recognition", AidRecognition, ("see_aid_tier", "write_aid")),
        ("Grant", AidGrant, ("see_aid",)))),
)  # fmt: skip
