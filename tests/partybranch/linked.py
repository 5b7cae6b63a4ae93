"""The joint branch with what it radiates to: class 2301 with rooms 411 and 412, and luo, a student
member with an account. gu lives in 412, luo in 411."""

import datetime as dt
from typing import Any

from cohorts.models import LinkKind
from partybranch.domain.links import make_link
from partybranch.domain.membership import enter_member
from partybranch.models import PartyLink, PartyMember
from students.enums import Tree
from students.models import Placement
from tests.partybranch.party import add_party
from tests.world import World

FULL_ON = dt.date(2025, 6, 1)


def add_links(world: World) -> World:
    add_party(world)
    Placement.objects.create(
        student=world.luo, unit=world.room411, tree=Tree.ROOM, since=dt.date(2023, 9, 4)
    )
    world.luo.user = world.add_person("luo_account", "罗嘉禾")
    world.luo.save()
    enter_member(
        actor=world.gao, branch=world.joint, student=world.luo, since=dt.date(2025, 9, 1),
        joined_on=dt.date(2024, 6, 1), full_on=FULL_ON, origin="第一中学党总支",
        entry_reason="据组织关系介绍信补录",
    )  # fmt: skip
    link(world, "branch_class", unit=world.c2301)
    return world


def kind(code: str) -> LinkKind:
    found: LinkKind = LinkKind.objects.get(code=code)
    return found


def link(world: World, code: str, **what: Any) -> PartyLink:
    return make_link(actor=what.pop("actor", world.qin), kind=kind(code),
                     branch=what.pop("branch", world.joint), **what)  # fmt: skip


def luo_member(world: World) -> PartyMember:
    found: PartyMember = PartyMember.objects.get(student=world.luo)
    return found
