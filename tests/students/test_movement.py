"""Transfers, allocation of majors, leave, return and graduation: dated, ordered, checked."""

import datetime as dt
import threading
import time
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel
from casework.models import Case, FollowUp
from cohorts.domain.appointments import end_appointment
from cohorts.domain.tree import move_unit
from cohorts.models import Major
from cohorts.queries.study_years import year_words
from portal.core.errors import DomainError
from students.access import own_student_id
from students.domain.movement import (
    Goal,
    allocate_majors,
    leave_university,
    return_to_study,
    take_leave,
    transfer,
)
from students.domain.movement_checks import Order
from students.domain.placements import place_student
from students.domain.statuses import change_status
from students.domain.withdrawals import withdraw_movement
from students.enums import StudentStatus
from students.models import Movement, Placement, StatusPeriod, Student
from students.tasks import turn_day
from tests.world import World, build_world

TODAY = timezone.localdate()
DAY = dt.timedelta(days=1)
NOW = Order(TODAY, "个人申请，双方学院同意", "教字〔2026〕31号")
SOON = Order(TODAY + 30 * DAY, "个人申请，双方学院同意", "教字〔2026〕32号")


@pytest.fixture
def registry(world: World) -> World:
    world.add_person("reg", "邱籍")
    world.add_post("reg", "registrar", "uni")
    return world


def names(user: object) -> set[str]:
    rows = Student.objects.restrict(user, "see_card")  # type: ignore[attr-defined]
    return set(rows.values_list("name", flat=True))


def later(days: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + days * DAY, tick=False)


def overlaps() -> list[tuple[int, str]]:
    """Students who stand in two units of one tree on some day, by plain comparison."""
    rows = list(Placement.objects.order_by("student_id", "tree", "since", "pk"))
    return [
        (a.student_id, a.tree)
        for i, a in enumerate(rows)
        for b in rows[i + 1 :]
        if (a.student_id, a.tree) == (b.student_id, b.tree)
        and a.since <= (b.until or dt.date.max)
        and b.since <= (a.until or dt.date.max)
    ]


def test_from_the_moment_of_a_transfer_the_former_side_sees_nothing(registry: World) -> None:
    w = registry
    moved = transfer(actor=w.reg, student=w.gu, units=[w.m2301, w.zhiyuan23], order=NOW)
    assert moved.kind == "college"
    assert moved.places == {
        "class": [w.c2301.pk, w.m2301.pk], "academy": [w.mingde23.pk, w.zhiyuan23.pk],
    }  # fmt: skip
    for key in ("zhou", "lu", "lin", "han", "gao", "he"):
        assert "顾言川" not in names(w.people[key]), key
    assert "顾言川" in names(w.shen)
    assert overlaps() == []


def test_a_transfer_ahead_changes_sight_on_its_day_and_can_be_withdrawn(registry: World) -> None:
    w = registry
    moved = transfer(actor=w.reg, student=w.gu, units=[w.c2302], order=SOON)
    assert "顾言川" in names(w.lu)
    with later(30):
        assert "顾言川" not in names(w.lu)
    with pytest.raises(DomainError):
        transfer(actor=w.reg, student=w.gu, units=[w.m2301], order=NOW)
    withdraw_movement(actor=w.reg, movement=moved)
    with later(30):
        assert "顾言川" in names(w.lu)
    assert overlaps() == []
    with pytest.raises(DomainError):
        withdraw_movement(actor=w.reg, movement=moved)


def test_who_may_move_is_asked_again_and_for_both_ends(registry: World) -> None:
    w = registry
    with pytest.raises(DomainError):
        transfer(actor=w.han, student=w.gu, units=[w.m2301], order=NOW)
    with pytest.raises(DomainError):
        transfer(actor=w.han, student=w.song, units=[w.c2301], order=NOW)
    with pytest.raises(DomainError):
        transfer(actor=w.zhou, student=w.gu, units=[w.c2302], order=NOW)
    transfer(actor=w.han, student=w.gu, units=[w.c2302], order=NOW)
    end_appointment(actor=None, post=w.posts["reg"])
    with pytest.raises(DomainError):
        leave_university(actor=w.reg, student_ids=[w.song.pk], order=NOW)
    assert not Movement.objects.exclude(student=w.gu).exists()


