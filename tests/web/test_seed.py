"""The invented school can be made again, in any size."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from cohorts.models import University
from portal.web.seed.school import LOADED
from portal.web.seed.timeline import Timeline
from students.models import Student

pytestmark = pytest.mark.django_db
# Different in every installation: a cipher never comes out twice, a digest has a key.
_PRIVATE = {"id_cipher", "id_hash", "phone_cipher", "text_cipher", "grounds_cipher"}
# Numbers of steps of warnings, which no first run gives back to a second one.
_PRIVATE |= {"source_id", "key"}


def seed(students: int, number: int = 7) -> None:
    call_command("seed_school", students=students, seed=number, verbosity=0)


def digest() -> str:
    """One number for everything that was written."""
    marks = []
    with connection.cursor() as cursor:
        for model in LOADED:
            columns = [f.column for f in model._meta.concrete_fields if f.column not in _PRIVATE]
            names = ", ".join(f't."{name}"' for name in columns)
            key = model._meta.pk.column
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(md5(ROW({names})::text), '' ORDER BY "
                f't."{key}"), \'\')) FROM "{model._meta.db_table}" t'
            )
            marks.append(cursor.fetchone()[0])
    return " ".join(marks)


def digest_of(students: int, number: int) -> str:
    with transaction.atomic():
        seed(students, number)
        found = digest()
        transaction.set_rollback(True)
    return found


def test_the_same_seed_gives_the_same_school_and_another_seed_another() -> None:
    first = digest_of(200, 7)
    assert digest_of(200, 7) == first
    assert digest_of(200, 8) != first


@pytest.mark.parametrize("students", [200, 733])
def test_a_school_of_any_size_has_exactly_that_many_students(students: int) -> None:
    seed(students)
    assert Student.objects.count() == students
    assert University.objects.get().name == "示范大学"


@pytest.mark.parametrize("students", [199, 200_001])
def test_it_refuses_sizes_that_it_cannot_build(students: int) -> None:
    with pytest.raises(CommandError, match="between 200 and 200000"):
        seed(students)


@pytest.mark.parametrize(
    ("today", "years", "latest", "starts_on"),
    [
        (dt.date(2026, 11, 22), [2023, 2024, 2025, 2026], "2026-2027-1", dt.date(2026, 8, 31)),
        (dt.date(2026, 8, 30), [2022, 2023, 2024, 2025], "2025-2026-2", dt.date(2026, 2, 23)),
        (dt.date(2027, 3, 10), [2023, 2024, 2025, 2026], "2026-2027-2", dt.date(2027, 3, 1)),
    ],
)
def test_entry_years_and_terms_are_counted_from_today(
    today: dt.date, years: list[int], latest: str, starts_on: dt.date
) -> None:
    times = Timeline(today)
    assert times.entry_years == years
    assert (times.terms[-1].code, times.terms[-1].starts_on) == (latest, starts_on)
    assert all(term.starts_on.weekday() == 0 for term in times.terms)


def schema() -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
            "UNION ALL SELECT conname, pg_get_constraintdef(oid) || convalidated::text "
            "FROM pg_constraint ORDER BY 1, 2"
        )
        found: list[tuple[str, ...]] = cursor.fetchall()
    return found


def test_a_large_school_is_loaded_without_indexes_and_gets_every_one_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, small = schema(), digest_of(200, 7)
    monkeypatch.setattr("portal.web.seed.school.LARGE", 200)
    seed(200)
    assert digest() == small
    assert schema() == before
