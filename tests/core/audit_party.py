"""Writes of the party side for the table of tests/core/test_audit.py."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from cohorts.domain.tree import open_unit
from partybranch.domain import (
    cultivation,
    decisions,
    development,
    former,
    membership,
    staff_steps,
    transfers,
)
from partybranch.domain.facts import Ballot
from partybranch.enums import Decision, Look, PartyKind
from partybranch.models import Development, PartyMember, PartyOrganization
from tests.partybranch.party import add_party, member_of
from tests.world import LONG_AGO, World

DAY = dt.timedelta(days=1)


def _branch(w: World, kind: str = PartyKind.JOINT) -> PartyOrganization:
    code = f"P-{kind}-{PartyOrganization.objects.count()}"
    return open_unit(actor=None, unit=PartyOrganization(
        name=f"支部{code}", code=code, parent=w.uni, party_kind=kind, opened_on=LONG_AGO,
    ))  # type: ignore[return-value] # fmt: skip


def _typed(step: int) -> development.Typed:
    detail = {1: {"is_citizen": True}, 2: {"talker": "书记", "talker_post": "secretary"}}
    return development.Typed(step=step, on=timezone.localdate(), detail=detail[step])


def _file(w: World, branch: PartyOrganization | None = None) -> Development:
    w.gu.born_on = dt.date(2004, 1, 1)
    w.gu.save()
    return development.open_development(
        actor=w.gao, student=w.gu, branch=branch or _branch(w), typed=_typed(1)
    )


def _with_talk(w: World) -> Development:
    made = _file(w)
    return development.record_step(actor=w.gao, development=made, typed=_typed(2)).development


def _member(w: World, branch: PartyOrganization | None = None) -> PartyMember:
    today = timezone.localdate()
    return membership.enter_member(
        actor=w.gao, branch=branch or _branch(w), student=w.luo, since=today - 9 * DAY,
        joined_on=today - 900 * DAY, full_on=today - 500 * DAY, origin="第一中学党总支",
        entry_reason="据组织关系介绍信补录",
    )  # fmt: skip


def _former(w: World) -> former.FormerFile:
    w.cheng.born_on = dt.date(2004, 1, 1)
    w.cheng.save()
    today = timezone.localdate()
    began = today - 300 * DAY
    return former.FormerFile("第一中学", {1: began, 2: began, 3: began}, began, today - 60 * DAY,
                             True, today - 9 * DAY, "档案已转来")  # fmt: skip


def _staff_vote(w: World) -> Callable[[], Any]:
    today = timezone.localdate()
    add_party(w)
    one = member_of(w, "du")
    PartyMember.objects.filter(pk=one.pk).update(joined_on=today - 370 * DAY)
    typed = development.Typed(
        step=23, on=today, ballot=Ballot(9, 9, 9),
        detail={"outcome": "transfer", "applied_on": today.isoformat()},
    )  # fmt: skip
    return lambda: staff_steps.record_staff_step(
        actor=w.qin, member=one, typed=typed, kept_at="组织部"
    )


PARTY: dict[str, Callable[[World], Callable[[], Any]]] = {
    "partybranch.domain.development.open_development": lambda w: (
        (lambda to: lambda: _file(w, to))(_branch(w))),
    "partybranch.domain.development.record_step": lambda w: (
        (lambda one: lambda: development.record_step(
            actor=w.gao, development=one, typed=_typed(2)))(_file(w))),
    "partybranch.domain.development.hand_in_papers": lambda w: (
        (lambda one: lambda: development.hand_in_papers(
            actor=w.gao, record=one.records.get(step=1), papers=["入党申请书"],
            on=timezone.localdate()))(_file(w))),
    "partybranch.domain.cultivation.add_entry": lambda w: (
        (lambda one: lambda: cultivation.add_entry(
            actor=w.gao, development=one, kind=Look.REPORT, on=timezone.localdate()))(_file(w))),
    "partybranch.domain.cultivation.count_talk": lambda w: (
        (lambda _one: lambda: cultivation.count_talk(
            actor=w.gao, student=w.gu, on=timezone.localdate()))(_file(w))),
    "partybranch.domain.cultivation.publish_notice": lambda w: (
        (lambda one: lambda: cultivation.publish_notice(
            actor=w.gao, development=one, step=7, starts_on=timezone.localdate()))(_file(w))),
    "partybranch.domain.decisions.decide": lambda w: (
        (lambda one: lambda: decisions.decide(
            actor=w.gao, development=one, kind=Decision.BACK, from_step=2, decided_by="支委会",
            on=timezone.localdate(), reason="谈话人有误"))(_with_talk(w))),
    "partybranch.domain.transfers.hand_over": lambda w: (
        (lambda one, to: lambda: transfers.hand_over(
            actor=w.gao, development=one, branch=to, on=timezone.localdate(),
            reason="转专业"))(_file(w), _branch(w))),
    "partybranch.domain.former.take_over_development": lambda w: (
        (lambda to: lambda: former.take_over_development(
            actor=w.gao, student=w.cheng, branch=to, file=_former(w)))(_branch(w))),
    "partybranch.domain.membership.enter_member": lambda w: (
        (lambda to: lambda: _member(w, to))(_branch(w))),
    "partybranch.domain.membership.move_member": lambda w: (
        (lambda one, to: lambda: membership.move_member(
            actor=w.gao, member=one, on=timezone.localdate(), branch=to))(_member(w), _branch(w))),
    "partybranch.domain.membership.join_branch": lambda w: (
        (lambda one, to: lambda: membership.join_branch(
            actor=w.gao, member=one, branch=to, since=timezone.localdate()))(
                _member(w), _branch(w, PartyKind.FUNCTIONAL))),
    "partybranch.domain.membership.leave_branch": lambda w: (
        (lambda row: lambda: membership.leave_branch(
            actor=w.gao, membership=row, until=timezone.localdate()))(
                membership.join_branch(actor=w.gao, member=_member(w), since=timezone.localdate(),
                                       branch=_branch(w, PartyKind.FUNCTIONAL)))),
    "partybranch.domain.membership.suspend_member": lambda w: (
        (lambda one: lambda: membership.suspend_member(
            actor=w.gao, member=one, since=timezone.localdate(), until=None,
            reason="留党察看一年"))(_member(w))),
    "partybranch.domain.staff_steps.record_staff_step": _staff_vote,
}  # fmt: skip
