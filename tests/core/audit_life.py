"""Writes of branch life, dues, elections and honours for the table of tests/core/test_audit.py."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cohorts.domain.appointments import appoint
from cohorts.domain.tree import open_unit
from cohorts.models import Role
from partybranch.domain import (
    appraisals,
    certificates,
    dues,
    elections,
    life,
    motions,
    sides,
)
from partybranch.domain.facts import Ballot
from partybranch.enums import Body, BranchPost, Entry, Grade, PartyKind, Presence
from partybranch.models import (
    BranchEvent,
    DuesPayment,
    Election,
    EventKind,
    Membership,
    PartyMember,
    PartyOrganization,
)
from tests.core.audit_changes import CHANGES
from tests.core.audit_honours import HONOURS
from tests.core.audit_league import LEAGUE
from tests.world import LONG_AGO, World

DAY = dt.timedelta(days=1)
Call = Callable[[World], Callable[[], Any]]


def _branch(w: World) -> PartyOrganization:
    """lu is its secretary, he a member of the committee; lin, lu and wang are full members."""
    made: Any = open_unit(actor=None, unit=PartyOrganization(
        name="审计支部", code="P-life", parent=w.uni, party_kind=PartyKind.REGULAR, opened_on=LONG_AGO,
    ))  # fmt: skip
    for person, role in ((w.lu, "branch_secretary"), (w.he, "committee_member")):
        appoint(actor=None, person=person, role=Role.objects.get(code=role), unit=made)
    for person in (w.lin, w.lu, w.wang):
        member = PartyMember.objects.create(
            person=person, joined_on=dt.date(2015, 6, 1), full_on=dt.date(2016, 6, 1)
        )
        Membership.objects.create(
            member=member, branch=made, is_relation=True, since=LONG_AGO, how=Entry.TRANSFER
        )
    return made  # type: ignore[no-any-return]


def _members(branch: PartyOrganization) -> list[PartyMember]:
    return list(PartyMember.objects.filter(branches__branch=branch).order_by("pk"))


def _typed(branch: PartyOrganization) -> life.EventTyped:
    kinds = list(EventKind.objects.filter(code__in=("members_meeting", "appraisal", "training")))
    return life.EventTyped(
        on=timezone.localdate(), kinds=kinds, topic="年度评议", place="党员之家", host="书记",
        recorder="委员", content="评议",
        came={one.pk: life.Came(Presence.PRESENT) for one in _members(branch)},
    )  # fmt: skip


def _event(w: World, then: Callable[[Any], Any]) -> Callable[[], Any]:
    branch = _branch(w)
    made = life.record_event(actor=w.lu, branch=branch, typed=_typed(branch))
    return lambda: then(made)


def _joint(w: World) -> BranchEvent:
    """Entered by another branch, which named the branch of lu."""
    branch, today = _branch(w), timezone.localdate()
    other: Any = open_unit(actor=None, unit=PartyOrganization(
        name="另一支部", code="P-other", parent=w.uni, party_kind=PartyKind.REGULAR,
        opened_on=LONG_AGO,
    ))  # fmt: skip
    made: BranchEvent = BranchEvent.objects.create(
        branch=other, on=today, topic="支部共建", place="党员之家", host="书记", recorder="委员",
        content="联学共建",
    )  # fmt: skip
    made.partners.add(branch)
    return made


def _paid(w: World) -> DuesPayment:
    branch, today = _branch(w), timezone.localdate()
    payment: DuesPayment = DuesPayment.objects.create(
        member=_members(branch)[0], branch=branch, month=today.replace(day=1), amount=1,
        paid_on=today,
    )  # fmt: skip
    return payment


def _pays(w: World) -> Callable[[], Any]:
    branch, today = _branch(w), timezone.localdate()
    member = _members(branch)[0]
    dues.set_dues(actor=w.lu, member=member, since=today, income=Decimal(4000))
    return lambda: dues.enter_dues(
        actor=w.lu, branch=branch, month=today, members=[member], paid_on=today
    )


def _vote(w: World, branch: PartyOrganization) -> Election:
    today = timezone.localdate()
    votes = zip(_members(branch), (2, 1), strict=False)
    candidates = [
        elections.Standing(one, BranchPost.DEPUTY, n, today - DAY, "书记", "党员反映良好")
        for one, n in votes
    ]
    return elections.record_election(actor=w.lu, branch=branch, typed=elections.ElectionTyped(
        on=today, is_committee=False, seats=1, right=3, present=3, returned=3, invalid=0,
        term_months=36, candidates=candidates,
    ))  # fmt: skip


def _of(make: Callable[[World], Any], act: Callable[[World, Any], Any]) -> Call:
    return lambda w: (lambda one: lambda: act(w, one))(make(w))


LIFE: dict[str, Call] = {
    **CHANGES,
    **HONOURS,
    **LEAGUE,
    "partybranch.domain.life.record_event": _of(_branch, lambda w, branch: life.record_event(
        actor=w.lu, branch=branch, typed=_typed(branch))),
    "partybranch.domain.life.correct_event": lambda w: _event(w, lambda one: life.correct_event(
        actor=w.lu, event=one, typed=_typed(one.branch), version=1)),
    "partybranch.domain.life.withdraw_event": lambda w: _event(w, lambda one: (
        life.withdraw_event(actor=w.lu, event=one, reason="重复录入", version=1))),
    "partybranch.domain.motions.hold_vote": lambda w: _event(w, lambda one: motions.hold_vote(
        actor=w.lu, event=one, matter="工作计划", body=Body.MEETING,
        ballot=Ballot(expected=3, present=3, yes=3))),
    "partybranch.domain.appraisals.grade_members": lambda w: _event(w, lambda one: (
        appraisals.grade_members(actor=w.lu, event=one, grades={
            row.member_id: Grade.GOOD for row in one.attendance.all()}))),
    "partybranch.domain.certificates.certify_members": lambda w: _event(w, lambda one: (
        certificates.certify_members(actor=w.lu, event=one, on=timezone.localdate(), numbers={
            row.member_id: f"第{row.pk}号" for row in one.attendance.all()}))),
    "partybranch.domain.sides.record_side": _of(_joint, lambda w, one: sides.record_side(
        actor=w.lu, event=one, branch=one.partners.get(), came={
            member.pk: life.Came(Presence.PRESENT) for member in _members(one.partners.get())})),
    "partybranch.domain.dues.set_dues": _of(_branch, lambda w, branch: dues.set_dues(
        actor=w.lu, member=_members(branch)[0], since=timezone.localdate(), income=Decimal(4000))),
    "partybranch.domain.dues.enter_dues": _pays,
    "partybranch.domain.dues.withdraw_dues": _of(_paid, lambda w, one: dues.withdraw_dues(
        actor=w.lu, payment=one, reason="误录")),
    "partybranch.domain.elections.record_election": _of(_branch, _vote),
    "partybranch.domain.elections.approve_election": _of(
        lambda w: _vote(w, _branch(w)),
        lambda w, one: elections.approve_election(actor=w.he, election=one)),
}  # fmt: skip
