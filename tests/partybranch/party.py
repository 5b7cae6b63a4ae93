"""The party side of the small campus: three levels, nine full members, an organiser, a secretary.

``community`` (committee) → ``general`` (general branch of Mingde) → ``joint`` (joint branch of
Chem and Mingde); beside it ``functional``. gao is organiser of Chem, qin secretary of the joint
branch, yan a member of the committee, fang its party-building tutor. qin, fang and seven more are
full members there, du is on probation.
"""

import datetime as dt
from typing import Any

from django.utils import timezone

from cohorts.domain.tree import open_unit
from partybranch.domain.development import Typed, open_development, record_step
from partybranch.domain.facts import Ballot
from partybranch.domain.months import add_months
from partybranch.enums import Entry, PartyKind
from partybranch.models import Development, Membership, PartyMember, PartyOrganization
from tests.partybranch.cases import DETAIL
from tests.world import LONG_AGO, World

DAY = dt.timedelta(days=1)
FULL = ("qin", "fang", "m1", "m2", "m3", "m4", "m5", "m6", "m7")


def add_party(world: World) -> World:
    def organ(key: str, name: str, kind: str, parent: Any, **more: Any) -> None:
        world.units[key] = open_unit(actor=None, unit=PartyOrganization(
            name=name, code=f"P-{key}", parent=parent, party_kind=kind, opened_on=LONG_AGO, **more
        ))  # fmt: skip

    organ("community", "学生社区党委", PartyKind.COMMITTEE, world.uni)
    organ("general", "明德书院党总支", PartyKind.GENERAL, world.community)
    sides = {"college_side_id": world.chem.pk, "academy_side_id": world.mingde.pk}
    organ("joint", "化工学院明德书院师生联合党支部", PartyKind.JOINT, world.community,
          approving_committee=world.community, **sides)  # fmt: skip
    organ("functional", "学生会功能型党支部", PartyKind.FUNCTIONAL, world.general)
    for key, name in (("qin", "秦守正"), ("fang", "方书语"), ("yan", "严立"), ("du", "杜若")):
        world.add_person(key, name)
    for number in range(1, 8):
        world.add_person(f"m{number}", f"党员{number}")
    world.add_post("qin", "branch_secretary", "joint")
    world.add_post("yan", "committee_member", "community")
    world.add_post("fang", "party_tutor", "joint")
    for key in FULL:
        add_member(world, key, dt.date(2015, 6, 1))
    add_member(world, "du", None)
    for key in ("gu", "cheng", "luo", "ye", "song"):
        one = world.students[key]
        one.born_on = dt.date(2004, 5, 20)
        one.save()
    return world


def add_member(world: World, key: str, full_on: dt.date | None) -> PartyMember:
    joined = dt.date(2014, 6, 1) if full_on else timezone.localdate() - 90 * DAY
    member = PartyMember.objects.create(person=world.people[key], joined_on=joined, full_on=full_on)
    Membership.objects.create(
        member=member, branch=world.joint, is_relation=True, since=joined, how=Entry.ADMITTED
    )
    return member


def member_of(world: World, key: str) -> PartyMember:
    found: PartyMember = PartyMember.objects.get(person=world.people[key])
    return found


def ballot(**changes: int) -> Ballot:
    return Ballot(**({"expected": 9, "present": 9, "yes": 9} | changes))


def typed(world: World, step: int, on: dt.date, **more: Any) -> Typed:
    """What a careful organiser types about a step."""
    facts: dict[str, Any] = {
        "step": step, "on": on, "body": world.community, "ballot": ballot(),
        "members": [member_of(world, "qin"), member_of(world, "fang")] if step in (5, 9) else [],
        "detail": DETAIL.get(step, {}), "entry_reason": "据纸质档案补录", "late_reason": "会议推迟",
    }  # fmt: skip
    return Typed(**facts | more)


def apply(world: World, key: str, on: dt.date, **more: Any) -> Development:
    return open_development(
        actor=world.gao, student=world.students[key], branch=world.joint,
        typed=typed(world, 1, on, **more),
    )  # fmt: skip


# Days before today on which the steps of an exemplary case fell, for one who is a member now.
DAYS_AGO = {
    1: 1000, 2: 985, 3: 960, 4: 950, 5: 945, 6: 590, 7: 560, 8: 550, 9: 545, 10: 540, 11: 530,
    12: 520, 13: 510, 14: 505, 15: 500, 16: 490, 17: 470, 18: 460, 19: 458, 20: 455, 21: 130,
    22: 129, 23: 120, 24: 100, 25: 90,
}  # fmt: skip


def bring_to(
    world: World, key: str, last: int, shift: int = 0, days: dict[int, int] | None = None
) -> Development:
    """A development with every step up to ``last``; ``shift`` days later than ``DAYS_AGO``."""
    today = timezone.localdate()
    ago = DAYS_AGO | (days or {})

    def on(step: int) -> dt.date:
        return today - (ago[step] - shift) * DAY

    made = apply(world, key, on(1))
    for step in range(2, last + 1):
        if step == 6:
            _assess(world, made, on(3))
        if step in (7, 23):
            _notice(world, made, step, on(step))
        made = record_step(
            actor=world.gao, development=made, typed=typed(world, step, on(step))
        ).development
    return made


def _assess(world: World, development: Development, began: dt.date) -> None:
    from partybranch.domain.cultivation import add_entry
    from partybranch.enums import Look

    for days in (170, 350):
        add_entry(actor=world.gao, development=development, kind=Look.ASSESSMENT,
                  on=began + days * DAY, entry_reason="据考察登记表补录")  # fmt: skip


def _notice(world: World, development: Development, step: int, before: dt.date) -> None:
    from partybranch.domain.cultivation import publish_notice

    publish_notice(actor=world.gao, development=development, step=step, starts_on=before - 15 * DAY,
                   entry_reason="据纸质档案补录")  # fmt: skip


def former_steps(voted: dt.date) -> dict[int, dt.date]:
    """Steps 1 to 20 of a file that another organisation kept, each within the times of the rule."""
    began = add_months(voted, -16)
    days = {1: began - 60 * DAY, 2: began - 50 * DAY, 3: began, 4: began + 9 * DAY,
            5: began + 9 * DAY, 6: add_months(began, 13), 7: add_months(began, 13)}  # fmt: skip
    days |= {n: voted - (30 - n) * DAY for n in range(8, 15)}
    return days | {15: voted, 16: voted + 5 * DAY, 17: voted + 10 * DAY, 18: voted + 12 * DAY,
                   19: voted + 12 * DAY, 20: voted + 15 * DAY}  # fmt: skip
