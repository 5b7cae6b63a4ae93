"""The shape of the restricted query: unit ids first, then the reach index (design 5.3)."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from portal.core.access import count_reached
from students.enums import Tree
from students.models import Placement, Student
from tests.world import World

CROWD = 6_000


@pytest.fixture
def crowd(world: World) -> World:
    """Thousands of students elsewhere, so that a wrong plan would be the dearer one."""
    Student.objects.bulk_create(
        Student(student_no=f"9{n:07d}", name="某", pinyin="mou", entry_year=2024)
        for n in range(CROWD)
    )
    pks = Student.objects.filter(student_no__startswith="9").values_list("pk", flat=True)
    Placement.objects.bulk_create(
        Placement(student_id=pk, unit=world.c2401, tree=Tree.CLASS, since=dt.date(2024, 9, 2))
        for pk in pks
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE students_student, students_placement")
    return world


def plan(rows: Any) -> list[dict[str, Any]]:
    """Every node of the plan, outermost first."""
    statement, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", params)
        queue = [cursor.fetchone()[0][0]["Plan"]]
    nodes = []
    while queue:
        node = queue.pop(0)
        nodes.append(node)
        queue += node.get("Plans", [])
    return nodes


def test_a_small_reach_starts_from_the_reach_index_and_never_reads_the_whole_school(
    crowd: World,
) -> None:
    rows = Student.objects.restrict(crowd.lu, "see_card").order_by("student_no")[:50]
    nodes = plan(rows)
    used = {node.get("Index Name") for node in nodes}
    assert "placement_reach" in used, nodes
    assert not [n for n in nodes if n["Node Type"] == "Seq Scan"], nodes


def test_the_unit_ids_stand_in_the_statement_as_one_array(crowd: World) -> None:
    statement, params = Student.objects.restrict(crowd.zhou, "see_card").query.sql_with_params()
    assert "= ANY(%s::bigint[])" in statement
    assert f"{{{crowd.mingde23.pk}}}" in params
    assert "cohorts_" not in statement


def test_a_wide_reach_reads_its_first_page_in_the_order_of_an_index(crowd: World) -> None:
    rows = Student.objects.restrict(crowd.jiang, "see_card").order_by("pinyin", "id")[:50]
    nodes = plan(rows)
    assert not [n for n in nodes if n["Node Type"] in {"Sort", "Seq Scan"}], nodes


@pytest.mark.parametrize("who", ["lin", "zhou", "lu", "wang", "han", "jiang", "nobody", "sys"])
def test_the_count_from_the_reach_is_the_length_of_the_list(world: World, who: str) -> None:
    person = world.people[who]
    expected = Student.objects.restrict(person, "see_card").count()
    assert count_reached(Student, person, "see_card") == expected
