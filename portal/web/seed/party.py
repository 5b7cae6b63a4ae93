"""Party organisations at work in the invented school: members, and developments in all stages.

Days follow one exemplary rhythm that keeps the rules, shifted so that the last step lies a little
before today; some steps are late and say why, some papers are missing.
"""

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any

from partybranch.domain.months import DAY, add_months
from partybranch.domain.refresh import refresh
from partybranch.enums import Entry
from partybranch.models import (
    AdmissionPlan,
    Development,
    Membership,
    PartyMember,
    PartyOrganization,
)
from students.models import Placement, Student

from .campus import SEVERAL_BRANCHES, Campus
from .load import move_sequences
from .party_changes import seed_changes, seed_draft, seed_request
from .party_files import FileWriter
from .party_honours import seed_honours
from .party_league import seed_league
from .party_life import seed_life
from .party_links import seed_links
from .pupils import Pupil
from .staff import Staff
from .timeline import Timeline, moment

# Steps that developments of a cohort have reached, by years since entry; more often in the middle.
REACHED = {
    1: (1, 1, 1, 2, 2, 2, 2, 3, 3, 5, 5, 5),
    2: (1, 1, 2, 2, 3, 5, 5, 5, 5, 6, 7, 8, 10, 11, 12, 14),
    3: (2, 2, 3, 5, 5, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 14, 15, 16),
}
ON_PROBATION = (17, 18, 19, 20, 20, 20, 21, 22)
# Applicants of a branch; of a larger school about one student in eight has an open file, those on
# probation among them where they are many.
_PER_BRANCH, _SHARE = 28, {False: 0.12, True: 0.112}
_TEACHERS = 6


@dataclass
class _Branch:
    """A branch with the people of its classes."""

    unit: PartyOrganization
    cohort: int
    years: int
    full: list[PartyMember] = field(default_factory=list)
    waiting: list[tuple[Pupil, int]] = field(default_factory=list)


def seed_party(
    campus: Campus, pupils: list[Pupil], staff: Staff, times: Timeline, rng: random.Random
) -> int:
    """Rows of members and developments; returns how many developments there are."""
    units = PartyOrganization.objects.in_bulk(
        [pk for several in campus.branches.values() for pk in several]
    )
    branches = {
        pk: _Branch(units[pk], cohort, times.year - campus.by_id[cohort].extra[0])  # type: ignore[operator]
        for cohort, several in campus.branches.items()
        for pk in several
    }
    _members(campus, branches, pupils, staff, times, rng)
    _choose(campus, branches, pupils, times, rng)
    writer = FileWriter(times.today, rng)
    students = Student.objects.in_bulk(
        [pupil.id for branch in branches.values() for pupil, _step in branch.waiting]
    )
    holders = {(post.unit, post.role): post.person for post in staff.posts}
    for branch in branches.values():
        key = branch.unit.pk
        writers = holders.get((key, "branch_secretary")), holders.get((key, "organiser"))
        for pupil, step in branch.waiting:
            writer.open(students[pupil.id], branch.unit, branch.full, step, writers)
    move_sequences([Placement])  # those so far brought their own numbers
    young = seed_changes(campus, pupils, staff, times, writer)
    writer.save()
    AdmissionPlan.objects.bulk_create(
        AdmissionPlan(branch=branch.unit, year=times.today.year, places=10)
        for branch in branches.values()
    )
    here = [branch.unit for branch in branches.values()]
    seed_life(
        here, holders, times.today,
        moment(times.today, 9), rng,
    )  # fmt: skip
    seed_links({one.cohort: one.unit for one in branches.values()}, holders, times.today)
    seed_honours(here, times.today, random.Random(f"honours {times.today}"))
    seed_league(here, times.today, random.Random(f"league {times.today}"))
    rows: Any = Development.objects.filter(ended_on=None).select_related("student")
    refresh(rows)
    seed_draft(young, times)
    seed_request(times)
    return len(writer.files)


def _members(
    campus: Campus, branches: dict[int, _Branch], pupils: list[Pupil], staff: Staff,
    times: Timeline, rng: random.Random,
) -> None:  # fmt: skip
    """Teachers with their relation in the branch, then students who are members already."""
    places: list[tuple[PartyMember, _Branch]] = []
    taken: set[int] = set()
    for branch in branches.values():
        college = campus.by_id[branch.cohort].parent or 0
        posts = {p.person for p in staff.posts if p.unit == branch.unit.pk}
        people = [p for p in staff.teachers.get(college, ()) if p.id in posts]
        others = (p for p in staff.teachers.get(college, ()) if p.id not in posts | taken)
        people += list(others)[:_TEACHERS]
        for person in people:
            if person.id not in taken:
                taken.add(person.id)
                joined = dt.date(times.year - rng.randint(8, 25), rng.choice((5, 6, 11, 12)), 18)
                places.append((PartyMember(
                    person_id=person.id, joined_on=joined, full_on=add_months(joined, 12)), branch))  # fmt: skip
    for pupil in pupils:
        home = branches.get(campus.branch_of.get(pupil.home.id, 0))
        if home is None or pupil.political not in ("01", "02"):
            continue
        if pupil.political == "02" and home.years >= 3:
            home.waiting.append((pupil, rng.choice(ON_PROBATION)))
            continue  # the development makes the member
        days = rng.randint(420, 700) if pupil.political == "01" else rng.randint(40, 330)
        joined = times.today - days * DAY
        full = add_months(joined, 12) if pupil.political == "01" else None
        places.append((PartyMember(student_id=pupil.id, joined_on=joined, full_on=full), home))
    members = PartyMember.objects.bulk_create([member for member, _branch in places])
    Membership.objects.bulk_create(
        Membership(
            member=member, branch=branch.unit, is_relation=True,
            since=max(member.joined_on, branch.unit.opened_on or member.joined_on),
            how=Entry.TRANSFER if member.person_id else Entry.ADMITTED,
            origin="教工党支部" if member.person_id else "",
        )
        for member, (_member, branch) in zip(members, places, strict=True)
    )  # fmt: skip
    for member, (_member, branch) in zip(members, places, strict=True):
        if member.full_on is not None and member.full_on < times.today:
            branch.full.append(member)


def _choose(
    campus: Campus, branches: dict[int, _Branch], pupils: list[Pupil], times: Timeline,
    rng: random.Random,
) -> None:  # fmt: skip
    """Who applies: up to a score or more in each branch, among those who are no members."""
    is_large = len(pupils) > SEVERAL_BRANCHES
    share = round(_SHARE[is_large] * len(pupils) / max(1, len(branches)))
    most = share if is_large else max(_PER_BRANCH, share)
    chosen: dict[int, int] = {}
    for pupil in pupils:
        place = campus.branch_of.get(pupil.home.id, 0)
        branch = branches.get(place)
        if branch is None or pupil.political != "03" or rng.random() > 0.3:
            continue
        if chosen.get(place, 0) >= most or pupil.on_leave_since:
            continue
        chosen[place] = chosen.get(place, 0) + 1
        branch.waiting.append((pupil, rng.choice(REACHED[min(max(branch.years, 1), 3)])))
