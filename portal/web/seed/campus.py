"""The organisation: colleges, academies, cohorts, classes, offices, party organisations."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cohorts.enums import UnitKind

from . import catalogue
from .timeline import Timeline

CLASS_SIZE = 30
# A branch for each cohort; in a school of more students than this a cohort has several, so that
# 50,000 students come to three hundred.
SEVERAL_BRANCHES, BRANCHES_PER_STUDENT = 10_000, 0.006
_NUMERALS = "零一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Node:
    """A unit with the columns of its own kind."""

    id: int
    kind: str
    name: str
    short: str
    code: str
    parent: int | None
    opened_on: object
    extra: tuple[object, ...] = ()


@dataclass(slots=True)
class MajorPlan:
    id: int
    code: str
    name: str
    short: str
    college: int


@dataclass(slots=True)
class Home:
    """A home class: where its students stand on the college side and on the academy side."""

    id: int
    name: str
    year: int
    college: int
    cohort: int
    major: MajorPlan
    academy: int
    academy_cohort: int
    size: int


@dataclass
class Campus:
    """``colleges`` and ``academies`` hold unit ids in the order of the catalogue."""

    nodes: list[Node] = field(default_factory=list)
    majors: list[MajorPlan] = field(default_factory=list)
    homes: list[Home] = field(default_factory=list)
    university: int = 0
    colleges: list[int] = field(default_factory=list)
    academies: list[int] = field(default_factory=list)
    offices: list[int] = field(default_factory=list)
    college_cohorts: dict[tuple[int, int], int] = field(default_factory=dict)
    academy_cohorts: dict[tuple[int, int], int] = field(default_factory=dict)
    # Party branches of each cohort, and the branch to which the students of a class belong.
    branches: dict[int, list[int]] = field(default_factory=dict)
    branch_of: dict[int, int] = field(default_factory=dict)
    community: int = 0
    by_id: dict[int, Node] = field(default_factory=dict)
    next_id: int = 1

    def add(
        self, kind: str, name: str, short: str, code: str, parent: int | None, opened_on: object,
        *extra: object,
    ) -> int:  # fmt: skip
        node = Node(self.next_id, str(kind), name, short, code, parent, opened_on, extra)
        self.nodes.append(node)
        self.by_id[node.id] = node
        self.next_id += 1
        return node.id


def shares(total: int, weights: list[float], least: int) -> list[int]:
    """Split ``total`` by weights into whole numbers, none below ``least``."""
    whole = sum(weights)
    found = [max(least, int(total * weight / whole)) for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: -weights[i])
    step = 0
    while sum(found) != total:
        i = order[step % len(order)]
        if sum(found) < total:
            found[i] += 1
        elif found[i] > least:
            found[i] -= 1
        step += 1
    return found


def build_campus(
    students: int, times: Timeline, rng: random.Random, ids: tuple[int, int]
) -> Campus:
    """Everything but rooms. ``ids``: first free numbers of units and majors."""
    campus = Campus(next_id=ids[0])
    long_ago = times.entered_on(times.year - 12)
    add = campus.add
    top = campus.university = add(
        UnitKind.UNIVERSITY, catalogue.UNIVERSITY, "", "U", None, long_ago
    )
    for n, (name, short) in enumerate(catalogue.OFFICES, 1):
        campus.offices.append(add(UnitKind.OFFICE, name, short, f"D{n:02d}", top, long_ago))
    _colleges(campus, students, times, long_ago, ids[1])
    _academies(campus, students, times, long_ago)
    _classes(campus, students, times)
    _party(campus, times, long_ago)
    return campus


def _colleges(
    campus: Campus, students: int, times: Timeline, long_ago: object, major_id: int
) -> None:
    count = max(2, min(len(catalogue.COLLEGES), round(students / 1100)))
    for n, (name, short, _share, majors) in enumerate(catalogue.COLLEGES[:count], 1):
        college = campus.add(
            UnitKind.COLLEGE, name, short, f"C{n:02d}", campus.university, long_ago
        )
        campus.colleges.append(college)
        for code, major, prefix in majors:
            campus.majors.append(
                MajorPlan(major_id + len(campus.majors), code, major, prefix, college)
            )
        for year in times.entry_years:
            campus.college_cohorts[college, year] = campus.add(
                UnitKind.COHORT, f"{name}{year}级", f"{short.removesuffix('学院')}{year}级",
                f"C{n:02d}-{year}", college, times.entered_on(year), year,
            )  # fmt: skip


def _academies(campus: Campus, students: int, times: Timeline, long_ago: object) -> None:
    count = max(2, min(len(catalogue.ACADEMIES), round(students / 740)))
    for n, stem in enumerate(catalogue.ACADEMIES[:count], 1):
        academy = campus.add(
            UnitKind.ACADEMY, f"{stem}书院", stem, f"A{n:02d}", campus.university, long_ago
        )
        campus.academies.append(academy)
        for year in times.entry_years:
            campus.academy_cohorts[academy, year] = campus.add(
                UnitKind.COHORT, f"{stem}书院{year}级", f"{stem}{year}级",
                f"A{n:02d}-{year}", academy, times.entered_on(year), year,
            )  # fmt: skip


def _weights(count: int, students: int) -> list[float]:
    weights = [share for _name, _short, share, _majors in catalogue.COLLEGES[:count]]
    if students > 3000:
        # The first college keeps its size (cohorts of about 270), so that a reach can be compared
        # between small and large schools; the second grows to a cohort of about two thousand.
        weights[1] = sum(weights[2:]) * 0.16 / 0.84
        weights[0] = sum(weights[1:]) * 1070 / (students - 1070)
    return weights


def _classes(campus: Campus, students: int, times: Timeline) -> None:
    weights = _weights(len(campus.colleges), students)
    per_year = shares(students, [1.0] * 4, 1)
    for year, heads in zip(times.entry_years, per_year, strict=True):
        homes: list[tuple[int, MajorPlan, int, int]] = []
        by_college = shares(heads, weights, 1)
        for college, size in zip(campus.colleges, by_college, strict=True):
            majors = [major for major in campus.majors if major.college == college]
            rooms = max(1, round(size / CLASS_SIZE))
            used = majors[: max(1, min(len(majors), rooms))]
            of_major = shares(rooms, [1.0 / (i + 1) for i in range(len(used))], 1)
            sizes = iter(shares(size, [1.0] * rooms, 1))
            for major, count in zip(used, of_major, strict=True):
                for number in range(1, count + 1):
                    homes.append((college, major, number, next(sizes)))
        seen = 0
        for college, major, number, size in homes:
            # Neighbouring classes live together; an academy takes its share of heads.
            middle = (seen + size / 2) / heads
            academy = campus.academies[int(middle * len(campus.academies))]
            seen += size
            name = f"{major.short}{year % 100:02d}{number:02d}"
            cohort = campus.college_cohorts[college, year]
            unit = campus.add(
                UnitKind.CLASS, name, "", name, cohort, times.entered_on(year), major.id
            )
            campus.homes.append(
                Home(unit, name, year, college, cohort, major, academy,
                     campus.academy_cohorts[academy, year], size)
            )  # fmt: skip


def _party(campus: Campus, times: Timeline, long_ago: object) -> None:
    """A committee for the school and each college, a branch or several for each older cohort.

    The first college's branches are joint ones of college and academy in the three-level tree of
    the student community; a functional and a temporary branch stand beside them.
    """
    add, party = campus.add, UnitKind.PARTY
    top = add(party, f"中共{catalogue.UNIVERSITY}委员会", "校党委", "P00", campus.university,
              long_ago, "committee", None, None, None)  # fmt: skip
    community = add(party, "学生社区党委", "社区党委", "P00-S", top, long_ago, "committee", top,
                    None, None)  # fmt: skip
    campus.community = community
    generals = {
        academy: add(party, f"{campus.by_id[academy].name}党总支", f"{campus.by_id[academy].short}党总支",
                     f"P00-S{n:02d}", community, long_ago, "general", community, None, academy)
        for n, academy in enumerate(campus.academies, 1)
    }  # fmt: skip
    for name, code, kind in (("学生会功能型党支部", "P00-F1", "functional"),
                             ("暑期实践队临时党支部", "P00-T1", "temporary")):  # fmt: skip
        add(party, name, "", code, community, times.entered_on(times.year - 1), kind, community,
            None, None)  # fmt: skip
    several = _several(campus, times.entry_years[:3])
    for n, college in enumerate(campus.colleges, 1):
        name = campus.by_id[college].name
        head = add(party, f"{name}党委", f"{campus.by_id[college].short}党委", f"P{n:02d}", top,
                   long_ago, "committee", top, college, None)  # fmt: skip
        academy = next(h.academy for h in campus.homes if h.college == college)
        for year in times.entry_years[:3]:
            short, cohort = campus.by_id[college].short, campus.college_cohorts[college, year]
            campus.branches[cohort] = []
            for place in range(1, several[cohort] + 1):
                which, end = (
                    (f"第{_numeral(place)}", f"-{place}") if several[cohort] > 1 else ("", "")
                )
                words = (
                    (f"{short}{year}级{which}师生联合党支部", f"{short}{year}级{which}联合支部")
                    if n == 1 else
                    (f"{name}{year}级学生{which}党支部", f"{short}{year}级{which}支部")
                )  # fmt: skip
                campus.branches[cohort].append(add(
                    party, *words, f"P{n:02d}-{year}{end}", generals[academy] if n == 1 else head,
                    times.entered_on(year), "joint" if n == 1 else "regular",
                    community if n == 1 else head, college, academy if n == 1 else None,
                ))  # fmt: skip
    _share_out(campus)


def _several(campus: Campus, years: Sequence[int]) -> dict[int, int]:
    """How many branches each of the older cohorts has, by its size."""
    sizes: dict[int, float] = {
        campus.college_cohorts[college, year]: 0 for college in campus.colleges for year in years
    }
    for home in campus.homes:
        if home.cohort in sizes:
            sizes[home.cohort] += home.size
    students = sum(home.size for home in campus.homes)
    if students <= SEVERAL_BRANCHES:
        return dict.fromkeys(sizes, 1)
    wanted = shares(round(students * BRANCHES_PER_STUDENT), list(sizes.values()), 1)
    return dict(zip(sizes, wanted, strict=True))


def _numeral(number: int) -> str:
    """1 to 99 in words: 第十二党支部."""
    tens, ones = divmod(number, 10)
    words = (_NUMERALS[tens] if tens > 1 else "") + ("十" if tens else "")
    return words + (_NUMERALS[ones] if ones else "")


def _share_out(campus: Campus) -> None:
    """Neighbouring classes of a cohort belong to the same branch."""
    homes: dict[int, list[Home]] = {}
    for home in campus.homes:
        homes.setdefault(home.cohort, []).append(home)
    for cohort, branches in campus.branches.items():
        here = homes.get(cohort, [])
        for place, home in enumerate(here):
            campus.branch_of[home.id] = branches[place * len(branches) // len(here)]


# Tables of the kinds and their own columns; a node's ``extra`` holds the values.
CHILD_TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    UnitKind.UNIVERSITY: ("cohorts_university", ()),
    UnitKind.COLLEGE: ("cohorts_college", ()),
    UnitKind.ACADEMY: ("cohorts_academy", ()),
    UnitKind.OFFICE: ("cohorts_office", ()),
    UnitKind.COHORT: ("cohorts_cohort", ("entry_year",)),
    UnitKind.CLASS: ("cohorts_schoolclass", ("major_id",)),
    UnitKind.BUILDING: ("cohorts_building", ()),
    UnitKind.FLOOR: ("cohorts_floor", ()),
    UnitKind.ROOM: ("cohorts_room", ("beds",)),
    UnitKind.PARTY: (
        "partybranch_partyorganization",
        ("party_kind", "approving_committee_id", "college_side_id", "academy_side_id"),
    ),
}


def child_rows(nodes: list[Node], kind: str) -> Iterator[tuple[object, ...]]:
    for node in nodes:
        if node.kind == kind:
            yield (node.id, *node.extra)
