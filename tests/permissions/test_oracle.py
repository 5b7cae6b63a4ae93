"""The rule against an independent engine: the same rows asked of the portal and of OpenFGA.

``make oracle N=50000`` asks more questions on more campuses.
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from portal.core.scope import request_scope
from tests.permissions.campus import Campus
from tests.permissions.fga_store import CASE_ACTIONS, STUDENT_ACTIONS, everything, store
from tests.world import World

QUESTIONS = int(os.environ.get("ORACLE_QUESTIONS", "2000"))
PER_CAMPUS = 1000
SEEDS = range(int(os.environ.get("ORACLE_SEED", "1")), 1000)
ACTIONS = {"student": STUDENT_ACTIONS, "case": CASE_ACTIONS, "talk": ("see_talks",)}
FGA = Path(sys.executable).with_name("fga")


def answers(campus: Campus, dice: random.Random, wanted: int) -> tuple[list[dict[str, Any]], int]:
    """(single decisions, how many allow) as the portal gives them. Asks half of the questions
    about rows of the person's own list, else nearly all answers would be no."""
    rows = everything()
    checks: list[dict[str, Any]] = []
    allowed = 0
    per_person = wanted // len(campus.people) + 1
    for person in campus.people:
        with request_scope(None):
            reach = {
                (kind, action): set(
                    type(rows[kind][0])
                    .objects.restrict(person, action)
                    .values_list("pk", flat=True)
                )
                for kind, actions in ACTIONS.items()
                for action in actions
            }
            for _question in range(per_person):
                kind = dice.choice(("student", "student", "case", "talk"))
                action = dice.choice(ACTIONS[kind])
                mine = [row for row in rows[kind] if row.pk in reach[kind, action]]
                row = dice.choice(mine if mine and dice.random() < 0.5 else rows[kind])
                answer = bool(person.has_perm(f"cohorts.{action}", row))
                # The list is the set of single decisions.
                assert answer == (row.pk in reach[kind, action]), (person, action, row)
                allowed += answer
                checks.append({"user": f"user:{person.pk}", "object": f"{kind}:{row.pk}",
                               "assertions": {action: answer}})  # fmt: skip
    return checks, allowed


def verdict(text: str, folder: Path) -> str:
    """What OpenFGA says of the answers; empty when it agrees with all of them."""
    file = folder / "store.fga.yaml"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [str(FGA), "model", "test", "--tests", str(file)],
        check=False, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[-4000:]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", list(SEEDS[: -(-QUESTIONS // PER_CAMPUS)]))
def test_the_portal_and_an_independent_engine_give_the_same_answers(
    world: World, tmp_path: Path, seed: int
) -> None:
    campus = Campus(world, seed)
    checks, allowed = answers(campus, random.Random(seed), PER_CAMPUS)
    assert len(checks) >= PER_CAMPUS
    assert allowed >= 0.2 * len(checks), "too few allowed answers to prove anything"
    assert verdict(store(checks), tmp_path) == ""


@pytest.mark.django_db
def test_the_independent_engine_finds_a_single_wrong_answer(world: World, tmp_path: Path) -> None:
    campus = Campus(world, 1)
    checks, _allowed = answers(campus, random.Random(1), 60)
    one = checks[0]["assertions"]
    action = next(iter(one))
    one[action] = not one[action]
    said = verdict(store(checks), tmp_path)
    assert said != ""
    assert json.dumps(checks[0]["user"])[1:-1] in said
