"""Figures that are kept are never older than the data (portal/web/queries/kept.py)."""

import datetime as dt
import re
import threading

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from casework.domain.cases import assign_owner
from cohorts.domain.appointments import set_role_actions
from cohorts.models import Appointment
from portal.web.queries.kept import data_stamp, kept_while_unchanged
from students.models import Student
from tests.web.test_pages import client_of
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


def page_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_kept_dashboard_carries_the_token_of_each_session() -> None:
    cache.clear()
    world = build_world()
    case = world.add_case("gu", "RED", at=timezone.now() - dt.timedelta(days=20))
    assign_owner(actor=world.people["lin"], case=case, owner=world.people["zhou"])
    path = f"/cohorts/{world.chem23.pk}/"
    for _session in range(2):
        client = Client(enforce_csrf_checks=True)
        client.force_login(world.people["lin"])
        page = page_of(client, path)
        form = page[page.index(f"/cases/{case.pk}/remind/") :]
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert found is not None
        data = {"csrfmiddlewaretoken": found[1], "kind": "follow_up"}
        assert client.post(f"/cases/{case.pk}/remind/", data).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_kept_dashboard_ends_with_the_right_to_see_it() -> None:
    cache.clear()
    world = build_world()
    world.add_case("gu", "RED", at=timezone.now() - dt.timedelta(days=20))
    client = client_of(world, "lin")
    path = f"/cohorts/{world.chem23.pk}/"
    assert "顾言川" in page_of(client, path)
    assert "顾言川" in page_of(client, path)
    post = Appointment.objects.in_force(timezone.localdate()).get(
        person=world.people["lin"], unit=world.chem23
    )
    only = Permission.objects.get(codename="see_unit").pk
    set_role_actions(actor=None, role=post.role, permission_ids=[only])
    assert "顾言川" not in page_of(client, path)
