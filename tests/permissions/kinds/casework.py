"""Cases and talks: through their student, by seat, as the last team, by broken glass; never for whom
is shut out."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from casework.models import BreakGlass, Case, FollowUp, KeyRequest, LedgerEntry, LockOut, Seat
from tests.permissions.engine import Kind, ref
from tests.permissions.kinds.people import covers
from tests.permissions.kinds.students import plain, reaches, seated

People = dict[int, list[Any]]


def _cases() -> Iterator[tuple[int, dict[str, Any]]]:
    readers: People = defaultdict(list)
    writers: People = defaultdict(list)
    shut: People = defaultdict(list)
    broken: People = defaultdict(list)
    team: People = defaultdict(list)
    now = timezone.now()
    for seat in Seat.objects.select_related("case"):
        if was_seated_at_the_end(seat):
            team[seat.case_id].append(ref("User", seat.person_id))
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
    closers = dict(
        KeyRequest.objects.filter(kind="close", is_granted=True).values_list(
            "case_id", "asked_by_id"
        )
    )
    categories: dict[int, set[str]] = defaultdict(set)
    for case_id, code in LedgerEntry.objects.values_list("case_id", "category_id"):
        categories[case_id].add(code)
    for case in Case.objects.all():
        yield case.pk, {
            "student": ref("Student", case.student_id), "is_open": case.closed_at is None,
            "readers": readers[case.pk], "writers": writers[case.pk], "shut": shut[case.pk],
            "broken": broken[case.pk], "is_red": case.level_id == "RED",
            "is_economic": categories[case.pk] == {"ECONOMIC"}, "team": team[case.pk] + [
                ref("User", pk) for pk in (case.owner_id, closers.get(case.pk)) if pk
            ],
        }  # fmt: skip


def was_seated_at_the_end(seat: Seat) -> bool:
    """Whether the seat was held on the day, and at the moment, when its case was closed."""
    closed = seat.case.closed_at
    if closed is None or (seat.ended_at is not None and seat.ended_at < closed):
        return False
    day = timezone.localtime(closed).date()
    return seat.starts_on <= day and (seat.ends_on is None or seat.ends_on >= day)


def glass(case: str) -> str:
    """Opened in an emergency, while a post still allows that."""
    return (
        f"({case}.is_open && {case}.broken.contains(principal)"
        f" && {plain(f'{case}.student', 'break_glass')})"
    )


def by_post(case: str, action: str) -> str:
    """By post or link on the student; once closed, for leaders and whoever was of the last team,
    who reads on while the student's card is to be seen."""
    student, read = f"{case}.student", "see_card" if action == "see_case" else action
    return (
        f"({plain(student, action)} && ({case}.is_open || {plain(student, 'see_closed')})"
        f" || !{case}.is_open && {case}.team.contains(principal) && {plain(student, read)})"
    )


def case_allows(case: str, action: str) -> str:
    # A seat opens its own case; what earlier episodes were about is not the new team's to read.
    ways = [by_post(case, action), seated(case, action)]
    if action == "clear_restricted":
        ways.append(glass(case))
    if action == "see_case":
        aid = plain(f"{case}.student", "see_economic")
        ways.append(f"{case}.is_open && {case}.is_economic && {aid}")
    return f"({' || '.join(ways)})"


def _case_allows(action: str) -> str:
    return case_allows("resource", action)


def _talks() -> Iterator[tuple[int, dict[str, Any]]]:
    for talk in FollowUp.objects.all():
        found = {"student": ref("Student", talk.student_id), "author": ref("User", talk.author_id),
                 "level": str(talk.confidentiality)}  # fmt: skip
        if talk.case_id is not None:
            found["case"] = ref("Case", talk.case_id)
        yield talk.pk, found


def _talk_allows(_action: str) -> str:
    team = f"{seated('resource.case', 'clear_restricted')} || {glass('resource.case')}"
    student = "resource.student"
    return (
        f'resource.level == "general" && {reaches(student, "see_talks")}'
        f' || resource.level == "restricted" && ('
        f"!(resource has case) && {plain(student, 'clear_restricted')}"
        f" || resource has case && ({by_post('resource.case', 'clear_restricted')} || {team}))"
        f" || resource.author == principal && {reaches(student, 'see_card')}"
    )


KINDS = (
    Kind("Case", Case, ("see_case", "write_case", "manage_case", "clear_restricted"), _cases,
         _case_allows, forbids="resource.shut.contains(principal)"),
    Kind("Talk", FollowUp, ("see_talks",), _talks, _talk_allows,
         forbids="resource has case && resource.case.shut.contains(principal)"),
)  # fmt: skip
