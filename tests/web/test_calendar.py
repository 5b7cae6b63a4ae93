"""The calendar of due days: read back with a library of others, and its secret address."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from casework.domain.cases import assign_owner
from casework.domain.follow_ups import log_follow_up
from casework.domain.lock_outs import lock_out
from casework.domain.transitions import Receiver, send_case
from casework.enums import Channel, Move
from casework.models import Case, KeyRequest, Request
from cohorts.domain.tasks import give_task
from cohorts.models import Task
from portal.core.domain.calendars import make_address
from portal.core.models import AuditEntry, CalendarAddress, User
from tests.casework.request_cast import people_around, routed
from tests.world import World

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def _no_limit_reached() -> None:
    cache.clear()


def read(secret: str, **headers: str) -> Any:
    return Client(headers=headers).get(f"/calendar/{secret}.ics")


def events(person: User) -> dict[str, Any]:
    """The calendar of this person by a new address: UID without its domain -> event."""
    answer = read(make_address(actor=person)[1])
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    found = Calendar.from_ical(answer.content)
    assert str(found["METHOD"]) == "PUBLISH"
    assert not found.errors
    rows = {str(one["UID"]).partition("@")[0]: one for one in found.walk("VEVENT")}
    assert all(not one.errors for one in rows.values())
    return rows


def life(world: World) -> Case:
    people_around(world)
    case = world.add_case("gu", "RED")
    assign_owner(actor=None, case=case, owner=world.zhou)
    other = world.add_case("cheng")
    assign_owner(actor=None, case=other, owner=world.shen)
    day = timezone.localdate()
    Case.objects.filter(pk=case.pk).update(
        review_due_on=day + dt.timedelta(days=5),
        contact_due_at=dt.datetime.combine(day, dt.time(14, 30), SHANGHAI),
    )
    Case.objects.filter(pk=other.pk).update(
        contact_due_at=dt.datetime.combine(
            day + dt.timedelta(days=2), dt.time(23, 59, 59), SHANGHAI
        )
    )
    log_follow_up(
        actor=world.lu, student=world.gu, channel=Channel.FACE, content="约好下周再看课表",
        happened_at=timezone.now() - dt.timedelta(hours=2), next_on=day + dt.timedelta(days=3),
    )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(
        contact_due_at=dt.datetime.combine(day, dt.time(14, 30), SHANGHAI)
    )
    give_task(actor=None, owner=world.lu, text="顾言川的考勤", due_on=day + dt.timedelta(days=1))
    send_case(
        actor=world.zhou, case=case, kind=Move.REQUEST, to=Receiver(person=world.he),
        words="请协助联系宿舍", due_at=dt.datetime.combine(day + dt.timedelta(days=1), dt.time(9), SHANGHAI),
    )  # fmt: skip
    routed(world)
    case.refresh_from_db()
    return case


def test_each_person_gets_the_own_days_and_no_name(world: World) -> None:
    case = life(world)
    day = timezone.localdate()
    zhou = events(world.zhou)
    contact = zhou[f"contact-{case.pk}"]
    assert contact["DTSTART"].dt == dt.datetime.combine(day, dt.time(14, 30), SHANGHAI)
    assert contact["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert zhou[f"review-{case.pk}"]["DTSTART"].dt == day + dt.timedelta(days=5)
    assert str(contact["URL"]).endswith(f"/cases/{case.pk}/")
    (shen,) = [one for key, one in events(world.shen).items() if key.startswith("contact-")]
    assert shen["DTSTART"].dt == day + dt.timedelta(days=2), "to the end of a day is the day"
    lu = events(world.lu)
    task = Task.objects.get()
    assert lu[f"task-{task.pk}"]["DTSTART"].dt == task.due_on
    assert [one["DTSTART"].dt for key, one in lu.items() if key.startswith("talk-")] == [
        day + dt.timedelta(days=3)
    ]
    assert any(key.startswith("move-") for key in events(world.he))
    asked = Request.objects.get()
    assert events(world.repair)[f"request-{asked.pk}"]["DTSTART"].dt == asked.due_on
    keys = {f"key-{one.pk}" for one in KeyRequest.objects.all()}
    assert keys
    assert keys & set(events(world.jiang))
    assert events(world.aud) == {}
    for person in (world.zhou, world.lu, world.he, world.jiang, world.repair, world.shen):
        words = read(make_address(actor=person)[1]).content.decode()
        assert not [s.name for s in world.students.values() if s.name in words]
        assert not [s.student_no for s in world.students.values() if s.student_no in words]
        assert not [word for word in ("红", "学业", "考勤", "重点") if word in words]


def test_the_same_days_are_the_same_bytes_and_are_not_sent_again(world: World) -> None:
    case = life(world)
    secret = make_address(actor=world.zhou)[1]
    first = read(secret)
    again = read(secret, **{"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert read(secret).content == first.content
    Case.objects.filter(pk=case.pk).update(review_due_on=timezone.localdate())
    changed = read(secret, **{"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    lock_out(actor=None, case=case, person=world.zhou, reason="与学生有亲属关系")
    assert f"contact-{case.pk}" not in read(secret).content.decode()


def test_the_address_is_shown_once_renewed_and_revoked(world: World) -> None:
    client = Client()
    client.force_login(world.zhou)
    page = client.post("/me/calendar/", {"act": "make"}).content.decode()
    secret = page.partition("testserver/calendar/")[2].partition(".ics")[0]
    assert len(secret) > 40
    assert secret not in client.get("/me/calendar/").content.decode()
    assert secret not in str(CalendarAddress.objects.values())
    assert secret not in str(AuditEntry.objects.values())
    assert read(secret).status_code == 200
    client.post("/me/calendar/", {"act": "make"})
    assert read(secret).status_code == 404
    newer = make_address(actor=world.zhou)[1]
    assert read(newer).status_code == 200
    client.post("/me/calendar/", {"act": "revoke"})
    assert read(newer).status_code == 404
    made = AuditEntry.objects.filter(action="make_calendar_address", actor=world.zhou)
    assert (made.count(), AuditEntry.objects.filter(action="revoke_calendar_address").count()) == (3, 1)  # fmt: skip


@pytest.mark.parametrize("change", [{"is_active": False}, {"expires_on": dt.date(2026, 1, 31)}])
def test_the_address_dies_with_the_account(world: World, change: dict[str, Any]) -> None:
    secret = make_address(actor=world.zhou)[1]
    User.objects.filter(pk=world.zhou.pk).update(**change)
    assert read(secret).status_code == 404
    assert read("nothing").status_code == 404


def test_whoever_asks_too_often_waits(world: World, settings: Any) -> None:
    settings.CALENDAR_RATE = "2/hour"
    secret, other = make_address(actor=world.zhou)[1], make_address(actor=world.lu)[1]
    assert [read(secret).status_code for _time in range(3)] == [200, 200, 429]
    assert int(read(secret)["Retry-After"]) > 0
    assert read(other).status_code == 200
    assert [read("guess").status_code for _time in range(3)] == [404, 404, 429]
