"""The party side of the random campus: two organisations, files, members, contacts, reviews."""

import datetime as dt
import random
from typing import Any

from django.utils import timezone

from cohorts.domain.tree import open_unit
from cohorts.models import LinkKind
from partybranch.enums import Duty, Ended, Entry, PartyKind
from partybranch.models import (
    Attendance,
    AwardRound,
    BranchEvent,
    Development,
    DuesPayment,
    Election,
    EventKind,
    Honour,
    HonourKind,
    LeagueRate,
    LeagueTransfer,
    LinkRound,
    LinkWish,
    Membership,
    Nomination,
    PartyLink,
    PartyMember,
    PartyOrganization,
    PoliticalReview,
    Reorganization,
    Sponsorship,
)
from students.enums import Tree
from students.models import Placement
from tests.world import LONG_AGO, World

DAY = dt.timedelta(days=1)


def add_party_units(world: World) -> None:
    for key, kind, parent in (
        ("community", PartyKind.COMMITTEE, "uni"), ("joint", PartyKind.JOINT, "community"),
        ("second", PartyKind.REGULAR, "chem"),
    ):  # fmt: skip
        world.units[key] = open_unit(actor=None, unit=PartyOrganization(
            name=key, code=f"P-{key}", parent=world.units[parent], party_kind=kind,
            opened_on=LONG_AGO,
        ))  # fmt: skip


def add_party_files(campus: Any) -> None:
    """Files of some students, who stand in a branch or do not; teachers who vouch, or did."""
    dice, today, units = campus.dice, campus.today, campus.world.units
    staff = [
        PartyMember.objects.create(person=person, joined_on=LONG_AGO, full_on=today - 90 * DAY)
        for person in campus.people[:16]
    ]
    for member in staff:
        _place(campus, member)
    for student in dice.sample(campus.students, 20):
        branch = units[dice.choice(("joint", "second"))]
        ended = dice.random() < 0.25
        file = Development.objects.create(
            student=student, branch=branch, ended_on=today if ended else None,
            ended_how=Ended.STOPPED if ended else "",
        )  # fmt: skip
        if dice.random() < 0.6:
            Placement.objects.create(
                student=student, unit=branch, tree=Tree.BRANCH, since=today - 9 * DAY,
                until=dice.choice((None, None, today, today - DAY)),
            )  # fmt: skip
        for member in dice.sample(staff, 3):
            first, last = campus._dates()
            Sponsorship.objects.create(
                development=file, member=member, duty=Duty.CONTACT, since=first, until=last
            )
        PoliticalReview.objects.create(
            development=file, on=today, passed=True, cipher=PoliticalReview.sealed("合格")
        )
    award = AwardRound.objects.create(
        committee=units["community"], name="十佳党支部", until=today, apply_until=today
    )
    prize = HonourKind.objects.get(code="school_scholarship")
    for student in dice.sample(campus.students, 12):
        Honour.objects.create(student=student, kind=prize, on=today, proof="校发〔2026〕1号")
    own = random.Random(len(campus.students))  # the dice of the others fall as before
    for student in own.sample(campus.students, 12):
        unit = units[own.choice(("c2301", "c2302", "c2401", "m2301"))]
        LeagueTransfer.objects.create(student=student, unit_id=unit.pk, year=today.year)
    for key in ("c2301", "c2302", "c2401", "m2301", "chem24"):  # in the last nobody stands
        for period in ("2026-09", "2026-10"):
            LeagueRate.objects.create(unit_id=units[key].pk, period=period, members=30, studied=27)
    for unit in (units["joint"], units["second"]):
        Nomination.objects.create(round=award, branch=unit, deeds="支部建设扎实", material={})
        Election.objects.create(
            branch=unit, on=today, is_committee=False, seats=1, right=5, present=5, returned=5,
            term_months=36,
        )  # fmt: skip
        for days in (1, 40):
            BranchEvent.objects.create(
                branch=unit, on=today - days * DAY, topic="主题党日", place="党员之家", host="书记",
                recorder="委员", content="学习",
            )  # fmt: skip
        for member in staff[:4]:
            if not DuesPayment.objects.filter(member=member).exists():
                DuesPayment.objects.create(
                    member=member, branch=unit, month=today.replace(day=1), amount=1, paid_on=today
                )
                break
    for key, other in (("joint", "second"), ("second", "community")):  # held with another
        event = BranchEvent.objects.create(
            branch=units[key], on=today, topic="支部共建", place="党员之家", host="书记",
            recorder="委员", content="联学共建",
        )  # fmt: skip
        event.partners.add(units[other])
    for key in ("community", "joint"):  # a committee's call is read by whom it called
        event = BranchEvent.objects.create(
            branch=units[key], on=today, topic="书记例会", place="会议室", host="书记",
            recorder="委员", content="部署工作",
        )  # fmt: skip
        for member in staff[2:6]:
            Attendance.objects.create(event=event, member=member, presence="present")
    for key in ("community", "joint", "second"):
        Reorganization.objects.create(
            committee=units[key], title="支部调整", kind="merge", grouping="one"
        )
    for student in dice.sample(campus.students, 10):
        _place(campus, PartyMember.objects.create(student=student, joined_on=LONG_AGO))

    _add_committee_meetings(campus, staff)
    _add_links(campus, staff)