@pytest.mark.parametrize(
    "order",
    [
        Order(TODAY, "  ", "1"),
        Order(TODAY, "转专业", ""),
        Order(TODAY + 900 * DAY, "转专业", "1"),
        Order(dt.date(2023, 9, 1), "转专业", "1"),
        Order(TODAY, "长" * 201, "1"),
    ],
    ids=["reason", "number", "far", "before", "long"],
)
def test_an_order_without_reason_number_or_a_sane_day_is_refused(
    registry: World, order: Order
) -> None:
    w = registry
    with pytest.raises(DomainError):
        transfer(actor=w.reg, student=w.gu, units=[w.m2301], order=order)
    assert Placement.objects.get(student=w.gu, tree="class").unit_id == w.c2301.pk


def test_overlaps_full_rooms_and_idle_orders_are_refused(registry: World) -> None:
    w = registry
    with pytest.raises(DomainError):
        transfer(actor=w.reg, student=w.gu, units=[w.c2301], order=NOW)
    with pytest.raises(DomainError):
        transfer(actor=w.reg, student=w.gu, units=[w.c2302, w.m2301], order=NOW)
    type(w.room411).objects.update(beds=1)
    transfer(actor=w.he, student=w.song, units=[w.room411], order=Order(TODAY, "调整宿舍"))
    with pytest.raises(DomainError, match="东12舍411"):
        transfer(actor=w.he, student=w.gu, units=[w.room411], order=Order(TODAY, "调整宿舍"))
    Placement.objects.filter(student=w.ye).update(until=TODAY + 5 * DAY)
    with pytest.raises(DomainError):
        place_student(actor=None, student=w.ye, unit=w.c2302, since=TODAY)
    assert overlaps() == []


def test_majors_are_allocated_for_many_at_once_or_for_none(registry: World) -> None:
    w = registry
    major = Major.objects.create(code="081304T", name="能源化学工程", college_id=w.chem.pk)
    goals = {w.gu.pk: Goal((w.c2302,), major), w.luo.pk: Goal((), major)}
    allocate_majors(actor=w.han, goals=goals, order=SOON)
    w.gu.refresh_from_db()
    assert w.gu.major.code == "081301"
    with later(31):
        turn_day()
        w.gu.refresh_from_db()
        assert w.gu.major == major
    with pytest.raises(DomainError):
        allocate_majors(actor=w.han, goals={w.cheng.pk: Goal((w.c2301,)), w.song.pk: Goal((w.c2301,))}, order=NOW)  # fmt: skip
    assert Placement.objects.get(student=w.cheng, tree="class").unit_id == w.c2302.pk


def test_leave_gives_up_the_bed_and_the_return_goes_to_a_lower_cohort(registry: World) -> None:
    w = registry
    take_leave(actor=w.han, student=w.gu, order=NOW, expected_on=TODAY + 200 * DAY)
    w.gu.refresh_from_db()
    assert w.gu.status == StudentStatus.ON_LEAVE
    assert "顾言川" in names(w.zhou)
    bed = Placement.objects.get(student=w.gu, tree="room")
    assert bed.until == TODAY - DAY
    with pytest.raises(DomainError):
        take_leave(actor=w.han, student=w.gu, order=NOW)
    back = Order(TODAY + 200 * DAY, "休学期满", "教字〔2027〕2号")
    with pytest.raises(DomainError):
        return_to_study(actor=w.han, student=w.luo, order=back)
    return_to_study(actor=w.han, student=w.gu, order=back, units=[w.c2401])
    with later(200):
        turn_day()
        w.gu.refresh_from_db()
        assert (w.gu.status, w.gu.entry_year) == (StudentStatus.RETURNED, 2024)
        assert "顾言川" not in names(w.lu)
    assert overlaps() == []


def test_a_graduate_stands_nowhere_and_the_account_opens_nothing(registry: World) -> None:
    w = registry
    client = Client()
    client.force_login(w.gu_account)
    assert client.get(reverse("students:my")).status_code == 200
    leave_university(actor=w.han, student_ids=[w.gu.pk, w.luo.pk], order=SOON)
    assert client.get(reverse("students:my")).status_code == 200
    with later(30):
        for key in ("zhou", "lu", "lin", "wang", "han", "he"):
            assert "顾言川" not in names(w.people[key]), key
        w.gu_account.refresh_from_db()
        assert not w.gu_account.is_in_force()
    with later(30), time_machine.travel(timezone.now(), tick=False):
        client = Client()
        client.force_login(w.gu_account)
        answer = client.get(reverse("students:my"))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/")
    with pytest.raises(DomainError):
        leave_university(actor=w.han, student_ids=[w.cheng.pk], order=NOW, status=StudentStatus.ON_LEAVE)  # fmt: skip


