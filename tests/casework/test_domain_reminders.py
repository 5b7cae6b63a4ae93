"""The daily reminder of overdue follow-ups."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from casework.domain.cases import assign_owner
from casework.domain.reminders import remind_owners
from casework.models import Case
from casework.tasks import remind_overdue
from portal.core.models import Notification
from tests.concurrently import at_once
from tests.world import World, build_world


def late_case(world: World, student: str, owner: str | None, days: int) -> Case:
    case = world.add_case(student)
    if owner:
        assign_owner(actor=None, case=case, owner=world.people[owner])
    due = timezone.now() - dt.timedelta(days=days)
    Case.objects.filter(pk=case.pk).update(contact_due_at=due)
    return case


def test_each_owner_gets_one_line_with_number_and_longest_wait(world: World) -> None:
    late_case(world, "gu", "zhou", 3)
    late_case(world, "song", "zhou", 9)
    late_case(world, "luo", "shen", 1)
    with override("en"):
        assert remind_owners() == 2
    notice = Notification.objects.get(user=world.zhou)
    assert notice.text == "2 follow-ups are overdue, the longest by 9 days."
    assert notice.url == f"/cases/?figure=overdue&owner={world.zhou.pk}"
    texts = " ".join(Notification.objects.values_list("text", flat=True))
    assert not [s.name for s in world.students.values() if s.name in texts]


def test_running_again_on_the_same_day_rings_nobody_twice(world: World) -> None:
    late_case(world, "gu", "zhou", 3)
    assert [remind_overdue(), remind_overdue(), remind_owners()] == [1, 0, 0]
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        assert remind_overdue() == 1
    assert Notification.objects.filter(user=world.zhou).count() == 2


def test_closed_cases_cases_in_time_and_frozen_owners_ring_nobody(world: World) -> None:
    in_time = world.add_case("gu")
    assign_owner(actor=None, case=in_time, owner=world.zhou)
    Case.objects.filter(pk=in_time.pk).update(contact_due_at=timezone.now() + dt.timedelta(hours=1))
    closed = late_case(world, "song", "zhou", 3)
    Case.objects.filter(pk=closed.pk).update(closed_at=timezone.now(), outcome="solved")
    late_case(world, "luo", "shen", 3)
    late_case(world, "cheng", None, 3)
    world.shen.is_active = False
    world.shen.save()
    assert remind_owners() == 0
    assert not Notification.objects.filter(key__startswith="overdue").exists()


def test_the_work_does_not_grow_with_the_number_of_owners(world: World) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            remind_owners()
        return len([q for q in caught if "SAVEPOINT" not in q["sql"]])

    late_case(world, "gu", "zhou", 3)
    one = statements()
    Notification.objects.all().delete()
    late_case(world, "luo", "shen", 3)
    late_case(world, "ye", "jiang", 3)
    assert statements() == one == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_ring_once() -> None:
    world = build_world()
    late_case(world, "gu", "zhou", 3)
    at_once(remind_owners, remind_owners)
    assert Notification.objects.filter(key__startswith="overdue").count() == 1
