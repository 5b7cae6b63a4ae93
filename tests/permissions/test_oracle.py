"""The rule against an independent engine: the same rows asked of the portal and of Cedar.

``make oracle N=50000`` asks more questions on more campuses.
"""

import os
import random
from typing import Any

import pytest

from portal.core.models import User
from portal.core.scope import request_scope
from tests.permissions.campus import Campus
from tests.permissions.engine import Engine, Kind, Question, policies
from tests.permissions.kinds import KINDS, everything
from tests.world import World

QUESTIONS = int(os.environ.get("ORACLE_QUESTIONS", "5000"))
PER_CAMPUS = 1000
SEEDS = range(int(os.environ.get("ORACLE_SEED", "1")), 1000)

Rows = dict[str, list[Any]]


def own_lists(person: User) -> dict[tuple[str, str], set[int]]:
    """(kind, action) → keys of the rows that the portal's list gives this person."""
    return {
        (kind.name, action): set(
            kind.model._default_manager.restrict(person, action).values_list("pk", flat=True)  # type: ignore[attr-defined]
        )
        for kind in KINDS
        for action in kind.actions
    }


def single_answers(
    person: User, lists: dict[tuple[str, str], set[int]], rows: Rows, dice: random.Random
) -> dict[Question, bool]:
    """The portal's single decisions on some rows. Half of them are of the person's own lists,
    else nearly all answers would be no."""
    found = {}
    for _question in range(PER_CAMPUS // 20):
        kind: Kind = dice.choice((KINDS[0], *KINDS))
        action = dice.choice(kind.actions)
        mine = lists[kind.name, action]
        of_mine = [row for row in rows[kind.name] if row.pk in mine]
        row = dice.choice(of_mine if of_mine and dice.random() < 0.5 else rows[kind.name])
        found[person.pk, action, kind.name, row.pk] = person.has_perm(f"cohorts.{action}", row)
    return found


def list_answers(
    person: User, lists: dict[tuple[str, str], set[int]], rows: Rows
) -> dict[Question, bool]:
    """Every row there is, and whether it stands in these lists."""
    return {
        (person.pk, action, kind, row.pk): row.pk in keys
        for (kind, action), keys in lists.items()
        for row in rows[kind]
    }


def differences(engine: Engine, portal: dict[Question, bool]) -> list[str]:
    answers = zip(portal.items(), engine.answers(portal), strict=True)
    return [
        f"user {person}, {action}, {kind} {row}: portal {ours}, engine {theirs}"
        for ((person, action, kind, row), ours), theirs in answers
        if ours != theirs
    ]


def rows_of_all_kinds() -> Rows:
    return {kind.name: list(kind.model._default_manager.all()) for kind in KINDS}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", list(SEEDS[: -(-QUESTIONS // PER_CAMPUS)]))
def test_the_portal_and_an_independent_engine_give_the_same_answers(
    world: World, seed: int
) -> None:
    campus, dice = Campus(world, seed), random.Random(seed)
    rows = rows_of_all_kinds()
    single: dict[Question, bool] = {}
    listed: dict[Question, bool] = {}
    while len(single) < PER_CAMPUS:
        for person in campus.people:
            with request_scope(None):
                lists = own_lists(person)
                single |= single_answers(person, lists, rows, dice)
            some = dice.sample(sorted(lists), len(lists) // 2)
            listed |= list_answers(person, {one: lists[one] for one in some}, rows)
    assert sum(single.values()) >= 0.2 * len(single), "too few allowed answers to prove anything"
    engine = Engine(policies(KINDS), everything())
    assert differences(engine, single)[:20] == []
    assert differences(engine, listed)[:20] == []


# Parts of the rule as Cedar reads it; without any of them the answers must differ.
PARTS = {
    "frozen accounts": ("unless { principal.is_alive }", "unless { true }"),
    "lock-outs": ("when { resource.shut.contains(principal) }", "when { false }"),
    "lock-outs of talks": ("resource.case.shut.contains(principal) };", "false };"),
    "dwellings": ('resource.inner in principal.getTag("inner see_card")', "false"),
    "links": ('principal.getTag("linked see_card").contains(resource)', "false"),
    "seats": ("readers.contains(principal)", "shut.contains(principal)"),
    "write level of a seat": ("writers.contains(principal)", "readers.contains(principal)"),
    "seats of closed cases": ("(resource.is_open && resource.readers", "(true && resource.readers"),
    "closed cases": ("resource.is_open ||", "true ||"),
    "the last team": ("resource.team.contains(principal)", "false"),
    "broken glass": ("broken.contains(principal)", "shut.contains(principal)"),
    "one's own notes": ("resource.author == principal", "false"),
    "contacts and introducers": ("resource.vouching.contains(principal)", "false"),
    "ended files": ("resource.is_running &&", "true &&"),
    "the roll of a branch": ('resource.branch in principal.getTag("inner see_party_file")', "false"),
    "reviews": ('principal.getTag("wide see_political_review")',
                'principal.getTag("wide see_party_file")'),
    "restricted notes": ('resource.level == "restricted"', 'resource.level == "general"'),
}  # fmt: skip


@pytest.mark.django_db
def test_without_any_part_of_the_rule_the_engine_gives_other_answers(world: World) -> None:
    campus, rows, rule = Campus(world, 1), rows_of_all_kinds(), policies(KINDS)
    portal: dict[Question, bool] = {}
    for person in campus.people:
        with request_scope(None):
            lists = own_lists(person)
        lists = {one: lists[one] for one in lists if one[0] != "Student" or one[1] in
                 ("see_card", "write_case")}  # fmt: skip
        portal |= list_answers(person, lists, rows)
    entities = everything()
    unseen = []
    for name, (part, instead) in PARTS.items():
        assert part in rule, f"{name} is not in the rule any more"
        if differences(Engine(rule.replace(part, instead), entities), portal) == []:
            unseen.append(name)
    assert unseen == []
