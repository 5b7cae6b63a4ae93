"""Blocks of a page about a student that the statement of the row told to be empty are not asked."""

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.http import Http404
from django.test import override_settings

from portal.core.access import Companions
from portal.core.asks import asked_panels, panels_there
from portal.core.models import User
from portal.core.registry import panels
from portal.core.scope import request_scope, today
from students.models import Student
from tests.web.seeding import shared_by_module

pytestmark = pytest.mark.django_db
PAGES = {"student": "see_card", "picture": "see_record"}
# Read beside a row of the block, and never without one.
BESIDE = {"sealed": {"casework_sealednote", "casework_screening", "casework_case"}}
NAMED = [(page, one) for page in PAGES for one in panels(page) if one.tables]


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """The demo school, once for all tests of this module."""

    def fill() -> None:
        var = tmp_path_factory.mktemp("demo")
        with override_settings(VAR_DIR=var), pytest.MonkeyPatch.context() as patch:
            patch.setenv("DEMO_STUDENTS", "300")
            call_command("prepare_demo", verbosity=0, stdout=StringIO())

    with shared_by_module(django_db_blocker, fill):
        yield


def with_rows(tables: tuple[str, ...]) -> set[int]:
    found: set[int] = set()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT student_id FROM "{table}" WHERE student_id IS NOT NULL')
            found |= {pk for (pk,) in cursor.fetchall()}
    return found


def shown(user: User, page: str, student_id: int, bring: Companions) -> dict[str, Any] | None:
    """What the blocks of the page say to ``user``; None where the page is not his to open."""
    with request_scope(None):
        try:
            student = Student.objects.get_for(user, PAGES[page], student_id, bring=bring)
        except (Http404, PermissionDenied):
            return None
        listed, _found = asked_panels(page, user, student, {}, student=student.pk, day=today())
        return {one["panel"].code: one["data"] for one in listed}


def test_blocks_say_the_same_where_the_empty_ones_are_not_asked(demo: None) -> None:
    students = list(Student.objects.order_by("pk").values_list("pk", flat=True))
    busy = {pk for _page, one in NAMED for pk in sorted(with_rows(one.tables))[:3]}
    opened = 0
    for user in User.objects.filter(is_demo=True):
        for page in PAGES:
            for pk in sorted(busy | set(students[::60])):
                told = shown(user, page, pk, panels_there(page))
                assert told == shown(user, page, pk, ()), (user.username, page, pk)
                opened += told is not None
    assert opened > 100


def about_students() -> set[str]:
    """Tables with a student of their own."""
    return {
        model._meta.db_table
        for model in apps.get_models()
        if any(field.column == "student_id" for field in model._meta.concrete_fields)
    }


@pytest.mark.parametrize(("page", "panel"), NAMED, ids=[f"{p} {o.code}" for p, o in NAMED])
def test_a_block_names_all_tables_that_its_rows_come_from(
    demo: None, page: str, panel: Any
) -> None:
    asked = set()
    for user in User.objects.filter(is_demo=True):
        for student in Student.objects.order_by("pk")[:40]:
            with request_scope(None):
                ask = panel.ask(user, student)
            if ask is not None:
                asked |= set(re.findall(r"(?:FROM|JOIN) (\w+)", ask.sql))
    assert asked, "nobody asks"
    assert (asked & about_students()) - BESIDE.get(panel.code, set()) == set(panel.tables)
