"""The rule against an independent engine: the same rows asked of the portal and of Cedar.

``make oracle N=50000`` asks more questions on more campuses.
"""

import os
import random
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from portal.core.models import User
from portal.core.scope import request_scope
from tests.permissions.campus import Campus
from tests.permissions.engine import Engine, Kind, Question, policies
from tests.permissions.kinds import KINDS, everything
from tests.world import World

QUESTIONS = int(os.environ.get("ORACLE_QUESTIONS", "5000"))
PER_CAMPUS = 2500
# Of everybody's lists one in so many is compared row by row.
LISTS = 5
SEEDS = range(int(os.environ.get("ORACLE_SEED", "1")), 1000)

Rows = dict[str, list[Any]]


PAIRS = sorted((kind.name, action) for kind in KINDS for action in kind.actions)


class Lists(dict[tuple[str, str], set[int]]):
    """(kind, action) → keys of the rows that the portal's list gives this person; each is asked for
    when it is wanted."""

    def __init__(self, person: User) -> None:
        super().__init__()
        self.person = person

    def __missing__(self, pair: tuple[str, str]) -> set[int]:
        kind = next(kind for kind in KINDS if kind.name == pair[0])
        rows = kind.model._default_manager.restrict(self.person, pair[1])  # type: ignore[attr-defined]
        self[pair] = set(rows.values_list("pk", flat=True))
        return self[pair]

    def of(self, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], set[int]]:
        return {pair: self[pair] for pair in pairs}


