"""Digests: who gets one when, and that each number is that of the page behind it."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.domain.cases import assign_owner, seat_person
from casework.domain.follow_ups import log_follow_up
from casework.domain.lock_outs import lock_out
from casework.domain.transitions import Receiver, send_case
from casework.enums import Channel, Move
from casework.models import Case, CaseLevel
from cohorts.domain.digests import LATEST, plan_digests, slot_of
from cohorts.domain.reconcile import reconcile
from cohorts.domain.task_reminders import remind_task_owners
from cohorts.domain.tasks import give_task
from cohorts.models import Appointment, RoleRhythm, Task
from cohorts.queries.rhythms import default_rhythm, own_rhythm
from portal.core.domain.mails import drop_rhythm, set_rhythm
from portal.core.dues import due_lines, people_with_dues
from portal.core.models import (
    Every,
    MailClock,
    MailKind,
    MailRhythm,
    Notification,
    OutMail,
    User,
)
from portal.core.tasks import send_mails
from tests.casework.request_cast import people_around, routed, sent
from tests.world import World

pytestmark = pytest.mark.django_db
# A Tuesday, and the Monday after.
TUESDAY, MONDAY = dt.date(2026, 11, 24), dt.date(2026, 11, 30)


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), timezone.get_default_timezone())


def life(world: World) -> World:
    """Something of every kind that can wait for somebody; all have an address."""
    people_around(world)
    for key, person in world.people.items():
        User.objects.filter(pk=person.pk).update(email=f"{key}@example.edu")
    late = world.add_case("gu", "RED", at=timezone.now() - dt.timedelta(days=20))
    assign_owner(actor=None, case=late, owner=world.zhou)
    silent = world.add_case("song", "YELLOW")
    assign_owner(actor=None, case=silent, owner=world.zhou)
    reviewed = world.add_case("cheng", "YELLOW")
    assign_owner(actor=None, case=reviewed, owner=world.shen)
    Case.objects.filter(pk=reviewed.pk).update(review_due_on=timezone.localdate())
    seat_person(actor=world.zhou, case=late, person=world.nobody, duty="联系")
    log_follow_up(
        actor=world.lu, student=world.gu, channel=Channel.FACE, content="约好今天再看课表",
        happened_at=timezone.now() - dt.timedelta(hours=2), next_on=timezone.localdate(),
    )  # fmt: skip
    for owner, days in ((world.lu, 0), (world.zhou, 0), (world.shen, 3)):
        give_task(actor=None, owner=owner, text="核对考勤表", due_on=timezone.localdate())
        Task.objects.filter(owner=owner).update(
            due_on=timezone.localdate() - dt.timedelta(days=days)
        )
    send_case(
        actor=world.zhou, case=late, kind=Move.TRANSFER, to=Receiver(person=world.he),
        words="换岗交接，请接手联系", due_at=timezone.now() + dt.timedelta(days=2),
    )  # fmt: skip
    sent(world)
    routed(world)
    return world


def test_every_number_is_that_of_the_page_behind_it_for_every_account(world: World) -> None:
    """The page is opened as this person and the rows of its list are counted."""
    life(world)
    told: set[str] = set()
    for key, person in world.people.items():
        lines = {line.code: line for line in due_lines(person, is_brief=False)}
        told |= set(lines)
        client = Client()
        client.force_login(person)
        for code, line in lines.items():
            page = client.get(line.url)
            assert page.status_code == 200 or code == "notices", (key, code)
            text = page.content.decode()
            assert str(line.number) in line.words
            counted = {
                "silent": r'href="/cases/(\d+)/"', "reviews": r'href="/cases/(\d+)/"',
                "tasks_late": r'href="/tasks/(\d+)/"', "tasks_today": r'href="/tasks/(\d+)/"',
                "requests": r'href="/requests/(\d+)/"', "desk": r'href="/requests/(\d+)/"',
                "keys": r'href="/keys/(\d+)/"',
            }.get(code)  # fmt: skip
            if counted:
                assert len(set(re.findall(counted, text))) == line.number, (key, code)
            if code in ("overdue", "today", "new", "agreed"):
                assert "顾言川" in text or "宋远" in text or "程亦安" in text or "罗" in text, (
                    key,
                    code,
                )
    assert {"overdue", "silent", "reviews", "agreed", "tasks_late", "tasks_today", "moves", "keys",
            "requests", "desk", "notices"} <= told  # fmt: skip


def test_nobody_with_something_due_is_passed_over(world: World) -> None:
    life(world)
    busy = people_with_dues(is_brief=False)
    assert busy is not None
    for key, person in world.people.items():
        assert not due_lines(person, is_brief=False) or person.pk in busy, key
    idle = {world.qian.pk, world.aud.pk, world.gao.pk}
    assert not busy & (idle - {n.user_id for n in Notification.objects.all()})


def numbers(person: User) -> dict[str, int]:
    return {line.code: line.number for line in due_lines(person, is_brief=False)}


def test_whoever_is_locked_out_or_has_left_counts_nothing(world: World) -> None:
    life(world)
    before = numbers(world.zhou)
    lock_out(
        actor=None, case=Case.objects.get(student=world.gu), person=world.zhou,
        reason="与学生有亲属关系",
    )  # fmt: skip
    after = numbers(world.zhou)
    assert (before["today"], after.get("today")) == (1, None)
    assert after["overdue"] == before["overdue"] == 1
    Appointment.objects.filter(person=world.zhou).update(revoked_at=timezone.now())
    reconcile([world.zhou.pk])
    assert not set(numbers(world.zhou)) & {"overdue", "today", "new", "silent", "keys", "requests"}


def test_reading_costs_the_same_for_one_and_for_many(world: World) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            due_lines(world.zhou, is_brief=False)
            due_lines(world.zhou, is_brief=True)
        return len(caught)

    life(world)
    due_lines(world.zhou, is_brief=False)
    few = statements()
    for key in ("luo", "ye"):
        case = world.add_case(key)
        assign_owner(actor=None, case=case, owner=world.zhou)
    for _more in range(3):
        give_task(actor=None, owner=world.zhou, text="再核对", due_on=timezone.localdate())
    assert statements() == few
    assert few <= 45


def planned(world: World, now: dt.datetime, since: dt.datetime | None = None) -> dict[str, str]:
    """Who was promised a mail by a run at ``now``, the last one having been an hour before."""
    OutMail.objects.all().delete()
    MailClock.objects.update_or_create(
        name="digests", defaults={"upto": since or now - dt.timedelta(hours=1)}
    )
    plan_digests(now)
    names = {person.pk: key for key, person in world.people.items()}
    return {names[one.user_id]: one.kind for one in OutMail.objects.all()}


def test_defaults_come_from_the_first_post_and_the_own_choice_goes_before(world: World) -> None:
    assert own_rhythm(world.zhou).every == Every.WORKDAYS
    assert (own_rhythm(world.lin).every, own_rhythm(world.lin).brief) == (Every.WORKDAYS, True)
    assert own_rhythm(world.lu).every == Every.WEEKLY
    assert own_rhythm(world.nobody).every == Every.OFF
    assert own_rhythm(world.gu_account).every == Every.OFF
    # What became of others in the same role, or of an earlier post, does not matter.
    gone = timezone.localdate() - dt.timedelta(days=9)
    world.add_post("nobody", "contract_leader", "chem24", ends_on=gone)
    Appointment.objects.filter(person=world.shen).update(ends_on=gone)
    assert own_rhythm(world.lin).brief
    assert own_rhythm(world.nobody).every == own_rhythm(world.shen).every == Every.OFF
    assert own_rhythm(world.zhou).every == Every.WORKDAYS
    RoleRhythm.objects.filter(role__code="counsellor").update(hour=6)
    assert own_rhythm(world.zhou).hour == 6
    set_rhythm(actor=world.zhou, **{**own_rhythm(world.zhou).values(), "every": "off"})
    assert own_rhythm(world.zhou).every == Every.OFF
    drop_rhythm(actor=world.zhou)
    assert own_rhythm(world.zhou).hour == default_rhythm(world.zhou).hour == 6


def test_one_mail_a_day_at_the_chosen_hour_for_those_with_something_due(world: World) -> None:
    with time_machine.travel(at(TUESDAY, 8, 2), tick=False):
        life(world)
        assert set(planned(world, at(TUESDAY, 8, 2))) == {"zhou", "shen", "he", "jiang", "repair", "desk", "lin"} - {
            key for key in ("lin", "jiang") if world.people[key].pk not in (people_with_dues(is_brief=False) or set())
        }  # fmt: skip
        made = OutMail.objects.count()
        assert plan_digests(at(TUESDAY, 8, 7)) == 0
        MailClock.objects.update(upto=at(TUESDAY, 7))
        assert plan_digests(at(TUESDAY, 8, 9)) == 0, "the same slot again"
        assert OutMail.objects.count() == made
        assert planned(world, at(TUESDAY, 9, 30)) == {}
        MailRhythm.objects.create(user=world.zhou, every="daily", hour=21)
        assert set(planned(world, at(TUESDAY, 21, 4))) == {"zhou"}
        assert "zhou" not in planned(world, at(TUESDAY, 8, 4))
        User.objects.filter(pk=world.shen.pk).update(email="")
        assert "shen" not in planned(world, at(TUESDAY, 8, 4))


def test_working_days_weekdays_and_the_brief_of_monday(world: World) -> None:
    life(world)
    saturday = TUESDAY + dt.timedelta(days=4)
    assert planned(world, at(saturday, 8, 1)) == {}
    monday = planned(world, at(MONDAY, 8, 1))
    assert monday["lu"] == MailKind.DIGEST
    assert (monday["lin"], monday["jiang"], monday["he"]) == (MailKind.BRIEF,) * 3
    assert "lu" not in planned(world, at(TUESDAY, 8, 1))
    assert monday["qian"] == MailKind.BRIEF


def test_a_clock_that_stood_still_makes_up_for_half_a_day_and_no_more(world: World) -> None:
    life(world)
    morning, days = at(TUESDAY, 8), dt.timedelta(days=3)
    assert "zhou" in planned(world, morning + dt.timedelta(hours=4), since=morning - days)
    assert planned(world, morning + LATEST + dt.timedelta(hours=1), since=morning - days) == {}
    assert slot_of(MailRhythm(every="daily", hour=8), at(TUESDAY, 7))[1] is None
    night = slot_of(MailRhythm(every="daily", hour=23), at(TUESDAY, 1))
    assert night[1] == at(TUESDAY - dt.timedelta(days=1), 23)


def test_mails_name_nobody_and_no_level_and_the_brief_holds_the_day_as_well(world: World) -> None:
    life(world)
    with time_machine.travel(at(MONDAY, 8, 1)):
        planned(world, timezone.now())
        send_mails()
        assert send_mails()["sent"] == 0
    assert len({one.to[0] for one in mail.outbox}) == len(mail.outbox) >= 8
    students = {student.name for student in world.students.values()}
    levels = set(CaseLevel.objects.values_list("name", flat=True))
    for one in mail.outbox:
        own = next(p.name for k, p in world.people.items() if one.to == [f"{k}@example.edu"])
        words = one.subject + str(one.body).replace(f"{own}，", "")
        assert not [name for name in students if name in words]
        assert not [name for name in levels | {"心理", "学业", "红", "橙", "重点"} if name in words]
        assert not [s.student_no for s in world.students.values() if s.student_no in words]
        assert own not in one.subject
        for url in re.findall(r"https?://\S+", str(one.body)):
            assert url.startswith("http://localhost:8000/")
    (lin,) = [one for one in mail.outbox if one.to == ["lin@example.edu"]]
    assert "每周简报" in lin.subject
    assert "/contracts/" in str(lin.body)


def test_a_line_in_the_bell_about_tasks_once_a_day(world: World) -> None:
    life(world)
    Notification.objects.all().delete()
    assert [remind_task_owners(), remind_task_owners()] == [3, 0]
    assert Notification.objects.get(user=world.shen).url == "/tasks/?state=late"
    assert Notification.objects.get(user=world.lu).url == "/tasks/?state=today"


def test_the_page_keeps_the_choice_and_shows_what_a_mail_would_say(world: World) -> None:
    life(world)
    client = Client()
    client.force_login(world.zhou)
    page = client.get("/me/reminders/").content.decode()
    assert "zhou@example.edu" in page
    assert "/cases/?figure=unrecorded" in page
    form: dict[str, Any] = {"email": "new@example.edu", "every": "weekly", "hour": "9", "weekday": "4",
                            "at_once": "on", "quiet_from": "21", "quiet_until": "8"}  # fmt: skip
    for wrong in ({"hour": "24"}, {"every": "hourly"}, {"email": "x"}, {"weekday": "7"}):
        answer = client.post("/me/reminders/", form | wrong)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    assert not MailRhythm.objects.exists()
    assert client.post("/me/reminders/", form).status_code == 302
    kept = MailRhythm.objects.get(user=world.zhou)
    assert (kept.every, kept.hour, kept.weekday, kept.brief, kept.quiet_from) == ("weekly", 9, 4, False, 21)  # fmt: skip
    assert User.objects.get(pk=world.zhou.pk).email == "new@example.edu"
    client.post("/me/reminders/", {"act": "default"})
    assert not MailRhythm.objects.exists()
