"""Four class branches of Chem under the community committee, to be laid out anew.

``k1`` to ``k4`` of classes 2301, 2302, 2401, M2301: in each one teacher and three students are full
members, one student is on probation with an open file at step 15, one applies. gao is organiser
of the committee, yan a member of it; kim is secretary of k1. ``general`` is a general branch.
"""

import datetime as dt
from typing import Any

from django.utils import timezone

from cohorts.domain.tree import open_unit
from cohorts.models import Major
from partybranch.domain.refresh import refresh
from partybranch.enums import Entry, PartyKind
from partybranch.models import (
    Development,
    Membership,
    PartyMember,
    PartyOrganization,
    RuleVersion,
    StepRecord,
)
from students.enums import Tree
from students.models import Placement
from tests.world import LONG_AGO, World

DAY = dt.timedelta(days=1)
SINCE = dt.date(2025, 10, 1)
KEYS = ("k1", "k2", "k3", "k4")
CLASSES = ("c2301", "c2302", "c2401", "m2301")


def organ(world: World, key: str, name: str, kind: str, parent: Any, **more: Any) -> None:
    world.units[key] = open_unit(actor=None, unit=PartyOrganization(
        name=name, short_name=name[-8:], code=f"Q-{key}", parent=parent, party_kind=kind,
        opened_on=LONG_AGO, **more,
    ))  # fmt: skip


def add_four(world: World) -> World:
    organ(world, "community", "学生社区党委", PartyKind.COMMITTEE, world.uni)
    organ(world, "general", "明德书院党总支", PartyKind.GENERAL, world.community,
          approving_committee=world.community)  # fmt: skip
    for key, name in (("yan", "严立"), ("kim", "金书记")):
        world.add_person(key, name)
    world.add_post("gao", "organiser", "community")
    world.add_post("yan", "committee_member", "community")
    polymer = Major.objects.create(code="081302", name="高分子材料", college_id=world.chem.pk)
    for number, (key, place) in enumerate(zip(KEYS, CLASSES, strict=True)):
        organ(world, key, f"化工{place[1:]}班党支部", PartyKind.REGULAR, world.general,
              approving_committee=world.community, college_side_id=world.chem.pk)  # fmt: skip
        major = world.gu.major if number < 2 else polymer
        _fill(world, key, place, major)
    world.add_post("kim", "branch_secretary", "k1")
    return world


def _fill(world: World, key: str, place: str, major: Any) -> None:
    teacher = f"{key}t"
    world.add_person(teacher, f"师{key}")
    add_relation(world, key, dt.date(2015, 6, 1), person=world.people[teacher])
    for n in range(1, 6):
        who = f"{key}s{n}"
        world.add_student(who, f"{key}生{n}", f"9{key[1]}{n:08}", place, entry_year=2024,
                          major=major)  # fmt: skip
        Placement.objects.create(
            student=world.students[who], unit=world.units[key], tree=Tree.BRANCH, since=SINCE
        )
        if n <= 3:
            add_relation(world, key, dt.date(2026, 6, 1), student=world.students[who])
    file(world, key, f"{key}s4", 15)
    add_relation(world, key, None, student=world.students[f"{key}s4"])
    file(world, key, f"{key}s5", 2)


def add_relation(world: World, key: str, full: dt.date | None, **who: Any) -> PartyMember:
    joined = dt.date(full.year - 1, full.month, full.day) if full else dt.date(2026, 5, 20)
    member = PartyMember.objects.create(joined_on=joined, full_on=full, **who)
    Membership.objects.create(
        member=member, branch=world.units[key], is_relation=True, since=max(joined, SINCE),
        how=Entry.ADMITTED,
    )  # fmt: skip
    return member


def file(world: World, key: str, who: str, last: int) -> Development:
    """A file with its steps up to ``last``, written as an old file is taken over."""
    made: Development = Development.objects.create(
        student=world.students[who], branch=world.units[key]
    )
    version = RuleVersion.objects.get(code="2014")
    StepRecord.objects.bulk_create(
        StepRecord(development=made, step=n, version=version, branch=world.units[key],
                   on=timezone.localdate() - (400 - 10 * n) * DAY, is_former=True)
        for n in range(1, last + 1)
    )  # fmt: skip
    refresh([made])
    return made


def steps_of_all() -> list[tuple[Any, ...]]:
    """Every step of every file with all its columns but the moment of entry."""
    return list(
        StepRecord.objects.order_by("pk").values_list(
            "pk",
            "development_id",
            "step",
            "on",
            "branch_id",
            "body_id",
            "detail",
            "withdrawn_by_id",
        )
    )
