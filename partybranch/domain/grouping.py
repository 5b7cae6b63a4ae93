"""Grouping the people of branches anew, and what each group would be. No database here (1.5)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from partybranch.domain.facts import Fault, Organ
from partybranch.domain.organs import branch_faults
from partybranch.enums import Grouping, PartyKind


@dataclass(frozen=True)
class One:
    """A member or an applicant of a branch, as grouping knows people. ``key``: ("student", pk) or
    ("person", pk). ``stage``: of the open file of development, 0 without one."""

    key: tuple[str, int]
    name: str
    branch: int
    is_member: bool = True
    is_full: bool = False
    stage: int = 0
    major: str = ""
    grade: str = ""
    class_name: str = ""
    academy: str = ""
    college: str = ""
    branch_name: str = ""

    @property
    def is_staff(self) -> bool:
        return self.key[0] == "person"


# What each rule reads of a student.
_COLUMN = {
    Grouping.MAJOR: "major", Grouping.GRADE: "grade", Grouping.CLASS: "class_name",
    Grouping.ACADEMY: "academy", Grouping.COLLEGE: "college", Grouping.HAND: "branch_name",
}  # fmt: skip
MOST_GROUPS = 12


def grouped(people: Sequence[One], rule: str, count: int = 2) -> dict[str, list[One]]:
    """The people by the name of their group, in a fixed order; nobody is left out or named twice.

    Students go by the rule. Staff have no class or major: each goes where most students of the own
    branch go, so that teachers stay with those they know. ``count``: of balanced groups.
    """
    if rule == Grouping.ONE:
        return {"": list(people)} if people else {}
    if rule == Grouping.BALANCE:
        return _balanced(people, max(1, min(count, MOST_GROUPS)))
    column = _COLUMN[Grouping(rule)]
    found: dict[str, list[One]] = defaultdict(list)
    staff = [one for one in people if one.is_staff and rule != Grouping.HAND]
    for one in people:
        if one not in staff:
            found[getattr(one, column)].append(one)
    return _with_staff(dict(sorted(found.items())), staff)


def _with_staff(groups: dict[str, list[One]], staff: list[One]) -> dict[str, list[One]]:
    if not groups:
        return {"": staff} if staff else {}
    near = {name: Counter(one.branch for one in group) for name, group in groups.items()}
    taken: Counter[str] = Counter()
    for one in staff:
        best = max(groups, key=lambda name: (near[name][one.branch], -taken[name]))
        groups[best].append(one)
        taken[best] += 1
    return groups


def _balanced(people: Sequence[One], count: int) -> dict[str, list[One]]:
    """Dealt out in turn, kind by kind: staff before students, full members before those on
    probation, then by stage of development and major. Groups differ by one person at most, and by
    one of each kind."""
    rows = sorted(people, key=lambda one: (
        not one.is_staff, not one.is_member, not one.is_full, -one.stage, one.major, one.key))  # fmt: skip
    found: dict[str, list[One]] = {str(n + 1): [] for n in range(count)}
    names = list(found)
    for number, one in enumerate(rows):
        found[names[number % count]].append(one)
    return {name: group for name, group in found.items() if group}


_NUMBERS = "一二三四五六七八九十"


def proposed_name(sides: Sequence[tuple[str, str]], rule: str, label: str, kind: str) -> str:
    """A name in the wording of the office, to be corrected by hand. ``sides``: names of college
    and academy of each branch concerned; what all share stands in front."""
    colleges, academies = {one[0] for one in sides}, {one[1] for one in sides}
    base = next(iter(colleges)) if len(colleges) == 1 else ""
    base = base or (next(iter(academies)) if len(academies) == 1 else "")
    end = "师生联合党支部" if kind == PartyKind.JOINT else "党支部"
    if rule == Grouping.ONE:
        return f"{base}{end}"[:80]
    if rule == Grouping.BALANCE:
        number = int(label)
        words = _NUMBERS[number - 1] if number <= len(_NUMBERS) else str(number)
        return f"{base}第{words}{end}"[:80]
    if rule == Grouping.GRADE and label:
        label = f"{label}级"
    if label and rule in (Grouping.CLASS, Grouping.ACADEMY, Grouping.COLLEGE):
        base = ""
    return f"{base}{label or '其他'}{end}"[:80]


@dataclass(frozen=True)
class Makeup:
    """A proposed branch in numbers."""

    members: int
    full: int
    staff: int
    students: int
    applicants: int
    units: int
    stages: Mapping[int, int]
    majors: Mapping[str, int]

    @property
    def probation(self) -> int:
        return self.members - self.full


def makeup(people: Iterable[One]) -> Makeup:
    """Members are those whose relation stands there; applicants have an open file and no more."""
    rows = list(people)
    members = [one for one in rows if one.is_member]
    return Makeup(
        members=len(members),
        full=sum(one.is_full for one in members),
        staff=sum(one.is_staff for one in members),
        students=sum(not one.is_staff for one in members),
        applicants=len(rows) - len(members),
        units=len({one.college for one in members if one.college}),
        stages=Counter(one.stage for one in rows if one.stage),
        majors=Counter(one.major for one in members if one.major),
    )


@dataclass(frozen=True)
class Check:
    """One rule of 1.5 for one proposed branch. ``refuses``: a rule without exception; otherwise a
    "generally", which a reason may set aside."""

    code: str
    is_met: bool
    message: str
    refuses: bool = False


def setting_checks(kind: str, made: Makeup, numbers: Mapping[str, int]) -> list[Check]:
    """Each rule of rulebook 1.5 in words, kept or not, for a branch of this kind and make-up."""
    start, least = numbers["branch.committee_from"], numbers["branch.min_full"]
    organ = Organ(key=0, kind=kind)
    # The committee is elected later: as many officers as the rule allows are taken as given.
    found = {one.code: one for one in branch_faults(
        organ, members=made.members, full=made.full, officers=3 if made.full >= start else 1,
        units=made.units, numbers=dict(numbers))}  # fmt: skip
    rows = [
        _small(found.get("small"), kind, made, least),
        _large(found.get("large"), made, numbers),
    ]
    if kind == PartyKind.JOINT:
        over = found.get("units")
        most = numbers["branch.joint_units"]
        rows.append(Check("units", over is None, over.message if over else _(
            "Members from %(n)s units; generally at most %(most)s.")
            % {"n": made.units, "most": most}))  # fmt: skip
    return [*rows, _committee(made, start)]


def _small(fault: Fault | None, kind: str, made: Makeup, least: int) -> Check:
    who = {"n": made.full, "least": least}
    if fault is None:
        return Check("small", True, _("%(n)s full members; at least %(least)s.") % who, True)
    words = _("%(n)s full members: a branch of its own needs at least %(least)s. Form a joint branch "
              "with another one.") if kind != PartyKind.JOINT else _(
              "%(n)s full members: a joint branch too needs at least %(least)s. Let more branches "
              "join, or full members of the staff.")  # fmt: skip
    return Check("small", False, words % who, True)


def _large(fault: Fault | None, made: Makeup, numbers: Mapping[str, int]) -> Check:
    who = {"n": made.members, "most": numbers["branch.max_members"],
           "general": numbers["branch.general_from"], "basic": numbers["branch.basic_from"]}  # fmt: skip
    if fault is None:
        return Check("large", True, _("%(n)s members; generally at most %(most)s.") % who)
    if made.members >= who["basic"]:
        return Check("large", False, _(
            "%(n)s members: from %(basic)s on generally a basic committee is set up. Divide into "
            "several branches, or say why not.") % who)  # fmt: skip
    return Check("large", False, _(
        "%(n)s members, more than %(most)s: generally divided, under a general branch (from "
        "%(general)s members on). Say why not.") % who)  # fmt: skip


def _committee(made: Makeup, start: int) -> Check:
    who = {"n": made.full, "start": start}
    if made.full < start:
        return Check("committee", True, _(
            "Fewer than %(start)s full members: one secretary, a deputy if needed, no committee.")
            % who)  # fmt: skip
    return Check("committee", True, _(
        "%(n)s full members: a committee of 3 to 5 is elected (secretary, organisation, publicity, "
        "discipline; a deputy if needed).") % who)  # fmt: skip
