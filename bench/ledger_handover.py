"""Runs inside the portal: two hundred cases ticked in the ledger go to another person.

    python -m bench.ledger_handover OUT.json

What the bulk bar does: the preview, the sending, the acceptance of all of them. Each turn is rolled
back. The bar is absolute: two seconds for the three together.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import django
from django.db import connection, transaction

CASES, TURNS = 200, 5
WORDS = "换岗，请接手每周面谈与家校联系"


def turn(number: int) -> tuple[float, float, int, int]:
    """(seconds, seconds of CPU, statements, cases moved) of one hand-over."""
    from casework.domain.bulk import transfer_cases
    from casework.domain.transitions_bulk import accept_moves
    from casework.models import Case, Transition
    from portal.core.models import User

    # A deputy secretary of every college: leads enough cases in any school.
    actor = User.objects.get(username="bench_school")
    new = User.objects.create(username="bench-receiver", name="接手人")
    under_way = Transition.objects.filter(accepted_at=None, declined_at=None, revoked_at=None)
    free = _led(actor).exclude(pk__in=under_way.values("case_id"))
    cases = list(free.select_related("student").order_by("pk")[:number])
    began, spent = time.perf_counter(), time.process_time()
    with _Counted() as asked:
        transfer_cases(actor=actor, cases=cases, to=new, words=WORDS, is_trial=True)
        transfer_cases(actor=actor, cases=cases, to=new, words=WORDS)
        waiting = Transition.objects.filter(to_person=new).values_list("pk", flat=True)
        accept_moves(actor=new, ids=list(waiting))
    took, cpu = time.perf_counter() - began, time.process_time() - spent
    return took, cpu, asked.number, Case.objects.filter(owner=new).count()


def _led(user: Any) -> Any:
    from casework.models import Case

    return Case.objects.restrict(user, "manage_case").filter(closed_at=None).exclude(owner=user)


class _Counted:
    """Statements sent on the connection meanwhile."""

    number = 0

    def __enter__(self) -> _Counted:
        self._wrap = connection.execute_wrapper(self._count)
        self._wrap.__enter__()
        return self

    def __exit__(self, *more: Any) -> None:
        self._wrap.__exit__(*more)

    def _count(self, execute: Any, *given: Any) -> Any:
        self.number += 1
        return execute(*given)


def main(out: Path) -> None:
    django.setup()
    turns = []
    for number in (1, *[CASES] * TURNS):
        with transaction.atomic():
            turns.append(turn(number))
            # What commits only then would be checked at the end: check it before going back.
            connection.check_constraints()
            transaction.set_rollback(True)
    one, *many = turns
    found = {
        "median_ms": statistics.median(each[0] for each in many) * 1000,
        "cpu_ms": statistics.median(each[1] for each in many) * 1000,
        "queries": max(each[2] for each in many),
        "of_one": one[2],
        "cases": min(each[3] for each in many),
    }
    out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
