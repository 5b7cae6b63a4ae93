"""Writes of the early ranking for the table of tests/core/test_audit.py."""

from collections.abc import Callable
from typing import Any

from cohorts.models import Term
from students.domain import early
from students.models import EarlyModel
from tests.students.test_early_page import NOW, add_past
from tests.world import World


def _term(w: World) -> Term:
    add_past(w)
    return Term.objects.get(pk=NOW)


def _model(w: World) -> EarlyModel:
    return early.fit_early(actor=None, term=_term(w))


EARLY: dict[str, Callable[[World], Callable[[], Any]]] = {
    "students.domain.early.fit_early": lambda w: (
        (lambda term: lambda: early.fit_early(actor=w.han, term=term))(_term(w))),
    "students.domain.early.score_early": lambda w: (
        (lambda model: lambda: early.score_early(actor=w.han, model=model))(_model(w))),
}  # fmt: skip
