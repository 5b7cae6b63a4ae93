"""The rule about developments, branches and events reads the same by keys, by row and as SQL."""

import datetime as dt
from typing import Any

import pytest
from django.http import Http404
from django.utils import timezone

from cohorts.models import Unit
from partybranch.access import FILE_ACTIONS, LIFE_ACTIONS
from partybranch.models import BranchEvent, Development, PartyMember, PartyOrganization, Sponsorship
from portal.core.access import Asked, reach_statement, reaches_any, reaches_one, seen_as
from portal.core.access.written import GATHERED, is_written
from portal.core.models import User
from portal.core.rows import fetch
from portal.core.scope import request_scope
from students.models import Placement
from tests.partybranch.party import add_party, apply, member_of
from tests.world import World


@pytest.fixture
def campus(world: World) -> World:
    """Files of one branch, one vouched for by a teacher, one of a student who moved away."""
    add_party(world)
    today = timezone.localdate()
    made = {key: apply(world, key, today) for key in ("gu", "cheng", "luo", "ye")}
    Sponsorship.objects.create(
        development=made["gu"], member=member_of(world, "m1"), duty="contact", since=today
    )
    Placement.objects.filter(student=world.ye, tree="branch").update(
        since=today - dt.timedelta(days=1), until=today - dt.timedelta(days=1)
    )
    BranchEvent.objects.create(branch=world.joint, on=today, topic="主题党日")
    return world


def everybody(world: World) -> list[User]:
    pairs = (("gao", "qin"), ("yan", "gao"), ("m1", "gao"), ("lu", "yan"))
    seen = [seen_as(world.people[one], world.people[other]) for one, other in pairs]
    return [*world.people.values(), *seen]


def by_statement(user: User, action: str, form: Asked, **within: Any) -> set[int]:
    reach = reach_statement(Development, user, action, form, **within)
    if reach is None:
        return set()
    rows = fetch(
        f"""SELECT d.id FROM partybranch_development d
             WHERE EXISTS (SELECT 1 FROM ({reach[0]}) reach(id) WHERE reach.id = d.id OFFSET 0)""",
        reach[1],
    )
    return {pk for (pk,) in rows}


def test_the_reach_of_files_as_sql_is_the_rule_for_everybody(campus: World) -> None:
    assert is_written(Development)
    seen = 0
    for user in everybody(campus):
        for action in (*FILE_ACTIONS, "see_own", "see_card"):
            with request_scope(None):
                rows = Development.objects.restrict(user, action)
                rule = set(rows.values_list("pk", flat=True))
                for form in (GATHERED, Asked(by_row=True)):
                    assert by_statement(user, action, form) == rule, (user, action)
                here = set(rows.filter(branch=campus.joint).values_list("pk", flat=True))
                narrowed = by_statement(user, action, GATHERED, branch=campus.joint.pk)
                assert narrowed & here == here
            seen += len(rule)
    assert seen > 20


@pytest.mark.parametrize("model", [Development, PartyOrganization, Unit, BranchEvent])
def test_one_row_is_given_to_those_whose_list_holds_it(campus: World, model: Any) -> None:
    given = 0
    for user in everybody(campus):
        rule = set(model.objects.restrict(user, model.see_action).values_list("pk", flat=True))
        for row in [*model.objects.all(), model(pk=10**9)]:
            with request_scope(None):
                try:
                    found = model.objects.get_for(user, model.see_action, row.pk)
                except Http404:
                    assert row.pk not in rule
                else:
                    assert row.pk in rule
                    assert {
                        f.attname: getattr(found, f.attname) for f in model._meta.concrete_fields
                    } == {f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields}
                    given += 1
    assert given >= 3


def test_a_right_on_a_unit_or_an_event_is_told_as_the_list_tells_it(campus: World) -> None:
    asked = [
        *((PartyOrganization, action) for action in ("see_unit", "see_dues", *LIFE_ACTIONS)),
        *((BranchEvent, action) for action in LIFE_ACTIONS),
        *((PartyMember, action) for action in FILE_ACTIONS),
    ]
    told = 0
    for user in everybody(campus):
        for model, action in asked:
            rule = set(model.objects.restrict(user, action).values_list("pk", flat=True))
            for pk in model.objects.values_list("pk", flat=True):
                with request_scope(None):
                    assert reaches_one(model, user, action, pk) is (pk in rule), (user, action, pk)
                told += pk in rule
            assert not rule or reaches_any(model, user, action)
    assert told > 20