def _add_committee_meetings(campus: Any, staff: list[PartyMember]) -> None:
    """One sat on by staff and students; students called to other events read none of these."""
    units, dice = campus.world.units, campus.dice
    pupils = [
        PartyMember.objects.get_or_create(student=one, defaults={"joined_on": LONG_AGO})[0]
        for one in [one for one in campus.students if one.user_id][:4]
    ]
    for key, code in (("joint", "committee_meeting"), ("second", "members_meeting"),
                      ("community", "secretaries_meeting")):  # fmt: skip
        event = BranchEvent.objects.create(
            branch=units[key], on=campus.today, topic="支委会", place="会议室", host="书记",
            recorder="委员", content="研究发展党员",
        )  # fmt: skip
        event.kinds.add(EventKind.objects.get(code=code))
        for member in [*dice.sample(staff, 2), *pupils]:
            Attendance.objects.create(event=event, member=member, presence="present")


def _add_links(campus: Any, staff: list[PartyMember]) -> None:
    """Members and leaders linked with students, now or not just now; one round; some wishes."""
    dice, today, units = campus.dice, campus.today, campus.world.units
    kind = LinkKind.objects.get(code="member_student")
    own = [*staff, *PartyMember.objects.filter(student__isnull=False)]
    made = LinkRound.objects.create(branch=units["joint"], starts_on=today)
    for student in dice.sample(campus.students, 24):
        first, last = campus._dates()
        who = {"member": dice.choice(own)} if dice.random() < 0.8 else {
            "person": dice.choice(campus.people)}  # fmt: skip
        is_cut = dice.random() < 0.2
        PartyLink.objects.create(
            kind=kind, branch=units[dice.choice(("joint", "second"))], student=student,
            starts_on=first, ends_on=last, round=made if dice.random() < 0.5 else None,
            revoked_at=timezone.now() if is_cut else None, **who,
        )  # fmt: skip
    for student in dice.sample(campus.students, 8):
        LinkWish.objects.create(
            kind=kind, branch=units[dice.choice(("joint", "second"))], student=student,
            asked_on=today,
        )  # fmt: skip


def _place(campus: Any, member: PartyMember) -> None:
    """One place in a branch, now or not just now; some stand in none."""
    first, last = campus._dates()
    if campus.dice.random() < 0.8:
        Membership.objects.create(
            member=member, branch=campus.world.units[campus.dice.choice(("joint", "second"))],
            is_relation=True, since=first, until=last, how=Entry.TRANSFER,
        )  # fmt: skip
