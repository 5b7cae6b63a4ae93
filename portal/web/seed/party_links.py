"""Links of the invented branches: classes and partners, rooms and students, posts, some empty places.

About two thirds of the places are filled, so that every page shows both; a few students who need
help with study have a helper, a few are asked for and wait.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from casework.models import Case
from cohorts.enums import UnitKind
from cohorts.models import LinkKind, Unit
from partybranch.domain.months import DAY
from partybranch.models import (
    LinkVisit,
    LinkWish,
    Membership,
    PartyLink,
    PartyMember,
    PartyOrganization,
)
from students.enums import Tree
from students.models import Placement

_FILLED, _HELPED, _ASKED = 0.65, 4, 2
_PARTNERS = ("城东街道社区党总支", "城史陈列馆党支部", "化工园区企业联合党支部", "向阳路小学党支部")
_CONTACTS = (
    ("何主任", "029-88880001"), ("齐馆长", "029-88880002"), ("邵经理", "029-88880003"),
    ("云老师", "029-88880004"),
)  # fmt: skip
_POSTS = ("图书馆三层自习区", "学业辅导室", "书院一站式服务台", "化工实验楼安全岗")
_NOTES = (
    "走访宿舍，了解学习和作息",
    "一起复习本周习题",
    "谈心谈话，介绍学习方法",
    "参加班会并交流实习情况",
)
_PROBLEMS = ("", "", "宿舍网络不稳定", "自习座位紧张")
_GOALS = ("高等数学补考", "大学物理", "化工原理", "物理化学")


@dataclass
class _Writer:
    """Collects the links of all branches; a room or student is linked once in the school."""

    today: dt.date
    kinds: dict[str, LinkKind]
    taken: set[int] = field(default_factory=set)
    helped: set[int] = field(default_factory=set)
    links: list[PartyLink] = field(default_factory=list)
    wishes: list[LinkWish] = field(default_factory=list)

    def add(self, branch: PartyOrganization, code: str, days: int = 0, **what: Any) -> None:
        since = max(branch.opened_on or self.today, self.today - (days or 70) * DAY)
        self.links.append(PartyLink(
            kind=self.kinds[code], branch=branch, starts_on=min(since, self.today), **what
        ))  # fmt: skip

    def radiate(
        self, branch: PartyOrganization, classes: Sequence[int], members: Sequence[PartyMember],
        homes: dict[int, list[int]], rooms: dict[int, int],
    ) -> None:  # fmt: skip
        """``homes``: students of each class; ``rooms``: where each student lives."""
        mates = [pk for unit in classes for pk in homes[unit]]
        for unit in classes:
            self.add(branch, "branch_class", 200, unit_id=unit, goal="支部委员联系班级，参加班会")
        self.add(branch, "branch_league", 200, unit_id=classes[0], goal="带团支部开展主题团日")
        doors = sorted({rooms[pk] for pk in mates if pk in rooms} - self.taken)
        own = {one.student_id for one in members}
        others = [pk for pk in mates if pk not in own | self.helped]
        many = round(len(members) * _FILLED)
        for number, member in enumerate(members):
            if number < many:
                self.add(branch, "member_class", member=member,
                         unit_id=classes[number % len(classes)])  # fmt: skip
                if number < len(doors):
                    self.taken.add(doors[number])
                    self.add(branch, "member_room", member=member, unit_id=doors[number])
            if number < many * 2 // 3 and number < len(others):
                pk = others[number * 3 % len(others)]
                if pk not in self.helped:
                    self.helped.add(pk)
                    self.add(branch, "member_student", member=member, student_id=pk)
            door = rooms.get(member.student_id or 0)
            if door is not None and number < many:
                self.add(branch, "door_sign", member=member, unit_id=door)
            if number < 3:
                self.add(branch, "vanguard_post", member=member,
                         label=_POSTS[(branch.pk + number) % len(_POSTS)])  # fmt: skip

    def help(
        self, branch: PartyOrganization, members: Sequence[PartyMember],
        cases: Sequence[tuple[int, int | None]],
    ) -> None:  # fmt: skip
        """The first students with an open case of study get a helper, the next ones wait."""
        for number, (student, owner) in enumerate(cases[: _HELPED + _ASKED]):
            goal = _GOALS[number % len(_GOALS)]
            if number < _HELPED and number < len(members):
                self.add(branch, "study_help", 45, member=members[-1 - number], student_id=student,
                         goal=goal)  # fmt: skip
            else:
                self.wishes.append(LinkWish(
                    kind=self.kinds["study_help"], branch=branch, student_id=student, goal=goal,
                    asked_on=self.today - (number + 2) * DAY, asked_by_id=owner,
                ))  # fmt: skip

    def save(self) -> None:
        made = PartyLink.objects.bulk_create(self.links, batch_size=5000)
        LinkWish.objects.bulk_create(self.wishes)
        visits = []
        for number, link in enumerate(one for one in made if one.member_id is not None):
            for turn in range(number % 3):
                on = max(link.starts_on, self.today - (9 * turn + number % 7 + 1) * DAY)
                problem = _PROBLEMS[(number + turn) % len(_PROBLEMS)]
                visits.append(LinkVisit(
                    link=link, on=on, minutes=20 + 10 * (number % 5),
                    note=_NOTES[(number + turn) % len(_NOTES)], problem=problem,
                    outcome="已报楼层长并报修" if problem else "",
                ))  # fmt: skip
        LinkVisit.objects.bulk_create(visits, batch_size=5000)


def seed_links(
    branches: dict[int, PartyOrganization], holders: dict[tuple[int, str], int], today: dt.date
) -> int:
    """Links of the branch of each cohort (its key). Returns how many."""
    writer = _Writer(today, {one.code: one for one in LinkKind.objects.all()})
    classes: dict[int, list[int]] = defaultdict(list)
    rows = Unit.objects.filter(parent__in=branches, kind=UnitKind.CLASS).order_by("code")
    for parent, unit in rows.values_list("parent_id", "pk"):
        classes[parent or 0].append(unit)
    units = [unit for found in classes.values() for unit in found]
    now = Placement.objects.filter(until=None)
    homes: dict[int, list[int]] = defaultdict(list)
    for unit, student in now.filter(unit__in=units, tree=Tree.CLASS).order_by(
        "student_id"
    ).values_list("unit_id", "student_id"):  # fmt: skip
        homes[unit].append(student)
    living = now.filter(tree=Tree.ROOM, student__placements__unit__in=units)
    rooms = dict(living.values_list("student_id", "unit_id"))
    members: dict[int, list[PartyMember]] = defaultdict(list)
    for place in Membership.objects.filter(
        branch__in=branches.values(), is_relation=True, until=None
    ).select_related("member").order_by("member__person_id", "pk"):  # fmt: skip
        members[place.branch_id].append(place.member)
    open_cases = Case.objects.filter(closed_at=None, entries__category="ACADEMIC")
    owners = dict(open_cases.order_by("pk").values_list("student_id", "owner_id"))
    ordered = sorted(branches.items(), key=lambda one: one[1].code)
    for number, (cohort, branch) in enumerate(ordered):
        if not classes[cohort] or not members[branch.pk]:
            continue
        writer.radiate(branch, classes[cohort], members[branch.pk], homes, rooms)
        mates = [pk for unit in classes[cohort] for pk in homes[unit]]
        writer.help(branch, members[branch.pk], [(pk, owners[pk]) for pk in mates if pk in owners])
        writer.add(
            branch,
            "co_building",
            120,
            unit=ordered[number - 1][1],
            goal="每学期共同开展两次主题党日",
        )
        contact, phone = _CONTACTS[number % len(_CONTACTS)]
        writer.add(branch, "outside_partner", 120, label=_PARTNERS[number % len(_PARTNERS)],
                   goal="志愿服务与实践基地", contact_name=contact, contact_phone=phone,
                   ends_on=today + (30 + 90 * (number % 4)) * DAY)  # fmt: skip
        leader = holders.get((branch.college_side_id or 0, "party_secretary"))
        if leader is not None:
            writer.add(
                branch, "leader_branch", 200, person_id=leader, goal="每学期到支部讲党课一次"
            )
    writer.save()
    return len(writer.links)
