"""A row that is asked for brings with it, in one statement, what the rule asks about it."""

import contextlib
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from casework.models import Case
from cohorts.access import granted_unit_ids
from cohorts.models import Cohort, Unit
from portal.core.scope import request_scope
from students.access import unit_ids_of
from students.models import Student
from tests.world import World

pytestmark = pytest.mark.django_db


def statements_of(model: Any, user: Any, pk: Any) -> tuple[int, bool]:
    """How many statements ``get_for`` takes in a new request, and whether it gives the row."""
    with request_scope(None), CaptureQueriesContext(connection) as asked:
        try:
            model.objects.get_for(user, model.see_action, pk)
        except Http404:
            return len(asked), False
        return len(asked), True


def test_a_row_given_hidden_or_missing_takes_one_statement_each(world: World) -> None:
    case, of_shen = world.add_case("gu"), world.add_case("cheng")
    hers, other = world.students["gu"], world.students["cheng"]
    assert statements_of(Student, world.zhou, hers.pk) == (1, True)
    assert statements_of(Student, world.zhou, other.pk) == (1, False)
    assert statements_of(Student, world.zhou, 10**9) == (1, False)
    assert statements_of(Case, world.zhou, case.pk) == (1, True)
    assert statements_of(Case, world.zhou, of_shen.pk) == (1, False)
    assert statements_of(Case, world.zhou, 10**9) == (1, False)
    assert statements_of(Cohort, world.he, world.mingde23.pk) == (1, True)


def test_where_a_student_stands_is_told_alike_with_the_row_and_alone(world: World) -> None:
    world.add_case("gu")
    told = 0
    for model in (Student, Case):
        for row in model.objects.all():
            student_id = getattr(row, "student_id", row.pk)
            alone = sorted(unit_ids_of(student_id))
            with request_scope(None):
                try:
                    model.objects.get_for(world.zhou, model.see_action, row.pk)
                except Http404:
                    continue
                with CaptureQueriesContext(connection) as asked:
                    assert sorted(unit_ids_of(student_id)) == alone
                assert not asked.captured_queries
                told += 1
    assert told > 2


def test_units_of_a_person_are_told_alike_with_a_row_and_alone(world: World) -> None:
    for person in world.people.values():
        alone = granted_unit_ids(person, "see_card")
        with request_scope(None):
            with contextlib.suppress(Http404):
                Student.objects.get_for(person, "see_card", world.students["gu"].pk)
            assert granted_unit_ids(person, "see_card") == alone


def test_a_unit_is_given_in_a_request_to_those_whose_list_holds_it(world: World) -> None:
    given = 0
    for person in world.people.values():
        for model in (Unit, Cohort):
            listed = set(
                model.objects.restrict(person, model.see_action).values_list("pk", flat=True)
            )
            for row in model.objects.all():
                is_given = statements_of(model, person, row.pk)[1]
                assert is_given == (row.pk in listed), (person, row)
                given += is_given
    assert given > 20
