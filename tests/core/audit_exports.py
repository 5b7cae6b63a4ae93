"""Writes of exports, saved filters and the bulk bar of the ledger, each with a call that succeeds."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from casework.domain import bulk, reviews
from casework.models import Case, CaseLevel, KeyRequest
from cohorts.domain import exports
from cohorts.export_kinds import export_kind
from cohorts.models import Export
from portal.core.domain import jobs, saved_filters
from portal.core.models import SavedFilter
from tests.world import World


def _ask(w: World) -> Export:
    w.add_case("gu")
    return _asked(w)


def _asked(w: World) -> Export:
    kind = export_kind("ledger")
    assert kind is not None
    return exports.ask_export(
        actor=w.jiang, kind=kind, unit=w.chem, query="", reason="双院联席会研判"
    )


def _ready(w: World) -> Export:
    export = exports.decide_export(actor=w.qian, export=_ask(w), is_approved=True)
    assert export.job_id is not None
    jobs.run(export.job_id)
    return export


def _kept(w: World) -> SavedFilter:
    return saved_filters.save_filter(
        actor=w.jiang, path="/ledgers/", query="level=RED", name="红色"
    )


def _reviewed(w: World) -> Case:
    case = w.add_case("gu", "ORANGE")
    reviews.record_review(
        actor=w.zhou, case=case, held_on=timezone.localdate(), findings="到课稳定，情绪平稳",
        level=CaseLevel.objects.get(pk="BLUE"),
    )  # fmt: skip
    return case


CALLS: dict[str, Callable[[World], Callable[[], Any]]] = {
    "cohorts.domain.exports.ask_export": lambda w: (lambda _case: lambda: _asked(w))(
        w.add_case("gu")),
    "cohorts.domain.exports.decide_export": lambda w: (lambda one: lambda: exports.decide_export(
        actor=w.qian, export=one, is_approved=True))(_ask(w)),
    "cohorts.domain.exports.withdraw_export": lambda w: (
        lambda one: lambda: exports.withdraw_export(actor=w.jiang, export=one))(_ask(w)),
    "cohorts.domain.exports.hand_out": lambda w: (lambda one: lambda: exports.hand_out(
        actor=w.jiang, export=one))(_ready(w)),
    "portal.core.domain.saved_filters.save_filter": lambda w: lambda: _kept(w),
    "portal.core.domain.saved_filters.rename_filter": lambda w: (
        lambda one: lambda: saved_filters.rename_filter(actor=w.jiang, pk=one.pk, name="红"))(_kept(w)),
    "portal.core.domain.saved_filters.delete_filter": lambda w: (
        lambda one: lambda: saved_filters.delete_filter(actor=w.jiang, pk=one.pk))(_kept(w)),
    "casework.domain.bulk.assign_cases": lambda w: (lambda case: lambda: bulk.assign_cases(
        actor=w.jiang, cases=[case], owner=w.zhou))(w.add_case("gu")),
    "casework.domain.bulk.transfer_cases": lambda w: (lambda case: lambda: bulk.transfer_cases(
        actor=w.jiang, cases=[case], to=w.he, words="学生转入贵院宿舍片区"))(w.add_case("gu")),
    "casework.domain.bulk.lower_cases": lambda w: (lambda case: lambda: bulk.lower_cases(
        actor=w.jiang, cases=[case], reason="连续四周到课"))(_reviewed(w)),
    "casework.domain.bulk.close_cases": lambda w: (lambda case: lambda: bulk.close_cases(
        actor=w.jiang, cases=[case], outcome="referred", reason="已由医院接手治疗",
        evidence="医院回执与交接单"))(w.add_case("gu")),
    "casework.domain.bulk.agree_many": lambda w: (lambda case: lambda: bulk.agree_many(
        actor=w.lin, requests=list(KeyRequest.objects.filter(case=case))))(w.add_case("gu")),
}  # fmt: skip
