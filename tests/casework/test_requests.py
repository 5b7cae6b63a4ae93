"""The loop of a request: sent, sorted, answered, confirmed, asked again; and who sees it when."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.domain import request_moves as moves
from casework.domain import request_sender as sender
from casework.domain.request_codes import make_code, revoke_code
from casework.domain.request_nightly import turn_requests
from casework.domain.requests import send_request
from casework.models import GoesTo, OfficeDuty, Request, RequestStep
from casework.queries.request_routing import proposed_offices
from casework.request_enums import MOVES, Move, RequestState
from cohorts.models import SpecialDay
from portal.core.access import reasons
from portal.core.errors import DomainError, StaleError
from portal.core.models import AuditEntry, Notification
from tests.casework.request_cast import (
    ANSWER,
    WORDS,
    answered,
    days_ago,
    kind,
    people_around,
    routed,
    sent,
    taken,
)
from tests.world import World

pytestmark = pytest.mark.django_db
S = RequestState
STILL = "水龙头又开始滴水，和上次一样。"


@pytest.fixture
def campus(world: World) -> World:
    return people_around(world)


def sees(world: World, request: Request) -> set[str]:
    return {
        key
        for key, person in world.people.items()
        if Request.objects.restrict(person, "see_request").filter(pk=request.pk).exists()
    }


def test_a_request_goes_from_the_student_to_the_desk_the_office_and_back(campus: World) -> None:
    request = sent(campus)
    assert request.first_asked is None
    assert sees(campus, request) == {"gu_account", "desk"}
    request = moves.route_request(actor=campus.desk, request=request, office=campus.repairs)
    assert sees(campus, request) == {"gu_account", "desk", "repair"}
    assert request.first_asked == campus.desk
    request = moves.take_request(actor=campus.repair, request=request)
    request = moves.answer_request(actor=campus.repair, request=request, answer=ANSWER)
    assert (request.state, request.is_in_time) == (S.ANSWERED, True)
    request = sender.reopen_request(actor=campus.gu_account, request=request, words=STILL)
    assert (request.state, request.reopened, request.is_in_time) == (S.IN_PROGRESS, 1, True)
    request = moves.answer_request(actor=campus.repair, request=request, answer=ANSWER)
    request = sender.confirm_request(
        actor=campus.gu_account, request=request, is_solved=True, is_satisfied=True
    )
    assert request.state == S.CLOSED
    assert list(request.steps.values_list("move", flat=True)) == [
        "send", "route", "take", "answer", "reopen", "answer", "confirm",
    ]  # fmt: skip
    assert AuditEntry.objects.filter(object_type="request").count() == 7
    told = Notification.objects.filter(user=campus.gu_account).values_list("text", flat=True)
    assert len(told) == 3
    assert not any("顾言川" in line for line in told)


def test_whoever_brought_it_keeps_sight_until_it_is_closed_also_after_a_transfer(
    campus: World,
) -> None:
    request = sent(campus, actor=campus.lu)
    assert request.first_asked == campus.lu
    request = moves.route_request(actor=campus.desk, request=request, office=campus.repairs)
    request = moves.transfer_request(
        actor=campus.repair, request=request, office=campus.housing, reason="属于宿舍管理范围"
    )
    assert sees(campus, request) == {"lu", "gu_account", "desk", "dorm"}
    assert request.first_asked == campus.lu
    with pytest.raises(PermissionDenied):
        moves.answer_request(actor=campus.repair, request=request, answer=ANSWER)
    request = moves.answer_request(actor=campus.dorm, request=request, answer=ANSWER)
    request = sender.confirm_request(actor=campus.gu_account, request=request, is_solved=True)
    assert "lu" not in sees(campus, request)
    assert [r.route for r in reasons(campus.gu_account, "see_request", request)] == ["own"]


def test_a_transfer_to_nobody_goes_back_to_the_desk_and_needs_a_reason(campus: World) -> None:
    request = routed(campus)
    with pytest.raises(DomainError):
        moves.transfer_request(actor=campus.repair, request=request, reason="错")
    request = moves.transfer_request(actor=campus.repair, request=request, reason="不属于报修事项")
    assert (request.state, request.office) == (S.SENT, None)
    for office in (campus.room412, campus.c2301):
        with pytest.raises(DomainError):
            moves.route_request(actor=campus.desk, request=request, office=office)
    with pytest.raises(DomainError):
        moves.route_request(
            actor=campus.desk, request=request, office=campus.repairs, handler=campus.dorm
        )


def test_only_the_sender_confirms_and_only_those_asked_act(campus: World) -> None:
    request = sent(campus)
    for person in (campus.gu_account, campus.repair, campus.zhou, campus.qian):
        with pytest.raises(PermissionDenied):
            moves.route_request(actor=person, request=request, office=campus.repairs)
    request = moves.route_request(actor=campus.desk, request=request, office=campus.repairs)
    request = moves.answer_request(actor=campus.repair, request=request, answer=ANSWER)
    for person in (campus.repair, campus.desk, campus.cheng_account):
        with pytest.raises(PermissionDenied):
            sender.confirm_request(actor=person, request=request, is_solved=True)
    with pytest.raises(PermissionDenied):
        send_request(actor=campus.cheng_account, kind=kind(), text=WORDS, student=campus.gu)
    with pytest.raises(PermissionDenied):
        send_request(actor=campus.repair, kind=kind(), text=WORDS, student=campus.gu)


def test_the_same_form_sent_again_makes_one_request_and_one_move(campus: World) -> None:
    key = uuid.uuid4()
    first, again = (
        send_request(
            actor=campus.gu_account, kind=kind(), text=WORDS, student=campus.gu, client_key=key
        )
        for _n in range(2)
    )
    assert first.pk == again.pk
    with pytest.raises(DomainError):
        send_request(
            actor=campus.cheng_account, kind=kind(), text=WORDS, student=campus.cheng,
            client_key=key,
        )  # fmt: skip
    moves.route_request(actor=campus.desk, request=first, office=campus.repairs)
    for _n in range(2):
        moves.answer_request(actor=campus.repair, request=first, answer=ANSWER, key=key)
    assert RequestStep.objects.filter(request=first, move=Move.ANSWER).count() == 1
    with pytest.raises(StaleError):
        moves.answer_request(actor=campus.repair, request=first, answer=ANSWER, key=uuid.uuid4())


def test_the_promised_day_is_counted_in_working_days_and_marked_without_a_table(
    campus: World,
) -> None:
    request = sent(campus)
    assert request.is_due_provisional
    weekdays = [timezone.localdate() + dt.timedelta(days=n) for n in range(1, 9)]
    later = [day for day in weekdays if day.weekday() < 5]
    assert request.due_on == later[1]
    SpecialDay.objects.create(day=later[0], kind="off", name="校庆")
    turn_requests()
    request.refresh_from_db()
    if later[2].year == later[0].year:
        assert (request.due_on, request.is_due_provisional) == (later[2], False)


def test_the_duty_list_proposes_by_words_by_kind_and_by_nearness(campus: World) -> None:
    kind_row = kind()
    duties = [
        OfficeDuty(kind=kind_row, matter="水电维修", words="漏水 停电 灯", unit=campus.repairs,
                   owner=campus.repair, answer_days=1),
        OfficeDuty(kind=kind_row, matter="门锁", words="门锁 钥匙", unit=campus.housing),
        OfficeDuty(kind=kind_row, matter="其他报修", goes_to=GoesTo.ACADEMY),
    ]  # fmt: skip
    OfficeDuty.objects.bulk_create(duties)
    request = sent(campus)
    found = proposed_offices(request)
    assert [p.unit.name for p in found] == ["后勤服务中心", "明德书院", "宿舍管理中心"]
    assert found[0].found == ("漏水",)
    request = moves.route_request(
        actor=campus.desk, request=request, office=found[0].unit, duty=found[0].duty
    )
    assert (request.handler, request.answer_days) == (campus.repair, 1)
    assert not sees(campus, request) & {"zhou", "he"}


def test_an_answer_without_a_word_from_the_sender_closes_by_itself_and_says_so(
    campus: World,
) -> None:
    request = days_ago(answered(campus), answered_at=6)
    assert turn_requests()["lapsed"] == 0
    request = days_ago(request, answered_at=2)
    assert turn_requests()["lapsed"] == 1
    assert turn_requests()["lapsed"] == 0
    request.refresh_from_db()
    assert (request.state, request.has_lapsed, request.is_solved) == (S.CLOSED, True, None)
    request = sender.reopen_request(actor=campus.gu_account, request=request, words=STILL)
    assert (request.state, request.has_lapsed) == (S.IN_PROGRESS, False)


def test_after_thirty_days_the_sender_is_asked_again_and_may_say_no(campus: World) -> None:
    request = sender.confirm_request(
        actor=campus.gu_account, request=answered(campus), is_solved=True, is_satisfied=False
    )
    assert request.recheck_on == timezone.localdate() + dt.timedelta(days=30)
    with pytest.raises(DomainError):
        sender.recheck_request(actor=campus.gu_account, request=request, is_still_fine=True)
    request = days_ago(request, recheck_on=30, closed_at=30, answered_at=30)
    assert turn_requests()["asked"] == 1
    with pytest.raises(DomainError):
        sender.recheck_request(actor=campus.gu_account, request=request, is_still_fine=False)
    request = sender.recheck_request(
        actor=campus.gu_account, request=request, is_still_fine=False, words=STILL
    )
    assert (request.state, request.is_still_fine, request.is_in_time) == (
        S.IN_PROGRESS,
        False,
        True,
    )


def test_overdue_requests_remind_each_person_once_a_day_without_names(campus: World) -> None:
    for one in (sent(campus), routed(campus), routed(campus), taken(campus)):
        days_ago(one, due_on=9)
    assert turn_requests()["reminded"] == 2
    turn_requests()
    late = Notification.objects.filter(key__startswith="requests-overdue")
    assert {n.user for n in late} == {campus.desk, campus.repair}
    assert "3" in late.get(user=campus.repair).text


def test_the_counsellor_gets_a_hint_that_tells_nothing_of_the_request(campus: World) -> None:
    request = routed(campus)
    moves.hint_counsellor(actor=campus.repair, request=request, people=[campus.zhou.pk])
    (notice,) = Notification.objects.filter(user=campus.zhou)
    assert notice.url == f"/log/?student={campus.gu.student_no}"
    assert "顾" not in notice.text
    assert "zhou" not in sees(campus, request)


def test_a_code_of_a_building_is_replaced_and_revoked(campus: World) -> None:
    first = make_code(actor=campus.desk, unit=campus.east12)
    second = make_code(actor=campus.desk, unit=campus.east12)
    first.refresh_from_db()
    assert first.revoked_at is not None
    assert revoke_code(actor=campus.desk, code=second).revoked_at is not None
    with pytest.raises(DomainError):
        make_code(actor=campus.desk, unit=campus.c2301)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_order_of_moves_contradicts_the_dates(campus: World, data: Any) -> None:
    """Moves tried at random: what the table refuses changes nothing, what it allows fits."""
    with transaction.atomic():
        request = sent(campus)
        for _n in range(data.draw(st.integers(1, 8))):
            move = data.draw(st.sampled_from(sorted(set(MOVES) - {Move.LAPSE, Move.HINT})))
            before = request.state
            try:
                request = TRIED[move](campus, request)
            except (DomainError, PermissionDenied):
                request.refresh_from_db()
                assert request.state == before
                continue
            assert before in MOVES[move][0]
            facts = {
                S.WITHDRAWN: request.withdrawn_at, S.CLOSED: request.closed_at,
                S.ANSWERED: request.answered_at, S.IN_PROGRESS: request.taken_at,
                S.ROUTED: request.routed_at,
            }  # fmt: skip
            latest = next((state for state, at in facts.items() if at), S.SENT)
            assert request.state == latest
        transaction.set_rollback(True)


TRIED = {
    Move.ROUTE: lambda w, r: moves.route_request(actor=w.desk, request=r, office=w.repairs),
    Move.TAKE: lambda w, r: moves.take_request(actor=w.repair, request=r),
    Move.TRANSFER: lambda w, r: moves.transfer_request(
        actor=w.desk, request=r, reason="转由宿舍中心办理", office=w.housing),
    Move.ANSWER: lambda w, r: moves.answer_request(actor=w.repair, request=r, answer=ANSWER),
    Move.CONFIRM: lambda w, r: sender.confirm_request(
        actor=w.gu_account, request=r, is_solved=True),
    Move.REOPEN: lambda w, r: sender.reopen_request(actor=w.gu_account, request=r, words=STILL),
    Move.RECHECK: lambda w, r: sender.recheck_request(
        actor=w.gu_account, request=r, is_still_fine=True),
    Move.WITHDRAW: lambda w, r: sender.withdraw_request(actor=w.gu_account, request=r),
}  # fmt: skip


def test_the_database_itself_refuses_contradictions(campus: World) -> None:
    request = sent(campus)
    for values in ({"answered_at": timezone.now()}, {"closed_at": timezone.now()},
                   {"routed_at": timezone.now()}, {"is_protected": True}):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Request.objects.filter(pk=request.pk).update(**values)
    with connection.cursor() as cursor, pytest.raises(Exception, match="Cannot update or delete"):
        cursor.execute("DELETE FROM casework_requeststep")