def test_a_graduate_with_a_post_keeps_the_account_but_not_the_own_record(registry: World) -> None:
    w = registry
    w.add_post("gu_account", "class_adviser", "c2401")
    leave_university(actor=w.han, student_ids=[w.gu.pk], order=NOW)
    w.gu_account.refresh_from_db()
    assert w.gu_account.is_in_force()
    assert own_student_id(w.gu_account) is None
    assert names(w.gu_account) == {"叶知秋"}
    assert not Student.objects.restrict(w.gu_account, "see_own").exists()


def test_a_placement_begun_on_the_leaving_day_never_stood(world: World) -> None:
    place_student(actor=None, student=world.gu, unit=world.zhiyuan23, since=TODAY)
    change_status(actor=None, student=world.gu, status=StudentStatus.WITHDRAWN, since=TODAY)
    for key in ("zhou", "shen", "lu", "lin", "wang"):
        assert "顾言川" not in names(world.people[key]), key
    assert not Placement.objects.filter(student=world.gu, since=TODAY).exists()


def test_who_comes_back_by_mistake_of_the_paper_has_the_account_again(world: World) -> None:
    leave_university(actor=None, student_ids=[world.gu.pk], order=NOW)
    change_status(
        actor=None, student=world.gu, status=StudentStatus.ENROLLED, since=TODAY, reason="更正"
    )
    world.gu_account.refresh_from_db()
    assert world.gu_account.is_in_force()
    assert own_student_id(world.gu_account) == world.gu.pk
    assert StatusPeriod.objects.filter(student=world.gu, until=None).count() == 1


def test_a_withdrawn_graduation_leaves_everything_as_it_was(registry: World) -> None:
    w = registry
    before = set(Placement.objects.filter(student=w.gu).values_list("unit", "since", "until"))
    leave_university(actor=w.han, student_ids=[w.gu.pk], order=SOON)
    withdraw_movement(actor=w.han, movement=Movement.objects.get(student=w.gu))
    after = set(Placement.objects.filter(student=w.gu).values_list("unit", "since", "until"))
    assert after == before
    w.gu_account.refresh_from_db()
    assert w.gu_account.expires_on is None
    with later(31):
        turn_day()
        w.gu.refresh_from_db()
        assert w.gu.status == StudentStatus.ENROLLED


def test_the_writer_of_a_talk_loses_the_student_with_the_transfer(registry: World) -> None:
    w = registry
    transfer(actor=w.reg, student=w.gu, units=[w.zhiyuan23], order=NOW)
    with pytest.raises(PermissionDenied):
        log_follow_up(actor=w.zhou, student=w.gu, channel=Channel.FACE, content="约谈后的记录内容")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (dt.date(2023, 8, 20), "not yet entered"),
        (dt.date(2023, 9, 1), "first year"),
        (dt.date(2026, 8, 30), "third year"),
        (dt.date(2026, 8, 31), "fourth year"),
        (dt.date(2027, 9, 1), "fifth year"),
    ],
)
def test_the_year_of_study_turns_with_the_calendar(world: World, day: dt.date, words: str) -> None:
    with override("en"):
        assert year_words(2023, day) == words


@pytest.mark.django_db(transaction=True)
def test_a_class_moved_while_its_counsellor_is_writing_lets_nothing_through() -> None:
    """The writer waits for the case row; meanwhile the class leaves his cohort."""
    w = build_world()
    w.add_person("bai", "白辅")
    w.add_post("bai", "contract_leader", "chem24")
    w.add_case("ye")

    def write() -> Any:
        return log_follow_up(actor=w.bai, student=w.ye, channel=Channel.FACE, content="谈学业安排")

    with transaction.atomic():
        Case.objects.select_for_update().get(student=w.ye)
        writer = threading.Thread(target=lambda: results.append(_result(write)), daemon=True)
        results: list[Any] = []
        writer.start()
        _wait_until_somebody_waits()
        move_unit(actor=None, unit=w.c2401, parent=w.chem23)
    writer.join(30)
    assert isinstance(results[0], PermissionDenied), results
    assert not FollowUp.objects.filter(student=w.ye).exists()


def _result(work: Any) -> Any:
    try:
        return work()
    except Exception as error:
        return error
    finally:
        connection.close()


def _wait_until_somebody_waits() -> None:
    deadline = time.monotonic() + 20
    # Within a transaction the view is read once, unless the copy is thrown away.
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
    pytest.fail("the writer never waited")
