"""The reach as a plain statement, in both its forms, names the rows that the rule names: for every
kind of record whose routes are written as SQL, on a random campus. (``Campus`` of the oracle.)"""

from typing import Any

import pytest

from portal.core.access import GATHERED, Asked, reach_statement
from portal.core.access.written import is_written
from portal.core.models import User
from portal.core.rows import fetch
from portal.core.scope import request_scope
from tests.permissions.campus import Campus
from tests.permissions.kinds import KINDS
from tests.world import World

pytestmark = pytest.mark.django_db
WRITTEN = [kind for kind in KINDS if is_written(kind.model)]


def gathered(model: Any, person: User, action: str) -> set[int]:
    reach = reach_statement(model, person, action, GATHERED)
    return set() if reach is None else {pk for (pk,) in fetch(*reach)}


def row_by_row(model: Any, person: User, action: str) -> set[int]:
    """Every row put to the test on its own, as a walk along an index does."""
    reach = reach_statement(model, person, action, Asked(by_row=True))
    if reach is None:
        return set()
    sql, params = reach
    tested = f"""SELECT r.id FROM {model._meta.db_table} r
                  WHERE EXISTS (SELECT 1 FROM ({sql}) reach(id) WHERE reach.id = r.id OFFSET 0)"""
    return {pk for (pk,) in fetch(tested, params)}


def test_what_is_written_as_sql_is_the_rule_for_everybody_on_a_random_campus(world: World) -> None:
    names = {kind.model.__name__ for kind in WRITTEN}
    assert {"Student", "Case", "KeyRequest", "Transition", "Request", "PartyMember"} <= names
    campus, seen = Campus(world, seed=3), set()
    for person in campus.people:
        with request_scope(None):
            for kind in WRITTEN:
                for action in kind.actions:
                    rows = kind.model._default_manager.restrict(person, action)  # type: ignore[attr-defined]
                    rule = set(rows.values_list("pk", flat=True))
                    assert gathered(kind.model, person, action) == rule, (person, action)
                    assert row_by_row(kind.model, person, action) == rule, (person, action)
                    seen |= {kind.name} if rule else set()
    assert seen == {kind.name for kind in WRITTEN}, "some kind was empty for everybody"
