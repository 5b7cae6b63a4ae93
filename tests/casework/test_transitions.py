"""Moves of a case: sent, accepted or declined, done, taken back (design 6)."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.domain.cases import assign_owner
from casework.domain.lock_outs import lock_out
from casework.domain.transitions import (
    MOVES,
    Receiver,
    accept_move,
    decline_move,
    finish_move,
    revoke_move,
    send_case,
)
from casework.domain.transitions_bulk import accept_moves, send_cases
from casework.enums import Move, MoveState
from casework.models import Case, Seat, Transition
from casework.queries.transitions import waiting
from cohorts.domain.appointments import end_appointment
from portal.core.errors import DomainError
from portal.core.models import Notification, User
from tests.world import World

WORDS = "学生转入贵院宿舍片区，请接手每周面谈"
NOTE = "已面谈两次，建议就诊并继续每周联系"


def begun(world: World, owner: str = "zhou") -> Case:
    case = world.add_case("gu")
    return assign_owner(actor=world.zhou, case=case, owner=world.people[owner])


def sent(world: World, case: Case, to: str = "he", kind: str = Move.TRANSFER, **more: Any) -> Any:
    return send_case(
        actor=world.zhou, case=case, kind=kind, to=Receiver(person=world.people[to]), words=WORDS,
        **more,
    )  # fmt: skip


def owner_of(case: Case) -> User | None:
    return Case.objects.get(pk=case.pk).owner


def client_of(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def test_ownership_moves_only_when_the_receiver_accepts(world: World) -> None:
    case = begun(world)
    move = sent(world, case)
    assert owner_of(case) == world.zhou
    assert Notification.objects.filter(user=world.he, url=f"/moves/{move.pk}/").exists()
    accept_move(actor=world.he, move=move)
    assert owner_of(case) == world.he
    assert Transition.objects.get(pk=move.pk).state == MoveState.ACCEPTED


def test_a_declined_transfer_changes_nothing_and_may_be_sent_elsewhere(world: World) -> None:
    case = begun(world)
    move = sent(world, case)
    with pytest.raises(DomainError):
        decline_move(actor=world.he, move=move, reason=" ")
    decline_move(actor=world.he, move=move, reason="该生不住本片区，请转致远")
    assert owner_of(case) == world.zhou
    with pytest.raises(PermissionDenied):
        Transition.objects.get_for(world.he, "answer_move", sent(world, case, "lin").pk)
    assert {m.state for m in Transition.objects.all()} == {"declined", "waiting"}


def test_a_receiver_without_any_right_to_the_case_gets_a_seat_and_may_then_write(
    world: World,
) -> None:
    case = begun(world)
    move = sent(world, case, "nobody")
    assert not Case.objects.restrict(world.nobody, "see_case").exists()
    accept_move(actor=world.nobody, move=move)
    assert Case.objects.restrict(world.nobody, "write_case").get() == case
    assert Seat.objects.get(case=case, person=world.nobody).write_level == "write"


def test_the_sender_keeps_sight_of_what_he_sent_and_can_act_no_more(world: World) -> None:
    case = begun(world)
    move = sent(world, case, "jiang")
    accept_move(actor=world.jiang, move=move)
    end_appointment(
        actor=None, post=world.posts["zhou"], ends_on=timezone.localdate() - dt.timedelta(days=1)
    )
    zhou = User.objects.get(pk=world.zhou.pk)
    assert Transition.objects.get_for(zhou, "see_move", move.pk) == move
    assert not Case.objects.restrict(zhou, "see_case").exists()
    with pytest.raises(PermissionDenied):
        send_case(actor=zhou, case=case, kind=Move.TRANSFER, to=Receiver(person=world.he),
                  words=WORDS)  # fmt: skip


def test_only_the_one_it_was_sent_to_answers(world: World) -> None:
    move = sent(world, begun(world))
    for key in ("lin", "jiang", "shen", "nobody", "zhou"):
        with pytest.raises(PermissionDenied):
            accept_move(actor=world.people[key], move=move)
    assert owner_of(move.case) == world.zhou


@pytest.mark.parametrize("state", MoveState.values)
@pytest.mark.parametrize("act", ["accept", "decline", "revoke", "finish"])
def test_what_the_table_of_moves_does_not_list_cannot_be_done(
    world: World, state: str, act: str
) -> None:
    move = sent(world, begun(world), kind=Move.REQUEST)
    path = {"waiting": "", "accepted": "a", "declined": "d", "revoked": "r", "done": "af"}[state]
    acts: dict[str, Any] = {
        "a": lambda: accept_move(actor=world.he, move=move),
        "d": lambda: decline_move(actor=world.he, move=move, reason="不属本部门职责"),
        "r": lambda: revoke_move(actor=world.zhou, move=move, reason="发错对象，需收回"),
        "f": lambda: finish_move(actor=world.he, move=move, note=NOTE),
    }
    for step in path:
        acts[step]()
    assert Transition.objects.get(pk=move.pk).state == state
    if (state, act) in MOVES:
        acts[act[0]]()
        assert Transition.objects.get(pk=move.pk).state == MOVES[(state, act)][0]
    else:
        with pytest.raises(DomainError):
            acts[act[0]]()
        assert Transition.objects.get(pk=move.pk).state == state


def test_a_referral_to_the_centre_is_taken_by_its_staff_who_see_the_words_not_the_case(
    world: World,
) -> None:
    case = begun(world)
    move = send_case(
        actor=world.zhou, case=case, kind=Move.REFER, to=Receiver(unit=world.counselling),
        words="学生自愿，请安排一次咨询",
    )  # fmt: skip
    assert list(waiting(world.psy)) == [move]
    assert list(waiting(world.he)) == []
    page = client_of(world, "psy").get(f"/moves/{move.pk}/")
    assert "学生自愿" in page.content.decode()
    assert page.context["sees_case"] is False
    assert not Case.objects.restrict(world.psy, "see_case").exists()
    accept_move(actor=world.psy, move=move)
    assert owner_of(case) == world.zhou
    with pytest.raises(DomainError):
        finish_move(actor=world.psy, move=move, note="好")
    finish_move(actor=world.psy, move=move, note=NOTE)
    assert NOTE in client_of(world, "lin").get(f"/moves/{move.pk}/").content.decode()


def test_a_hospital_answers_through_the_one_who_sent_the_student_there(world: World) -> None:
    move = send_case(
        actor=world.zhou, case=begun(world), kind=Move.REFER,
        to=Receiver(outside="市第一医院心身医学科"), words="家长陪同就诊，带回执",
    )  # fmt: skip
    assert Transition.objects.get(pk=move.pk).state == MoveState.ACCEPTED
    with pytest.raises(PermissionDenied):
        finish_move(actor=world.shen, move=move, note=NOTE)
    finish_move(actor=world.zhou, move=move, note="医院建议门诊复诊，两周一次")
    assert Transition.objects.get(pk=move.pk).state == MoveState.DONE


@pytest.mark.parametrize(
    ("to", "kind"),
    [("gu_account", Move.TRANSFER), ("zhou", Move.TRANSFER), ("zhou", Move.REQUEST)],
    ids=["a student", "who is responsible already", "oneself"],
)
def test_a_case_is_not_sent_to_who_cannot_take_it(world: World, to: str, kind: str) -> None:
    case = begun(world)
    with pytest.raises(DomainError):
        sent(world, case, to, kind)
    world.people["he"].is_active = False
    world.he.save()
    with pytest.raises(DomainError):
        sent(world, case, "he")
    with pytest.raises(DomainError):
        send_case(actor=world.zhou, case=case, kind=Move.REFER, to=Receiver(unit=world.mech),
                  words=WORDS)  # fmt: skip
    assert not Transition.objects.exists()


def test_somebody_locked_out_is_neither_a_receiver_nor_a_reader(world: World) -> None:
    case = begun(world)
    move = sent(world, case, "jiang", Move.REQUEST)
    lock_out(actor=world.zhou, case=case, person=world.jiang, reason="与该生有亲属关系，须回避")
    with pytest.raises(DomainError):
        sent(world, case, "jiang")
    with pytest.raises(Http404):
        Transition.objects.get_for(world.jiang, "see_move", move.pk)


def test_one_case_is_on_its_way_to_one_person_only(world: World) -> None:
    case = begun(world)
    first = sent(world, case)
    with pytest.raises(DomainError):
        sent(world, case, "lin")
    with pytest.raises(IntegrityError), transaction.atomic():
        Transition.objects.create(
            case=case, kind=Move.ASSIGN, to_person=world.lin, words=WORDS,
            asked_at=timezone.now(), due_at=timezone.now(),
        )  # fmt: skip
    revoke_move(actor=world.zhou, move=first, reason="发错对象，需收回")
    assert not Notification.objects.filter(url=f"/moves/{first.pk}/").exists()
    with pytest.raises(PermissionDenied):
        Transition.objects.get_for(world.he, "answer_move", sent(world, case, "lin").pk)


def test_the_same_form_sent_twice_is_one_move(world: World) -> None:
    case, key = begun(world), uuid.uuid4()
    assert sent(world, case, client_key=key).pk == sent(world, case, client_key=key).pk


def test_many_cases_go_at_once_all_or_nothing_with_as_many_statements_as_few(world: World) -> None:
    cases = [world.add_case(key) for key in ("gu", "song")]
    for case in cases:
        assign_owner(actor=world.zhou, case=case, owner=world.zhou)
    locked = lock_out(actor=world.zhou, case=cases[1], person=world.jiang, reason="须回避的关系")
    with pytest.raises(DomainError, match=cases[1].number):
        send_cases(actor=world.zhou, cases=cases, to=world.jiang, words=WORDS)
    assert not Transition.objects.exists()
    counts = []
    for some, to in (([cases[0]], world.nobody), (cases, world.wang)):
        with CaptureQueriesContext(connection) as asked:
            moves = send_cases(actor=world.zhou, cases=some, to=to, words=WORDS)
            accept_moves(actor=to, ids=[move.pk for move in moves])
        counts.append(len(asked))
        Case.objects.filter(pk__in=[case.pk for case in some]).update(owner=world.zhou)
    assert counts[0] == counts[1]
    assert accept_moves(actor=world.wang, ids=[]) == 0
    assert locked.person == world.jiang
    with pytest.raises(PermissionDenied):
        accept_moves(actor=world.shen, ids=[move.pk for move in moves])
    assert {owner_of(case) for case in cases} == {world.zhou}
    assert set(Case.objects.restrict(world.wang, "write_case")) == set(cases)


def test_who_neither_leads_nor_is_responsible_sends_nothing(world: World) -> None:
    case = begun(world)
    for key in ("lu", "wang", "psy", "nobody", "shen"):
        with pytest.raises(PermissionDenied):
            send_cases(actor=world.people[key], cases=[case], to=world.he, words=WORDS)


def test_a_case_is_sent_and_accepted_in_the_browser(world: World) -> None:
    case = begun(world)
    client = client_of(world, "zhou")
    form = {"kind": "transfer", "person": "jiang", "words": WORDS, "outside": "市医院"}
    refused = client.post(f"/cases/{case.pk}/transfer/", form)
    assert refused.status_code == 422
    assert WORDS in refused.content.decode()
    made = client.post(f"/cases/{case.pk}/transfer/", form | {"outside": ""})
    assert made.status_code == 302
    assert "江映雪" in client.get(f"/cases/{case.pk}/").content.decode()
    assert client.get("/moves/?tab=sent").context["items"][0]["url"] == made.url
    other = client_of(world, "jiang")
    assert other.get("/moves/").context["items"][0]["url"] == made.url
    assert other.post(made.url, {"act": "accept"}).status_code == 302
    assert owner_of(case) == world.jiang
    late = other.post(made.url, {"act": "decline", "reason": "已经接了又想退回"})
    assert late.status_code == 422
    assert client_of(world, "shen").get(made.url).status_code == 404


def test_what_came_back_is_sent_on_with_its_words_by_whoever_sent_it(world: World) -> None:
    case = begun(world)
    client = client_of(world, "zhou")
    form = {"kind": "refer", "outside": "", "words": WORDS, "unit": world.units["counselling"].pk}
    page = client.post(f"/cases/{case.pk}/transfer/", form).url
    assert "again=" not in client.get(page).content.decode(), "it waits for its answer"
    answer = client_of(world, "psy").post(
        page, {"act": "decline", "reason": "本周满员，请联系医院"}
    )
    assert answer.status_code == 302
    again = f"/cases/{case.pk}/transfer/?again={Transition.objects.get().pk}"
    assert again in client.get(page).content.decode()
    shown = client.get(again).content.decode()
    for words in (WORDS, "本周满员，请联系医院"):
        assert words in shown
    assert client.get(again).context["form"].initial["kind"] == "refer"
    # he, of the same academy, did not send it: no words are taken over.
    assert "本周满员" not in client_of(world, "he").get(again).content.decode()
    for odd in ("x", "9" * 40, "0"):
        assert client.get(f"/cases/{case.pk}/transfer/?again={odd}").status_code == 200


def test_the_lists_make_as_many_statements_for_three_as_for_one(world: World) -> None:
    client = client_of(world, "jiang")
    counts = []
    for keys in (["gu"], ["cheng", "luo"]):
        for key in keys:
            send_case(
                actor=world.jiang, case=world.add_case(key), kind=Move.REQUEST,
                to=Receiver(person=world.lin), words=WORDS,
            )  # fmt: skip
        client.get("/moves/?tab=sent")
        with CaptureQueriesContext(connection) as asked:
            client.get("/moves/?tab=sent")
        counts.append(len(asked))
    assert counts[0] == counts[1]
