"""Writes around moves of cases for the table of tests/core/test_audit.py."""

from collections.abc import Callable
from typing import Any

from casework.domain import transitions, transitions_bulk
from casework.enums import Move
from casework.models import Transition
from tests.world import World

WORDS = "请每周辅导一次化工热力学"


def _sent(w: World, kind: str = Move.REQUEST) -> Transition:
    return transitions.send_case(
        actor=w.zhou, case=w.add_case("gu"), kind=kind, to=transitions.Receiver(person=w.he),
        words=WORDS,
    )  # fmt: skip


def _accepted(w: World) -> Transition:
    return transitions.accept_move(actor=w.he, move=_sent(w))


MOVES: dict[str, Callable[[World], Callable[[], Any]]] = {
    "casework.domain.transitions.send_case": lambda w: (
        (lambda case: lambda: transitions.send_case(
            actor=w.zhou, case=case, kind=Move.REQUEST, to=transitions.Receiver(person=w.he),
            words=WORDS))(w.add_case("gu"))),
    "casework.domain.transitions.accept_move": lambda w: (
        (lambda move: lambda: transitions.accept_move(actor=w.he, move=move))(_sent(w))),
    "casework.domain.transitions.decline_move": lambda w: (
        (lambda move: lambda: transitions.decline_move(
            actor=w.he, move=move, reason="不属本部门职责"))(_sent(w))),
    "casework.domain.transitions.revoke_move": lambda w: (
        (lambda move: lambda: transitions.revoke_move(
            actor=w.zhou, move=move, reason="发错对象，需收回"))(_sent(w))),
    "casework.domain.transitions.finish_move": lambda w: (
        (lambda move: lambda: transitions.finish_move(
            actor=w.he, move=move, note="已辅导四次，成绩回升"))(_accepted(w))),
    "casework.domain.transitions_bulk.send_cases": lambda w: (
        (lambda case: lambda: transitions_bulk.send_cases(
            actor=w.zhou, cases=[case], to=w.he, words=WORDS))(w.add_case("gu"))),
    "casework.domain.transitions_bulk.accept_moves": lambda w: (
        (lambda move: lambda: transitions_bulk.accept_moves(actor=w.he, ids=[move.pk]))(
            _sent(w, Move.TRANSFER))),
}  # fmt: skip
