"""Writes about the Youth League for the table of tests/core/test_audit.py."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from partybranch.domain import league
from partybranch.models import LeagueTransfer
from students.models import Student
from tests.world import World


def _listed(w: World) -> list[int]:
    Student.objects.filter(pk=w.gu.pk).update(political_status="03", entry_year=2018)
    league.list_graduates(actor=w.gao)
    return list(LeagueTransfer.objects.values_list("pk", flat=True))


def _mark(w: World, ids: list[int]) -> int:
    return league.mark_transferred(
        actor=w.gao, ids=ids, on=timezone.localdate(), to_where="某单位团委"
    )


def _list(w: World) -> Callable[[], Any]:
    return lambda: _listed(w)


def _tick(w: World) -> Callable[[], Any]:
    ids = _listed(w)
    return lambda: _mark(w, ids)


def _untick(w: World) -> Callable[[], Any]:
    ids = _listed(w)
    _mark(w, ids)
    return lambda: league.unmark_transferred(actor=w.gao, ids=ids)


LEAGUE: dict[str, Callable[[World], Callable[[], Any]]] = {
    "partybranch.domain.league.list_graduates": _list,
    "partybranch.domain.league.mark_transferred": _tick,
    "partybranch.domain.league.unmark_transferred": _untick,
}
