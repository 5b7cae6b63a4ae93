"""Figures that are kept are never older than the data (portal/web/queries/kept.py)."""

import threading

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from portal.web.queries.kept import data_stamp, kept_while_unchanged
from students.models import Student
from tests.world import World, build_world


@pytest.mark.django_db(transaction=True)
def test_a_figure_is_counted_anew_after_a_write_and_kept_before_it() -> None:
    cache.clear()
    world: World = build_world()
    counted: list[int] = []

    def count() -> int:
        counted.append(Student.objects.count())
        return counted[-1]

    assert kept_while_unchanged("probe", count) == kept_while_unchanged("probe", count) == 5
    assert len(counted) == 1
    world.add_student("neu", "新来", "2230519999", "c2301", entry_year=2023)
    assert kept_while_unchanged("probe", count) == 6


@pytest.mark.django_db(transaction=True)
def test_nothing_is_kept_while_another_write_is_under_way() -> None:
    cache.clear()
    world: World = build_world()
    writing, release = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with transaction.atomic():
            Student.objects.filter(pk=world.gu.pk).update(email="a@example.edu")
            writing.set()
            release.wait(30)
        connection.close()

    writer = threading.Thread(target=write_slowly)
    writer.start()
    assert writing.wait(30)
    calls: list[int] = []
    for _turn in range(2):
        kept_while_unchanged("probe", lambda: calls.append(1) or 1)
    assert data_stamp()[1] is False
    release.set()
    writer.join(30)
    assert len(calls) == 2
