"""The students: who they are, where they stand, and the rooms they live in."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from cohorts.enums import UnitKind
from portal.core.crypto import encrypt, lookup_hash
from portal.core.names import name_keys

from . import catalogue
from .campus import SEVERAL_BRANCHES, Campus, Home
from .names import NameMaker
from .numbers import IdNumbers, phone
from .timeline import Timeline

FLOORS, ROOMS_PER_FLOOR, BEDS = 6, 20, 4
STUDENT_COLUMNS = (
    "id", "student_no", "name", "pinyin", "initials", "sex", "ethnic_group", "political_status",
    "born_on", "origin_region", "entry_year", "major_id", "status", "phone", "email", "id_cipher",
    "id_hash", "id_last4", "user_id", "version",
)  # fmt: skip


@dataclass(slots=True)
class Pupil:
    id: int
    home: Home
    academy: int
    academy_cohort: int
    is_male: bool
    ability: float
    name: str
    group: str
    political: str
    on_leave_since: dt.date | None = None
    room: int = 0
    former_class: int = 0


def enrol(campus: Campus, times: Timeline, rng: random.Random, first_id: int) -> list[Pupil]:
    names = NameMaker(rng)
    groups = [code for code, _weight in catalogue.ETHNIC_GROUPS]
    group_weights = list(accumulate(weight for _code, weight in catalogue.ETHNIC_GROUPS))
    pupils: list[Pupil] = []
    is_large = sum(home.size for home in campus.homes) > SEVERAL_BRANCHES
    for home in campus.homes:
        for _place in range(home.size):
            is_male = rng.random() < 0.58
            group = (
                "01" if rng.random() < 0.91 else rng.choices(groups, cum_weights=group_weights)[0]
            )
            is_dotted = group == "05" and rng.random() < 0.8
            name = names.dotted(is_male) if is_dotted else names.student(is_male)
            pupils.append(
                Pupil(
                    first_id + len(pupils),
                    home,
                    home.academy,
                    home.academy_cohort,
                    is_male,
                    rng.gauss(0, 1),
                    name,
                    group,
                    _political(rng, times.year - home.year, is_large),
                )
            )
    _vary(campus, times, rng, pupils)
    _house(campus, times, pupils)
    return pupils


# Of students in their first to fourth year: members, and members with those on probation. A school
# of many branches fills them: thirty members each, teachers among them.
_MEMBERS = {False: ((0.0, 0.004, 0.02, 0.05), (0.0, 0.01, 0.05, 0.09)),
            True: ((0.0, 0.02, 0.12, 0.30), (0.0, 0.04, 0.19, 0.35))}  # fmt: skip


def _political(rng: random.Random, years: int, is_large: bool) -> str:
    drawn = rng.random()
    full, all_members = _MEMBERS[is_large]
    if years >= 1 and drawn < full[years]:
        return "01"
    if years >= 1 and drawn < all_members[years]:
        return "02"
    return "03" if drawn < 0.86 else "13"


def _vary(campus: Campus, times: Timeline, rng: random.Random, pupils: list[Pupil]) -> None:
    """A few live in another academy, a few changed class after a year, a few are on leave."""
    siblings: dict[int, list[Home]] = {}
    for home in campus.homes:
        siblings.setdefault(home.cohort, []).append(home)
    for pupil in pupils:
        drawn = rng.random()
        home = pupil.home
        if drawn < 0.02:
            pupil.academy = rng.choice(campus.academies)
            pupil.academy_cohort = campus.academy_cohorts[pupil.academy, home.year]
        elif drawn < 0.03 and home.year < times.year - 1:
            pupil.former_class = rng.choice(siblings[home.cohort]).id
            if pupil.former_class == home.id:
                pupil.former_class = 0
        elif drawn < 0.038 and home.year < times.year:
            pupil.on_leave_since = times.today - dt.timedelta(days=rng.randint(20, 150))


def _house(campus: Campus, times: Timeline, pupils: list[Pupil]) -> None:
    """Four to a room, women and men in buildings of their own, neighbours by class."""
    opened_on = times.entered_on(times.year - 12)
    number = 0
    for place, academy in enumerate(campus.academies):
        side = "东" if place % 2 == 0 else "西"
        for is_male in (False, True):
            here = [p for p in pupils if p.academy == academy and p.is_male is is_male]
            for start in range(0, len(here), FLOORS * ROOMS_PER_FLOOR * BEDS):
                number += 1
                building = campus.add(
                    UnitKind.BUILDING, f"{side}{number}舍", "", f"B{number:02d}", academy, opened_on
                )
                _fill(campus, opened_on, building, f"{side}{number}舍", f"B{number:02d}",
                      here[start : start + FLOORS * ROOMS_PER_FLOOR * BEDS])  # fmt: skip


def _fill(
    campus: Campus, opened_on: object, building: int, name: str, code: str, people: list[Pupil]
) -> None:
    floor = 0
    for n, start in enumerate(range(0, len(people), BEDS)):
        level, door = n // ROOMS_PER_FLOOR + 1, n % ROOMS_PER_FLOOR + 1
        if door == 1:
            floor = campus.add(
                UnitKind.FLOOR, f"{name}{level}层", "", f"{code}-F{level}", building, opened_on
            )
        room = campus.add(
            UnitKind.ROOM, f"{name}{level}{door:02d}", "", f"{code}-{level}{door:02d}", floor,
            opened_on, BEDS,
        )  # fmt: skip
        for pupil in people[start : start + BEDS]:
            pupil.room = room


def student_rows(
    campus: Campus, pupils: list[Pupil], rng: random.Random
) -> Iterator[tuple[object, ...]]:
    ids = IdNumbers()
    college_no = {college: n for n, college in enumerate(campus.colleges, 1)}
    provinces = [code for code, _weight in catalogue.PROVINCES]
    weights = list(accumulate(weight for _code, weight in catalogue.PROVINCES))
    counters: dict[tuple[int, int], int] = {}
    for pupil in pupils:
        home = pupil.home
        key = (home.year, home.college)
        counters[key] = counters.get(key, 0) + 1
        number = f"22{home.year % 100:02d}{college_no[home.college]:02d}{counters[key]:04d}"
        # Most are eighteen on entry: born between the September before and the August of then.
        born_on = dt.date(home.year - 19, 9, 1) + dt.timedelta(
            days=int(rng.triangular(0, 600, 200))
        )
        citizen = ids.next(born_on, pupil.is_male)
        province = rng.choices(provinces, cum_weights=weights)[0]
        pinyin, initials = name_keys(pupil.name)
        yield (
            pupil.id, number, pupil.name, pinyin, initials, "1" if pupil.is_male else "2",
            pupil.group, pupil.political, born_on, f"{province}0000", home.year, home.major.id,
            "02" if pupil.on_leave_since else "01", phone(pupil.id), f"{number}@stu.example.edu",
            encrypt(citizen), lookup_hash(citizen), citizen[-4:], None, 1,
        )  # fmt: skip


def placement_rows(
    campus: Campus, times: Timeline, pupils: list[Pupil], first_id: int
) -> Iterator[tuple[object, ...]]:
    row = first_id
    for pupil in pupils:
        home = pupil.home
        since = times.entered_on(home.year)
        here: list[tuple[int, str, dt.date, dt.date | None]] = []
        if pupil.former_class:
            moved_on = times.entered_on(home.year + 1)
            here.append((pupil.former_class, "class", since, moved_on - dt.timedelta(days=1)))
            here.append((home.id, "class", moved_on, None))
        else:
            here.append((home.id, "class", since, None))
        here.append((pupil.academy_cohort, "academy", since, None))
        here.append((pupil.room, "room", since, None))
        branch = campus.branch_of.get(home.id)
        if branch and pupil.political in {"01", "02"}:
            here.append((branch, "branch", times.entered_on(home.year + 1), None))
        for unit, tree, start, until in here:
            yield (row, pupil.id, unit, tree, start, until)
            row += 1


def status_rows(
    times: Timeline, pupils: list[Pupil], first_id: int
) -> Iterator[tuple[object, ...]]:
    row = first_id
    for pupil in pupils:
        since, left = times.entered_on(pupil.home.year), pupil.on_leave_since
        until = left - dt.timedelta(days=1) if left else None
        yield (row, pupil.id, "01", since, until, "")
        row += 1
        if left:
            yield (row, pupil.id, "02", left, None, "因病休学" if row % 2 else "个人申请休学")
            row += 1
