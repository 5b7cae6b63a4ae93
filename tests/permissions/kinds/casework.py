"""Cases and talks: through their student, by seat, by broken glass; never for whom is shut out."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from casework.models import BreakGlass, Case, FollowUp, LockOut, Seat
from tests.permissions.engine import Kind, ref
from tests.permissions.kinds.people import covers
from tests.permissions.kinds.students import plain, reaches, seated

People = dict[int, list[Any]]


def _cases() -> Iterator[tuple[int, dict[str, Any]]]:
    readers: People = defaultdict(list)
    writers: People = defaultdict(list)
    shut: People = defaultdict(list)
    broken: People = defaultdict(list)
    now = timezone.now()
    for seat in Seat.objects.all():
        if covers(seat.starts_on, seat.ends_on):
            readers[seat.case_id].append(ref("User", seat.person_id))
            if seat.write_level == "write":
                writers[seat.case_id].append(ref("User", seat.person_id))
    for lock in LockOut.objects.all():
        if lock.starts_at <= now and (lock.ends_at is None or lock.ends_at > now):
            shut[lock.case_id].append(ref("User", lock.person_id))
    for glass in BreakGlass.objects.all():
        if glass.starts_at <= now < glass.ends_at:
            broken[glass.case_id].append(ref("User", glass.person_id))
    for case in Case.objects.all():
        yield case.pk, {
            "student": ref("Student", case.student_id), "is_open": case.closed_at is None,
            "readers": readers[case.pk], "writers": writers[case.pk], "shut": shut[case.pk],
            "broken": broken[case.pk],
        }  # fmt: skip


def _glass(case: str) -> str:
    """Opened in an emergency, while a post still allows that."""
    return (
        f"({case}.is_open && {case}.broken.contains(principal)"
        f" && {plain(f'{case}.student', 'break_glass')})"
    )


def _case_allows(action: str) -> str:
    # A seat opens its own case; what earlier episodes were about is not the new team's to read.
    ways = [plain("resource.student", action), seated("resource", action)]
    if action == "clear_restricted":
        ways.append(_glass("resource"))
    return " || ".join(ways)


def _talks() -> Iterator[tuple[int, dict[str, Any]]]:
    for talk in FollowUp.objects.all():
        found = {"student": ref("Student", talk.student_id), "author": ref("User", talk.author_id),
                 "level": str(talk.confidentiality)}  # fmt: skip
        if talk.case_id is not None:
            found["case"] = ref("Case", talk.case_id)
        yield talk.pk, found


def _talk_allows(_action: str) -> str:
    team = f"{seated('resource.case', 'clear_restricted')} || {_glass('resource.case')}"
    student = "resource.student"
    return (
        f'resource.level == "general" && {reaches(student, "see_talks")}'
        f' || resource.level == "restricted" && ({plain(student, "clear_restricted")}'
        f" || resource has case && ({team}))"
        f" || resource.author == principal && {reaches(student, 'see_card')}"
    )


KINDS = (
    Kind("Case", Case, ("see_case", "write_case", "manage_case", "clear_restricted"), _cases,
         _case_allows, forbids="resource.shut.contains(principal)"),
    Kind("Talk", FollowUp, ("see_talks",), _talks, _talk_allows,
         forbids="resource has case && resource.case.shut.contains(principal)"),
)  # fmt: skip
