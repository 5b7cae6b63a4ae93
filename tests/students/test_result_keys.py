"""No result without its student, course and term, whichever way it takes in."""

import io
import threading
from collections.abc import Callable
from typing import Any

import psycopg2
import pytest
from django.db import IntegrityError, connection, transaction

from cohorts.models import Term
from portal.core.domain.staging import run_sql
from students.models import Course, CourseResult, Student
from tests.world import World

PARENTS = {
    "student_id": "students_student",
    "course_id": "students_course",
    "term_id": "cohorts_term",
}
COLUMNS = "student_id, course_id, term_id, attempt, sequence, grade, special, credits, is_required"


@pytest.fixture
def kept(world: World) -> CourseResult:
    course = Course.objects.create(code="CHEM2001", name="物理化学", credits=4)
    term = Term.objects.order_by("code").first()
    assert term is not None
    return CourseResult.objects.create(
        student=world.gu, course=course, term=term, grade="86", passed=True, credits=4
    )


def line(kept: CourseResult, **other: Any) -> list[str]:
    keys = {"student_id": kept.student_id, "course_id": kept.course_id, "term_id": kept.term_id}
    return [str(value) for value in (keys | other).values()] + ["resit", "1", "70", "", "4", "t"]


def at_the_end(statement: str, value: Any) -> None:
    """The statement with the checks that a commit makes."""
    run_sql(statement, [value])
    run_sql("SET CONSTRAINTS ALL IMMEDIATE")


def by_insert(rows: list[list[str]]) -> None:
    place = "(" + ", ".join(["%s"] * 9) + ")"
    values = [cell for row in rows for cell in row]
    statement = f"INSERT INTO students_courseresult ({COLUMNS}) VALUES " + ", ".join(
        [place] * len(rows)
    )
    run_sql(statement, values)


def by_copy(rows: list[list[str]]) -> None:
    text = "".join("\t".join(row) + "\n" for row in rows)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY students_courseresult ({COLUMNS}) FROM STDIN", io.StringIO(text))


def by_mapper(rows: list[list[str]]) -> None:
    CourseResult.objects.bulk_create(
        CourseResult(student_id=r[0], course_id=r[1], term_id=r[2], attempt="resit", grade="70", credits=4)
        for r in rows
    )  # fmt: skip


@pytest.mark.parametrize("way", [by_insert, by_copy, by_mapper])
@pytest.mark.parametrize("key", PARENTS)
def test_an_unknown_key_among_good_rows_refuses_all_of_them(
    kept: CourseResult, key: str, way: Callable[[list[list[str]]], None]
) -> None:
    unknown = "1999-2000-1" if key == "term_id" else 99_999_999
    rows = [line(kept), line(kept, **{key: unknown})]
    refused = pytest.raises(
        (IntegrityError, psycopg2.IntegrityError), match=f"{key} = {unknown} .*{PARENTS[key]}"
    )
    with refused, transaction.atomic():
        way(rows)
    assert CourseResult.objects.count() == 1
    way(rows[:1])
    assert CourseResult.objects.count() == 2


@pytest.mark.parametrize("key", PARENTS)
def test_a_result_never_moves_to_an_unknown_key(kept: CourseResult, key: str) -> None:
    unknown: Any = "1999-2000-1" if key == "term_id" else 99_999_999
    with pytest.raises(IntegrityError), transaction.atomic():
        CourseResult.objects.update(**{key: unknown})
    assert CourseResult.objects.get() == kept


@pytest.mark.parametrize(
    ("table", "key", "own"),
    [
        ("students_student", "id", "student_id"),
        ("students_course", "id", "course_id"),
        ("cohorts_term", "code", "term_id"),
    ],
)
def test_what_has_results_is_neither_deleted_nor_renamed(
    kept: CourseResult, table: str, key: str, own: str
) -> None:
    # Nothing else may stand in the way of the deletion.
    alone = Student.objects.create(student_no="7777", name="单", pinyin="dan", entry_year=2024)
    CourseResult.objects.update(student=alone)
    value = getattr(CourseResult.objects.get(), own)
    for statement in (
        f"DELETE FROM {table} WHERE {key} = %s",
        f"UPDATE {table} SET {key} = '77' WHERE {key} = %s",
    ):
        with pytest.raises(IntegrityError, match="still"), transaction.atomic():
            at_the_end(statement, value)
    assert CourseResult.objects.count() == 1


def test_what_has_no_result_any_more_may_go_even_in_the_same_transaction(
    kept: CourseResult,
) -> None:
    pk = kept.course_id
    with transaction.atomic():
        run_sql("DELETE FROM students_course WHERE id = %s", [pk])
        run_sql("DELETE FROM students_courseresult WHERE course_id = %s", [pk])
        run_sql("SET CONSTRAINTS ALL IMMEDIATE")
    assert not Course.objects.filter(pk=pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_course_cannot_go_while_a_result_of_it_is_on_its_way(world: World) -> None:
    """The result is written and not yet committed when the other transaction deletes."""
    course = Course.objects.create(code="CHEM2001", name="物理化学", credits=4)
    term = Term.objects.order_by("code").first()
    assert term is not None
    refusals: list[Exception] = []

    def delete() -> None:
        try:
            run_sql("DELETE FROM students_course WHERE id = %s", [course.pk])
        except IntegrityError as error:
            refusals.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=delete, daemon=True)
    with transaction.atomic():
        CourseResult.objects.create(
            student=world.gu, course=course, term=term, grade="86", credits=4
        )
        other.start()
        other.join(0.5)
        assert other.is_alive(), "the deletion does not wait for the result"
    other.join(30)
    assert refusals
    assert Course.objects.filter(pk=course.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_school_with_results_cannot_be_emptied_beneath_them(world: World) -> None:
    course = Course.objects.create(code="CHEM2001", name="物理化学", credits=4)
    term = Term.objects.order_by("code").first()
    assert term is not None
    CourseResult.objects.create(student=world.gu, course=course, term=term, grade="86", credits=4)
    for table in PARENTS.values():
        with pytest.raises(IntegrityError, match="still has results"):
            run_sql(f"TRUNCATE {table} CASCADE")
    assert Student.objects.filter(pk=world.gu.pk).exists()
    assert CourseResult.objects.count() == 1
