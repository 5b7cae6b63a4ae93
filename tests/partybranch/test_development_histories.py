"""Random histories in the database: steps, wrong ones, decisions that take back, extensions.

Whoever comes out as a full member is read again from the tables by ``objections``, in plain words of
the rulebook and without the code that accepted the steps.
"""

import datetime as dt
import random
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from partybranch.domain.cultivation import add_entry, publish_notice
from partybranch.domain.decisions import decide
from partybranch.domain.development import StepError, record_step
from partybranch.enums import Decision, Look
from partybranch.models import (
    CultivationEntry,
    DecisionRecord,
    Development,
    Membership,
    PartyMember,
    PublicNotice,
    Sponsorship,
    StepRecord,
    Vote,
)
from portal.core.errors import DomainError
from students.models import Student
from tests.partybranch.cases import DETAIL
from tests.partybranch.party import DAY, add_party, apply, ballot, member_of, typed
from tests.partybranch.test_development_property import (
    BEFORE,
    REVISED,
    TIMES,
    a_year_later,
    months_later,
)
from tests.world import World

pytestmark = pytest.mark.django_db
START, NEEDLESS = 2300, {18, 20}  # nothing waits for filing above and the oath


def objections(member: PartyMember) -> list[str]:
    """Everything that the tables say against a full membership."""
    file = Development.objects.get(student=member.student)
    rows = {row.step: row for row in StepRecord.objects.filter(development=file, withdrawn_by=None)}
    on = {step: row.on for step, row in rows.items()}
    if missing := set(range(1, 25)) - NEEDLESS - set(on):
        return [f"never taken: {sorted(missing)}"]
    found = [f"{step} before {need}" for step, needs in BEFORE.items() for need in needs
             if step in on and on[need] > on[step] and (step, need) != (22, 21)]  # fmt: skip
    for step, row in rows.items():
        if (timezone.localdate() - row.on).days > 7 and not row.entry_reason:
            found.append(f"{step} back-dated in silence")
        if (
            step in (4, 8, 13, 16, 17, 18, 24)
            and getattr(row.body, "party_kind", "") != "committee"
        ):
            found.append(f"{step} not by a committee")
        if step in (3, 7, 12, 15, 17, 23, 24):
            found += of_the_vote(row)
        if row.branch.party_kind not in ("regular", "joint"):
            found.append(f"{step} by a branch that admits nobody")
    found += [f"{step} late in silence" for step, start, months in TIMES
              if step in rows and on[step] > months_later(on[start], months)
              and not rows[step].late_reason]  # fmt: skip
    return found + of_the_times(member, file, on) + of_the_people(file, on)


def of_the_vote(row: StepRecord) -> list[str]:
    vote = Vote.objects.filter(record=row).first()
    if vote is None:
        return [f"{row.step}: no vote"]
    found = []
    if vote.yes + vote.no + vote.abstain + vote.invalid != vote.present:
        found.append(f"{row.step}: ballots")
    if 2 * (vote.yes + vote.written_yes) <= vote.expected:
        found.append(f"{row.step}: not passed")
    if row.step in (15, 23):
        roll = {
            place.member_id for place in Membership.objects.filter(branch=row.branch, is_relation=True)
            if place.since <= row.on and (place.until is None or place.until >= row.on)
            and place.member.full_on is not None and place.member.full_on <= row.on
            and place.member.student_id != row.development.student_id
        }  # fmt: skip
        if vote.expected + vote.left_out != len(roll) or 2 * vote.present <= vote.expected:
            found.append(f"{row.step}: no valid meeting")
    return found


def of_the_times(member: PartyMember, file: Development, on: dict[int, dt.date]) -> list[str]:
    found = []
    longer = list(DecisionRecord.objects.filter(development=file, kind="extended"))
    months = sum(one.months or 0 for one in longer)
    if len(longer) > 1 or (longer and not 6 <= months <= 12):
        found.append("extended more than once, or not by 6 to 12 months")
    over = months_later(a_year_later(on[15]), months)
    if member.joined_on != on[15] or member.full_on != over or on[23] < over or on[24] < over:
        found.append("full member before the probation was over")
    if a_year_later(on[3]) > on[7]:
        found.append("cultivated less than a year")
    if months_later(on[15], 6) < on[17]:
        found.append("approved after six months")
    if a_year_later(file.student.born_on, 18) > on[1]:  # type: ignore[arg-type]
        found.append("under age")
    if a_year_later(on[11], 2) < on[15]:
        found.append("certificate expired")
    halves = 0
    while months_later(on[3], 6 * (halves + 1)) <= on[7]:
        halves += 1
    looked = CultivationEntry.objects.filter(development=file, kind="assessment")
    if sum(on[3] <= one.on <= on[7] for one in looked) < halves:
        found.append("not assessed in each half-year")
    undone = [row.withdrawn_by.on for row in StepRecord.objects.filter(development=file, step=7)
              if row.withdrawn_by is not None]  # fmt: skip
    fresh = [one for one in PublicNotice.objects.filter(development=file, step=7)
             if one.ends_on < on[7] and all(one.starts_on > day for day in undone)]  # fmt: skip
    if on[7] >= REVISED and not fresh:
        found.append("no notice of its own")
    return found


