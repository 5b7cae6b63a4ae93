"""Writes of common problems for the table of tests/core/test_audit.py."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from casework.domain import problems
from casework.models import CauseCode, CommonProblem
from tests.world import World


def _open(w: World) -> CommonProblem:
    return problems.open_problem(
        actor=w.lin, cause=CauseCode.objects.all()[0], unit=w.chem23, title="共性问题",
        fix="增设每周答疑与过关测验", owner=w.lin, due_on=timezone.localdate(),
    )  # fmt: skip


def _due(w: World) -> CommonProblem:
    """Fixed so long ago that it is to be looked at again."""
    made = problems.record_fix(actor=w.lin, problem=_open(w), proof="教务处第12号通知")
    before = timezone.now() - dt.timedelta(days=91)
    CommonProblem.objects.filter(pk=made.pk).update(
        opened_at=before, fixed_at=before, check_on=timezone.localdate()
    )
    return made


PROBLEMS: dict[str, Callable[[World], Callable[[], Any]]] = {
    "casework.domain.problems.open_problem": lambda w: lambda: _open(w),
    "casework.domain.problems.record_fix": lambda w: (
        (lambda one: lambda: problems.record_fix(
            actor=w.lin, problem=one, proof="教务处第12号通知"))(_open(w))),
    "casework.domain.problems.check_effect": lambda w: (
        (lambda one: lambda: problems.check_effect(actor=w.lin, problem=one, note=""))(_due(w))),
    "casework.domain.problems.change_problem": lambda w: (
        (lambda one: lambda: problems.change_problem(
            actor=w.lin, problem=one, owner=w.jiang, due_on=timezone.localdate(),
            reason="课程安排顺延"))(_open(w))),
    "casework.domain.problems.drop_problem": lambda w: (
        (lambda one: lambda: problems.drop_problem(
            actor=w.lin, problem=one, reason="与教改项目合并"))(_open(w))),
    "casework.domain.problems.link_cases": lambda w: (
        (lambda one, case: lambda: problems.link_cases(
            actor=w.lin, problem=one, cases=[case]))(_open(w), w.add_case("gu"))),
}  # fmt: skip