def single_answers(
    person: User, lists: Lists, rows: Rows, dice: random.Random
) -> dict[Question, bool]:
    """The portal's single decisions on some rows. Most of them are of the person's own lists,
    else nearly all answers would be no."""
    found = {}
    for _question in range(PER_CAMPUS // 20):
        kind: Kind = dice.choice((KINDS[0], *KINDS))
        action = dice.choice(kind.actions)
        mine = lists[kind.name, action]
        of_mine = [row for row in rows[kind.name] if row.pk in mine]
        row = dice.choice(of_mine if of_mine and dice.random() < 0.8 else rows[kind.name])
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
                lists = Lists(person)
                single |= single_answers(person, lists, rows, dice)
                some = dice.sample(PAIRS, len(PAIRS) // LISTS)
                listed |= list_answers(person, lists.of(some), rows)
    assert sum(single.values()) >= 0.2 * len(single), "too few allowed answers to prove anything"
    engine = Engine(policies(KINDS), everything())
    assert differences(engine, single)[:20] == []
    assert differences(engine, listed)[:20] == []


# Parts of the rule as Cedar reads it: what stands there, what instead, and kinds whose answers must
# then differ.
PARTS = {
    "frozen accounts": ("unless { principal.is_alive }", "unless { true }", "Case Task"),
    "lock-outs": ("when { resource.shut.contains(principal) }", "when { false }", "Case"),
    "lock-outs of talks": ("resource has case && resource.case.shut.contains(principal) };", "false };", "Talk"),
    "lock-outs of what belongs to a case": ("{ resource.case.shut.contains(principal) }", "{ false }", "Key"),
    "lock-outs of sealed files": ("{ resource.student.shut.contains(principal) }", "{ false }", "SealedFile"),
    "dwellings": ('resource.inner in principal.getTag("inner see_card")', "false", "Student"),
    "links": ('principal.getTag("linked see_card").contains(resource)', "false", "Student"),
    "seats": ("readers.contains(principal)", "shut.contains(principal)", "Case"),
    "write level of a seat": ("writers.contains(principal)", "readers.contains(principal)", "Case"),
    "seats of closed cases": ("(resource.is_open && resource.readers", "(true && resource.readers", "Case"),
    "closed cases": ("resource.is_open ||", "true ||", "Case"),
    "the last team": ("resource.team.contains(principal)", "false", "Case"),
    "economic cases alone": ("resource.is_economic", "true", "Case"),
    "the aid centre": ("wide see_economic", "wide see_masked", "Case"),
    "broken glass": ("broken.contains(principal)", "shut.contains(principal)", "Case"),
    "glass of sealed notes": ("resource has case && (resource.case.is_open && resource.case.broken", "false && (resource.case.is_open && resource.case.broken", "SealedNote"),
    "one's own notes": ("resource.author == principal", "false", "Talk SealedNote"),
    "restricted notes": ('resource.level == "restricted"', 'resource.level == "general"', "Talk"),
    "crisis": ("open_case.is_red", "open_case.is_open", "Student Family"),
    "the offices' students": ('in principal.getTag("served")', 'in principal.getTag("wide see_masked")', "SealedFile"),
    "opinion of the centre": ("resource.asks_centre &&", "false &&", "Key"),
    "sender of a move": ("resource.sender == principal", "false", "Move Request"),
    "moves taken back": ("resource.concerns &&", "true &&", "Move"),
    "office of a move": ('resource.office in principal.getTag("wide do_task")', "false", "Move"),
    "lock-outs of crises": ("resource is Crisis)\nwhen { resource has case && resource.case.shut.contains(principal) }", "resource is Crisis)\nwhen { false }", "Crisis"),
    "the call list": ("resource.runs && resource.called", "false && resource.called", "Crisis"),
    "parts that end a crisis": ("resource.leading.contains", "resource.called.contains", "Crisis"),
    "crises that are over": ("resource.runs &&", "true &&", "Crisis"),
    "hands in a crisis": ("resource.acted.contains(principal)", "false", "Crisis"),
    "consent of another": ("resource.asker != principal", "true", "Export"),
    "exports without consent": ("resource.needs_consent", "true", "Export"),
    "owner of a fix": ("resource.owner == principal", "false", "Problem"),
    "promises taken on": ("!resource.is_taken", "true", "Task"),
    "giver of a task": ("resource.giver == principal", "false", "Task"),
    "protected requests": ("!resource.is_protected", "true", "Request"),
    "another handler": ("resource.handler == principal", "true", "Request"),
    "no independent eye": ("principal.guards && resource has about", "false && resource has about", "Request"),
    "first asked": ("resource.first_asked == principal", "false", "Request"),
    "the student's own": ("resource.student.account == principal", "false", "Family Hour Request"),
    "questions to teachers": ("resource.waits &&", "true &&", "Input"),
    "letters of one's own": ("resource.person == principal", "false", "Letter"),
    "contacts and introducers": ("resource.vouching.contains(principal)", "false", "File"),
    "ended files": ("resource.is_running &&", "true &&", "File"),
    "the roll of a branch": ('resource.branch in principal.getTag("inner see_party_file")', "false", "Member"),
    "posts of a branch's events": ('resource.keeper in principal.getTag("wide see_branch_life")', "false", "Event"),
    "called to a committee": ("resource.summoned.contains(principal)", "false", "Event"),
    "posts of a branch's dues": ('resource.keeper in principal.getTag("wide see_dues")', "true", "Dues"),
    "posts of a committee's applications": ('resource.keeper in principal.getTag("inner see_party_file")', "false", "Change"),
    "the class of a transfer": ('resource.keeper in principal.getTag("wide see_record")', "false", "Transfer"),
    "the class of a rate": ('resource.keeper in principal.getTag("wide see_unit")', "false", "Rate"),
    "classes of the students of an academy": ('principal.getTag("wide see_unit").containsAny(resource.near_outer)', "false", "Rate"),
    "classes of the people of a house or branch": ('principal.getTag("inner see_unit").containsAny(resource.near_inner)', "false", "Rate"),
    "reviews": ('principal.getTag("wide see_political_review")',
                'principal.getTag("wide see_party_file")', "Political"),
}  # fmt: skip
# Of students the answers to these are enough to tell the parts apart.
OF_STUDENTS = ("see_card", "write_case", "see_phone", "clear_psychological")


MANY, AT_ONCE = 6000, 800


def some_of(answers: dict[Question, bool]) -> Iterator[dict[Question, bool]]:
    """Up to MANY of them in pieces, those of all people mixed."""
    mixed = random.Random(7).sample(sorted(answers), min(MANY, len(answers)))
    for start in range(0, len(mixed), AT_ONCE):
        yield {one: answers[one] for one in mixed[start : start + AT_ONCE]}


@pytest.mark.django_db
def test_without_any_part_of_the_rule_the_engine_gives_other_answers(world: World) -> None:
    campus, rows, rule = Campus(world, 1), rows_of_all_kinds(), policies(KINDS)
    wanted = [(kind, action) for kind, action in PAIRS
              if kind != "Student" or action in OF_STUDENTS]  # fmt: skip
    portal: dict[Question, bool] = {}
    for person in campus.people:
        with request_scope(None):
            portal |= list_answers(person, Lists(person).of(wanted), rows)
    entities = everything()
    unseen = []
    for name, (part, instead, kinds) in PARTS.items():
        assert part in rule, f"{name} is not in the rule any more"
        asked = {one: said for one, said in portal.items() if one[2] in kinds.split()}
        engine = Engine(rule.replace(part, instead), entities)
        if not any(differences(engine, piece) for piece in some_of(asked)):
            unseen.append(name)
    assert unseen == []
