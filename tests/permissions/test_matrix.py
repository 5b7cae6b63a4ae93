"""Role × position × action through every door, against the signed table ``matrix.csv``.

``make matrix`` writes the table anew from the running rule; look at its diff before you commit it:
whoever changes it signs it.
"""

import os

import pytest
from django.test import Client

from portal.core.scope import request_scope
from tests.permissions.matrix import (
    FILE,
    OBJECTS,
    Line,
    answered,
    asked_of,
    derived,
    differences,
    kept,
    places_of,
    written,
)
from tests.permissions.positions import STUDENT, Positions, build
from tests.permissions.ways_in import WAYS, row_of, samples

pytestmark = pytest.mark.django_db
HOW = (
    "\nIf the change is meant: run `make matrix`, read the diff of tests/permissions/matrix.csv line "
    "by line,\nand commit it with the change. A new role or action needs its lines there as well."
)


@pytest.fixture
def campus(db: None) -> Positions:
    return build()


def test_the_rule_answers_as_signed(campus: Positions) -> None:
    now = answered(campus)
    if os.environ.get("MATRIX_WRITE"):
        FILE.write_text(written(now), encoding="utf-8")
    changed = list(differences(kept(), now))
    assert not changed, "\n".join(changed[:60]) + f"\n{len(changed)} in all.{HOW}"
    # One question asked singly for every answer that the lists gave, in every position.
    _ask_singly(campus, now)


def _ask_singly(campus: Positions, now: dict[Line, dict[str, str]]) -> None:
    """``has_perm`` for one person in every class of (object, action, answer) and (object, position,
    answer): lists and single decisions agree."""
    seen: set[tuple[str, str, str]] = set()
    for line, cells in now.items():
        name, action, role, kind = line
        if role == STUDENT:
            continue
        for position, (state, place) in places_of(name).items():
            if position not in cells:
                continue
            answer = cells[position]
            classes = {(name, action, answer), (name, position, answer)}
            if classes <= seen or (kind, place) not in getattr(campus, OBJECTS[name][1]):
                continue
            seen |= classes
            row = getattr(campus, OBJECTS[name][1])[kind, place]
            with request_scope(None):
                person = campus.people[role, kind, state]
                assert person.has_perm(f"cohorts.{action}", row) == (answer == "allow"), (
                    line,
                    position,
                )


def test_every_door_answers_as_signed(campus: Positions) -> None:
    """Pages, fragments, lists, API, typeahead, search and exports, sampled over all positions."""
    table, clients, wrong = kept(), {}, []
    for number, way in enumerate(WAYS):
        for line, position in samples(way, table, 5 * number):
            _object, _action, role, kind = line
            state, place = places_of(way.object)[position]
            row = row_of(way, campus, kind, place)
            if row is None:
                continue
            if (role, kind, state) not in clients:
                clients[role, kind, state] = Client()
                clients[role, kind, state].force_login(campus.people[role, kind, state])
            answer = way.answer(clients[role, kind, state], row)
            expected = way.expected(table, line, position)
            if answer not in expected:
                wrong.append(f"{way.kind} {way.name}: {role}@{kind}, {position}: {answer}, "
                             f"signed {' or '.join(expected)}")  # fmt: skip
    assert not wrong, "\n".join(wrong)


def test_every_cell_follows_from_the_role_and_the_position() -> None:
    """The reader's way: the catalogue of roles and the words of the documentation."""
    wrong = [
        f"{' '.join(line)}, {position}: signed {answer}, by the words {derived(line, position)}"
        for line, cells in kept().items()
        for position, answer in cells.items()
        if answer != "-" and answer != derived(line, position)
    ]
    assert not wrong, "\n".join(wrong[:60])


def test_the_table_has_every_action_for_every_role() -> None:
    lines = set(kept())
    roles = {(role, kind) for _name, _action, role, kind in lines}
    assert {
        (name, action, role, kind)
        for name in OBJECTS
        for action in asked_of(name)
        for role, kind in roles
        if role != STUDENT or name == "student"
    } == lines
