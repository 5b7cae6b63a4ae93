"""A form that arrives twice makes one row; other words under its key are not dropped."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from partybranch.domain.awards import open_round
from partybranch.domain.cultivation import add_entry
from partybranch.domain.development import record_step
from partybranch.domain.honours import enter_honours
from partybranch.domain.league import list_graduates
from partybranch.domain.life import record_event
from partybranch.domain.membership import enter_member
from partybranch.domain.motions import hold_vote
from partybranch.domain.studies import open_study
from partybranch.enums import Body, Look
from partybranch.models import (
    AwardRound,
    BranchEvent,
    CultivationEntry,
    EventKind,
    HonourKind,
    LeagueTransfer,
    Motion,
    PartyMember,
    StepRecord,
)
from portal.core.errors import DomainError
from students.enums import PoliticalStatus
from students.models import Student
from tests.concurrently import at_once
from tests.partybranch.life import event_typed, hold, kinds
from tests.partybranch.party import DAY, add_party, ballot, bring_to, member_of, typed
from tests.world import World, build_world


def thrice(act: Any) -> list[Any]:
    done = at_once(act, act, act)
    assert not [one for one in done if isinstance(one, Exception)], done
    return done


@pytest.mark.django_db(transaction=True)
def test_forms_that_arrive_three_times_at_once_make_one_row_each() -> None:
    world = add_party(build_world())
    key = {"client_key": uuid.uuid4()}
    thrice(lambda: record_event(
        actor=world.qin, branch=world.joint, typed=event_typed(world), **key))  # fmt: skip
    event = BranchEvent.objects.get()
    thrice(lambda: hold_vote(actor=world.qin, event=event, matter="通过年度计划", body=Body.MEETING,
                             ballot=ballot(), **key))  # fmt: skip
    assert Motion.objects.count() == 1
    file = bring_to(world, "gu", 1)
    today = timezone.localdate()
    thrice(lambda: add_entry(actor=world.gao, development=file, kind=Look.TALK, on=today, **key))
    assert CultivationEntry.objects.count() == 1
    file.refresh_from_db()
    made = thrice(lambda: record_step(
        actor=world.gao, development=file, typed=typed(world, 2, today - DAY),
        version=file.version, **key))  # fmt: skip
    assert {one.record.pk for one in made} == {StepRecord.objects.get(step=2).pk}


@pytest.mark.django_db(transaction=True)
def test_the_list_of_graduates_drawn_up_twice_at_once_names_each_once() -> None:
    world = build_world()
    Student.objects.update(political_status=PoliticalStatus.LEAGUE, entry_year=2020)
    done = at_once(lambda: list_graduates(actor=None), lambda: list_graduates(actor=None))
    assert not [one for one in done if isinstance(one, Exception)], done
    assert sum(done) == LeagueTransfer.objects.count() > 0
    assert world.gu.pk in LeagueTransfer.objects.values_list("student_id", flat=True)


@pytest.mark.django_db(transaction=True)
def test_a_member_entered_twice_at_once_is_told_in_words() -> None:
    world = add_party(build_world())
    world.add_person("neu", "新教师")
    today = timezone.localdate()

    def enter() -> PartyMember:
        return enter_member(
            actor=world.qin, branch=world.joint, person=world.neu, since=today,
            joined_on=today - 900 * DAY, full_on=today - 500 * DAY, origin="某高校教工党支部",
        )  # fmt: skip

    done = at_once(enter, enter)
    assert sorted(type(one).__name__ for one in done) == ["DomainError", "PartyMember"], done


@pytest.mark.django_db(transaction=True)
def test_prizes_and_a_round_entered_twice_at_once_stand_once() -> None:
    world = add_party(build_world())
    kind, today = HonourKind.objects.get(code="school_model"), timezone.localdate()
    numbers = [world.gu.student_no, world.cheng.student_no]
    done = at_once(*[lambda: enter_honours(
        actor=world.gao, kind=kind, on=today, proof="校发〔2026〕8号", numbers=numbers)] * 2)  # fmt: skip
    assert sorted(done) == [0, 2], done

    def open_one() -> AwardRound:
        return open_round(actor=world.yan, committee=world.community, name="十佳2026", until=today,
                          apply_until=today, seats=1)  # fmt: skip

    done = at_once(open_one, open_one)
    assert sorted(type(one).__name__ for one in done) == ["AwardRound", "EventError"], done

    def ask() -> EventKind:
        return open_study(actor=world.yan, unit=world.community, name="国庆学习", since=today,
                          until=today)  # fmt: skip

    done = at_once(ask, ask)
    assert sorted(type(one).__name__ for one in done) == ["EventError", "EventKind"], done


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def sent_event(world: World, **changed: Any) -> dict[str, Any]:
    return {
        "kinds": [one.pk for one in kinds("theme_day")], "on": timezone.localdate().isoformat(),
        "place": "党员之家", "topic": "主题党日", "host": "秦守正", "recorder": "秦守正",
        "content": "上午参观校史馆", f"came_{member_of(world, 'qin').pk}": "present",
    } | changed  # fmt: skip


@pytest.mark.django_db
def test_another_event_typed_after_going_back_is_not_dropped(campus: World) -> None:
    client, key = Client(), str(uuid.uuid4())
    client.force_login(campus.qin)
    url = f"/branches/{campus.joint.pk}/life/new/"
    first = sent_event(campus, client_key=key)
    for _copy in range(2):
        assert client.post(url, first).status_code == 302
    other = first | {"topic": "党课", "content": "下午听党课"}
    answer = client.post(url, other)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "下午听党课" in page
    assert key not in page  # the form has a key of its own now and can be sent
    assert BranchEvent.objects.count() == 1


@pytest.mark.django_db
def test_another_entry_of_the_book_typed_after_going_back_is_not_dropped(campus: World) -> None:
    file = bring_to(campus, "gu", 1)
    client, key = Client(), str(uuid.uuid4())
    client.force_login(campus.gao)
    first = {"kind": "report", "on": timezone.localdate().isoformat(), "note": "第一季度",
             "client_key": key}  # fmt: skip
    url = f"/development/{file.pk}/book/"
    for _copy in range(2):
        assert client.post(url, first).status_code == 302
    answer = client.post(url, first | {"note": "第二季度"})
    assert answer.status_code == 422
    assert key not in answer.content.decode()
    assert CultivationEntry.objects.count() == 1


@pytest.mark.django_db
def test_the_key_of_somebody_else_shows_nothing_of_what_it_made(campus: World) -> None:
    key = uuid.uuid4()
    made = record_event(actor=campus.qin, branch=campus.joint, typed=event_typed(campus),
                        client_key=key)  # fmt: skip
    with pytest.raises(DomainError) as refused:
        record_event(actor=campus.yan, branch=campus.joint, typed=event_typed(campus),
                     client_key=key)  # fmt: skip
    assert refused.value.code == "used_key"
    assert made.topic not in str(refused.value)
    event = hold(campus, timezone.localdate())
    vote = {"event": event, "body": Body.MEETING, "ballot": ballot(), "client_key": uuid.uuid4()}
    hold_vote(actor=campus.qin, matter="通过年度计划", **vote)
    with pytest.raises(DomainError) as refused:
        hold_vote(actor=campus.qin, matter="通过另一事项", **vote)
    assert refused.value.code == "used_key"
