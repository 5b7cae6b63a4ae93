"""Writes of applications about branches and of resolutions for tests/core/test_audit.py."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from cohorts.domain.appointments import appoint
from cohorts.domain.tree import open_unit
from cohorts.models import Role
from partybranch.domain import beside, changes, changes_apply, life, resolutions
from partybranch.enums import Entry, Grouping, PartyKind, Presence
from partybranch.models import (
    EventKind,
    Membership,
    PartyMember,
    PartyOrganization,
    Reorganization,
)
from tests.world import LONG_AGO, World

Call = Callable[[World], Callable[[], Any]]


def _organ(w: World, code: str, kind: str, parent: Any, **more: Any) -> PartyOrganization:
    made: Any = open_unit(actor=None, unit=PartyOrganization(
        name=f"审计{code}", code=code, parent=parent, party_kind=kind, opened_on=LONG_AGO, **more
    ))  # fmt: skip
    return made  # type: ignore[no-any-return]


def _committee(w: World) -> PartyOrganization:
    """Two branches of two full members each below a committee; gao is its organiser, lu secretary
    of the first branch."""
    above = _organ(w, "P-chg", PartyKind.COMMITTEE, w.uni)
    appoint(actor=None, person=w.gao, role=Role.objects.get(code="organiser"), unit=above)
    for code, people in (("P-chg1", (w.lin, w.lu)), ("P-chg2", (w.wang, w.han))):
        branch = _organ(w, code, PartyKind.REGULAR, above, approving_committee=above)
        for person in people:
            member = PartyMember.objects.create(
                person=person, joined_on=dt.date(2015, 6, 1), full_on=dt.date(2016, 6, 1)
            )
            Membership.objects.create(
                member=member, branch=branch, is_relation=True, since=LONG_AGO, how=Entry.TRANSFER
            )
        if people[0] == w.lin:
            role = Role.objects.get(code="branch_secretary")
            appoint(actor=None, person=w.lu, role=role, unit=branch)
    return above


def _draft(w: World) -> Reorganization:
    above = _committee(w)
    return changes.draft_change(
        actor=w.gao, branches=list(above.approves_for.order_by("code")), rule=Grouping.ONE,
        title="合并请示",
    )  # fmt: skip


def _sent(w: World) -> Reorganization:
    return changes.send_change(actor=w.gao, change=_draft(w), reason="规模偏小，合并设置")


def _of(make: Callable[[World], Any], act: Callable[[World, Any], Any]) -> Call:
    return lambda w: (lambda one: lambda: act(w, one))(make(w))


def _start(w: World) -> Callable[[], Any]:
    above = _committee(w)
    return lambda: changes.draft_change(
        actor=w.gao, branches=list(above.approves_for.all()), rule=Grouping.ONE, title="合并请示"
    )


def _meeting(w: World) -> Any:
    above = _committee(w)
    member = PartyMember.objects.get(person=w.lu)
    return life.record_event(actor=w.gao, branch=above, typed=life.EventTyped(
        on=timezone.localdate(), kinds=list(EventKind.objects.filter(code="secretaries_meeting")),
        topic="书记例会", place="会议室", host="高敏", recorder="高敏", content="部署",
        decisions="上报转正材料", came={member.pk: life.Came(Presence.PRESENT)},
    ))  # fmt: skip


def _beside(w: World) -> PartyOrganization:
    above = _committee(w)
    return _organ(w, "P-bes", PartyKind.FUNCTIONAL, above, approving_committee=above)


CHANGES: dict[str, Call] = {
    "partybranch.domain.beside.apply_for_branch": lambda w: (
        lambda above: lambda: beside.apply_for_branch(
            actor=w.gao, parent=above, name="学生会功能型党支部", kind=PartyKind.FUNCTIONAL,
            reason="学生会党员集中参加学习"))(_committee(w)),
    "partybranch.domain.beside.apply_to_close": _of(
        _beside, lambda w, one: beside.apply_to_close(
            actor=w.gao, branch=one, reason="任务已经完成")),
    "partybranch.domain.changes.draft_change": _start,
    "partybranch.domain.changes.propose_branch": _of(_draft, lambda w, one: changes.propose_branch(
        actor=w.gao, change=one, name="另一支部")),
    "partybranch.domain.changes.rename_proposed": _of(
        _draft, lambda w, one: changes.rename_proposed(
            actor=w.gao, proposed=one.proposed.get(), name="新名称支部", short_name="",
            kind=PartyKind.JOINT, parent=one.committee)),
    "partybranch.domain.changes.drop_proposed": _of(_draft, lambda w, one: changes.drop_proposed(
        actor=w.gao, proposed=one.proposed.get())),
    "partybranch.domain.changes.place_people": _of(_draft, lambda w, one: changes.place_people(
        actor=w.gao, change=one, places=[one.places.first().pk], target=None)),
    "partybranch.domain.changes.renew_places": _of(_draft, lambda w, one: changes.renew_places(
        actor=w.gao, change=one)),
    "partybranch.domain.changes.send_change": _of(_draft, lambda w, one: changes.send_change(
        actor=w.gao, change=one, reason="规模偏小，合并设置")),
    "partybranch.domain.changes.take_back_change": _of(
        _sent, lambda w, one: changes.take_back_change(actor=w.gao, change=one)),
    "partybranch.domain.changes.withdraw_change": _of(
        _draft, lambda w, one: changes.withdraw_change(actor=w.gao, change=one, reason="另行研究")),
    "partybranch.domain.changes_apply.approve_change": _of(
        _sent, lambda w, one: changes_apply.approve_change(
            actor=w.gao, change=one, decided_on=timezone.localdate(), decision_no="1号",
            effective_on=timezone.localdate())),
    "partybranch.domain.changes_apply.refuse_change": _of(
        _sent, lambda w, one: changes_apply.refuse_change(
            actor=w.gao, change=one, decided_on=timezone.localdate(), note="再议")),
    "partybranch.domain.resolutions.give_resolution": _of(
        _meeting, lambda w, one: resolutions.give_resolution(
            actor=w.gao, event=one, text="上报转正材料", owner=w.lu, due_on=timezone.localdate())),
}  # fmt: skip