def of_the_people(file: Development, on: dict[int, dt.date]) -> list[str]:
    found = []
    for step, duty, least in ((5, "contact", 1), (9, "introducer", 2)):
        rows = Sponsorship.objects.filter(development=file, duty=duty, since=on[step])
        people = {row.member_id for row in rows}
        if not least <= len(people) <= 2:
            found.append(f"{step}: {len(people)} vouch")
        if any(row.member.full_on is None or row.member.full_on > on[step] for row in rows):
            found.append(f"{step}: no full members")
    reviews = list(file.reviews.filter(on=on[10]))
    if not reviews or not reviews[-1].passed or not reviews[-1].conclusion():
        found.append("no passed review")
    return found


class Office:
    """An organiser who mostly does what comes next, sometimes something else, and now and then takes
    back what was done."""

    def __init__(self, world: World, key: str, seed: int) -> None:
        self.world, self.dice, self.said = world, random.Random(seed), Counter[str]()
        self.day = timezone.localdate() - START * DAY
        born = self.day.replace(year=self.day.year - self.dice.choice((19, 20)))
        Student.objects.filter(pk=world.students[key].pk).update(born_on=born, entry_year=2030)
        world.students[key].refresh_from_db()
        self.file = apply(world, key, self.day)
        self.members = [member_of(world, name) for name in ("qin", "fang", "m1", "du")]

    @property
    def reached(self) -> int:
        return int(self.file.reached)

    def turn(self) -> None:
        self.day = min(self.day + self.dice.choice((3, 9, 25, 25, 60, 110)) * DAY,
                       timezone.localdate())  # fmt: skip
        if 3 <= self.reached < 7 and self.dice.random() < 0.7:
            self.try_out(lambda: add_entry(
                actor=self.world.gao, development=self.file, kind=Look.ASSESSMENT, on=self.day,
                entry_reason="据考察登记表补录"))  # fmt: skip
        if self.reached in (6, 22) and self.dice.random() < 0.7:
            self.try_out(lambda: publish_notice(
                actor=self.world.gao, development=self.file, step=7 if self.reached == 6 else 23,
                starts_on=self.day - 12 * DAY))  # fmt: skip
        if self.reached < 17 and self.dice.random() < 0.1:
            self.take_back()
        steps = range(1, 26)
        for _try in range(3):
            taken = set(self.file.records.filter(withdrawn_by=None).values_list("step", flat=True))
            first = next((step for step in steps if step not in taken), 25)
            self.step(first if self.dice.random() < 0.8 else self.dice.choice(steps))

    def take_back(self) -> None:
        kind = self.dice.choice((Decision.BACK, Decision.TARGET_OFF, Decision.POSTPONED))
        self.try_out(lambda: decide(
            actor=self.world.gao, development=self.file, kind=kind, on=self.day, months=3,
            from_step=self.dice.randint(2, max(self.reached, 2)), decided_by="支部委员会",
            reason="材料有误，重新办理"))  # fmt: skip

    def step(self, number: int) -> None:
        dice = self.dice
        full = dice.choice((9, 9, 9, 9, 9, 8, 10))
        there = dice.choice((full, full, full, full, 5, 4, full + 1))
        yes = dice.choice((there, there, there, there // 2))
        detail = dict(DETAIL.get(number, {}))
        if number == 23:
            detail = dice.choice((detail, {"outcome": "extend", "months": dice.choice((5, 6, 12))}))
        if number == 10 and dice.random() < 0.2:
            detail["passed"] = False
        wanted = typed(
            self.world, number, self.day - dice.choice((0, 0, 0, 2, 30, 400)) * DAY,
            ballot=ballot(expected=full, present=there, yes=yes, no=there - yes),
            members=dice.sample(self.members, 2) if number in (5, 9) else [], detail=detail,
            body=dice.choice((self.world.community,) * 6 + (self.world.general, None)),
            late_reason=dice.choice(("会议推迟", "会议推迟", "")),
            entry_reason=dice.choice(("补录纸质档案",) * 5 + ("",)),
            override_reason="支部党员较少",
        )  # fmt: skip
        self.try_out(lambda: record_step(
            actor=self.world.gao, development=self.file, typed=wanted))  # fmt: skip

    def try_out(self, act: Any) -> None:
        try:
            with transaction.atomic():
                act()
        except StepError as error:
            self.said.update(one.code for one in error.faults)
        except DomainError as error:
            self.said.update([error.code or "refused"])
        self.file.refresh_from_db()


def history(world: World, seed: int) -> tuple[Office, list[str] | None]:
    """One history, and what is said against the membership; None where it ended before that."""
    office = Office(world, "gu", seed)
    while office.day < timezone.localdate():
        office.turn()
        member = PartyMember.objects.filter(student=world.gu).first()
        if member is not None and member.full_on is not None:
            return office, objections(member)
    return office, None


def test_whoever_became_a_full_member_did_so_by_the_rules(world: World) -> None:
    add_party(world)
    said, finished, taken_back = Counter[str](), 0, 0
    for seed in range(5):
        with transaction.atomic():
            office, against = history(world, seed)
            assert not against, (seed, against)
            finished += against is not None
            taken_back += office.file.decisions.exclude(kind=Decision.EXTENDED).count()
            said.update(office.said)
            transaction.set_rollback(True)
    assert finished >= 2, "too few histories end in membership to say anything"
    assert taken_back >= 2
    for gate in ("order", "early", "late", "entry", "present", "quorum", "general", "body", "not_full",
                 "done"):  # fmt: skip
        assert said[gate], gate
