"""Writes of prizes, studies and awards for the table of tests/core/test_audit.py."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cohorts.domain.appointments import appoint
from cohorts.domain.tree import open_unit
from cohorts.models import Parameter, Role
from partybranch.domain import awards, honours, studies
from partybranch.enums import PartyKind
from partybranch.models import (
    AwardRound,
    EventKind,
    Honour,
    HonourKind,
    Nomination,
    PartyOrganization,
)
from tests.world import LONG_AGO, World

Call = Callable[[World], Callable[[], Any]]


def _organs(w: World) -> tuple[Any, Any]:
    """A committee of which he is a member, and a branch below it of which lu is secretary."""
    above: Any = open_unit(actor=None, unit=PartyOrganization(
        name="审计党委", code="P-above", parent=w.uni, party_kind=PartyKind.COMMITTEE,
        opened_on=LONG_AGO,
    ))  # fmt: skip
    branch: Any = open_unit(actor=None, unit=PartyOrganization(
        name="审计支部", code="P-below", parent=above, party_kind=PartyKind.REGULAR,
        opened_on=LONG_AGO,
    ))  # fmt: skip
    for person, role, unit in (
        (w.he, "committee_member", above),
        (w.lu, "branch_secretary", branch),
    ):
        appoint(actor=None, person=person, role=Role.objects.get(code=role), unit=unit)
    return above, branch


def _study(w: World, above: Any) -> EventKind:
    today = timezone.localdate()
    return studies.open_study(actor=w.he, unit=above, name="国庆集中学习", since=today, until=today)


def _round(w: World, above: Any) -> AwardRound:
    today = timezone.localdate()
    return awards.open_round(actor=w.he, committee=above, name="十佳", until=today,
                             apply_until=today, seats=10)  # fmt: skip


def _nomination(w: World) -> Nomination:
    above, branch = _organs(w)
    return awards.nominate(actor=w.lu, round=_round(w, above), branch=branch, deeds="事迹材料")


def _scored(w: World) -> AwardRound:
    Parameter.objects.filter(key="award.judges_min").update(value=1)
    one = _nomination(w)
    awards.give_points(actor=w.he, nomination=one, points=Decimal(90))
    return one.round


def _prize(w: World) -> Honour:
    _enter(w)
    return Honour.objects.get(student=w.gu)


def _enter(w: World) -> int:
    return honours.enter_honours(
        actor=w.gao, kind=HonourKind.objects.all()[0], on=timezone.localdate(), proof="校发1号",
        numbers=[w.gu.student_no],
    )  # fmt: skip


def _of(make: Callable[[World], Any], act: Callable[[World, Any], Any]) -> Call:
    return lambda w: (lambda one: lambda: act(w, one))(make(w))


HONOURS: dict[str, Call] = {
    "partybranch.domain.honours.enter_honours": lambda w: lambda: _enter(w),
    "partybranch.domain.honours.withdraw_honour": _of(_prize, lambda w, one: (
        honours.withdraw_honour(actor=w.gao, honour=one, reason="误录"))),
    "partybranch.domain.studies.open_study": _of(_organs, lambda w, two: _study(w, two[0])),
    "partybranch.domain.studies.remind_study": _of(
        lambda w: _study(w, _organs(w)[0]),
        lambda w, one: studies.remind_study(actor=w.he, study=one)),
    "partybranch.domain.awards.open_round": _of(_organs, lambda w, two: _round(w, two[0])),
    "partybranch.domain.awards.nominate": _of(
        lambda w: (lambda two: (_round(w, two[0]), two[1]))(_organs(w)),
        lambda w, two: awards.nominate(actor=w.lu, round=two[0], branch=two[1], deeds="事迹材料")),
    "partybranch.domain.awards.withdraw_nomination": _of(_nomination, lambda w, one: (
        awards.withdraw_nomination(actor=w.lu, nomination=one, reason="材料有误"))),
    "partybranch.domain.awards.give_points": _of(_nomination, lambda w, one: awards.give_points(
        actor=w.he, nomination=one, points=Decimal(80))),
    "partybranch.domain.awards.decide_round": _of(_scored, lambda w, one: awards.decide_round(
        actor=w.he, round=one, on=timezone.localdate(), decision_no="〔2026〕9号")),
}  # fmt: skip
