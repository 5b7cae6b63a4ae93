"""Closing asked for several cases, and several keys turned, each after a preview that writes nothing."""

import datetime as dt
from typing import Any

from django.test import Client
from django.utils import timezone

from casework.domain.bulk import agree_many, close_cases
from casework.domain.keys import turn_key
from casework.domain.lock_outs import lock_out
from casework.enums import KeySide, KeyVerdict, Outcome
from casework.models import Case, KeyRequest, KeyTurn
from casework.queries.closing import conditions
from casework.queries.key_desk import waiting
from portal.core.models import AuditEntry, User
from tests.casework.test_closing import ready
from tests.world import World

WHY = {
    "outcome": Outcome.SOLVED, "reason": "目标达成，双方会商后销号", "evidence": "重修成绩单与评估记录",
}  # fmt: skip


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def close(client: Client, cases: list[Case], **form: Any) -> Any:
    picked = [str(case.pk) for case in cases]
    return client.post("/ledgers/bulk/close/", {"selected": picked, **form})


def test_closing_is_asked_for_those_that_fulfil_every_condition(world: World) -> None:
    done, early = ready(world), world.add_case("ye", "YELLOW")
    client = client_of(world.jiang)
    first = close(client, [done, early]).content.decode()
    assert "顾言川" in first
    assert early.student.name in first
    shown = close(client, [done, early], step="try", **WHY).content.decode()
    assert "暂不能销号" in shown, "the one that lacks a plan says so"
    assert not KeyRequest.objects.filter(kind="close").exists(), "a preview writes nothing"
    close(client, [done, early], step="do", **WHY)
    assert KeyRequest.objects.get(kind="close").case == done
    assert close(client, [done], step="try", outcome="solved").status_code == 422


def test_the_preview_says_what_each_case_lacks(world: World) -> None:
    done, early = ready(world), world.add_case("ye", "YELLOW")
    outcome = close_cases(actor=world.jiang, cases=[done, early], is_trial=True, **WHY)
    assert outcome.done == [done.pk]
    lacks = outcome.refused[early.pk]
    assert all(one.missing in lacks for one in conditions(early))
    assert len(conditions(early)) == 3
    assert not KeyTurn.objects.filter(request__kind="close").exists()


def test_several_keys_are_turned_after_a_preview(world: World) -> None:
    cases = [
        world.add_case(key, at=timezone.now() - dt.timedelta(hours=3)) for key in ("gu", "luo")
    ]
    requests = list(KeyRequest.objects.order_by("pk"))
    client, address = client_of(world.lin), "/keys/agree/"
    page = client.get(address).content.decode()
    assert all(case.student.name in page for case in cases)
    assert client.post(address, {"step": "try"}).status_code == 422, "nothing was chosen"
    picked = {"selected": [str(one.pk) for one in requests], "note": "双方会商一致"}
    before = AuditEntry.objects.filter(action="turn_key").count()
    assert client.post(address, picked | {"step": "try"}).status_code == 200
    assert AuditEntry.objects.filter(action="turn_key").count() == before
    assert client.post(address, picked | {"step": "do"}).status_code == 302
    said = KeyTurn.objects.filter(person=world.lin)
    assert {(turn.request_id, turn.side, turn.verdict) for turn in said} == {
        (one.pk, KeySide.COLLEGE, KeyVerdict.AGREED) for one in requests
    }
    assert not waiting(world.lin).exists()
    # The same form sent again finds nothing that waits, and doubles nothing.
    assert client.post(address, picked | {"step": "do"}).status_code == 422
    assert KeyTurn.objects.filter(person=world.lin).count() == len(requests)


def test_nobody_turns_a_foreign_key_or_one_that_was_settled_meanwhile(world: World) -> None:
    world.add_case("gu")
    request = KeyRequest.objects.get()
    for person in (world.zhou, world.shen, world.lu, world.nobody):
        answer = client_of(person).post("/keys/agree/", {"selected": str(request.pk), "step": "do"})
        assert answer.status_code == 422
    assert "顾言川" not in client_of(world.shen).get("/keys/agree/").content.decode()
    turn_key(actor=world.lin, request=request, side="college", verdict=KeyVerdict.AGREED)
    outcome = agree_many(actor=world.jiang, requests=[request])
    assert outcome.done == []
    assert KeyTurn.objects.filter(request=request, side="college").get().person == world.lin


def test_whoever_is_locked_out_confirms_nothing_with_the_rest(world: World) -> None:
    kept, shut = world.add_case("gu"), world.add_case("luo")
    lock_out(actor=None, case=shut, person=world.lin, reason="与学生有亲属关系")
    page = client_of(world.lin).get("/keys/agree/").content.decode()
    assert kept.student.name in page
    assert shut.student.name not in page


def test_closing_many_ends_with_the_last_key_of_each(world: World) -> None:
    case = ready(world)
    close_cases(actor=world.lin, cases=[case], **WHY)
    request = KeyRequest.objects.get(kind="close")
    agree_many(actor=world.he, requests=[request])
    case.refresh_from_db()
    assert case.closed_at is not None


def test_assessed_cases_wait_for_their_closing_until_somebody_asks(world: World) -> None:
    case = ready(world)
    early = world.add_case("ye", "YELLOW", owner=world.zhou)
    assert case.stage == "assessed"
    page = client_of(world.zhou).get("/keys/closable/").content.decode()
    assert case.student.name in page
    assert early.student.name not in page
    assert case.student.name not in client_of(world.shen).get("/keys/closable/").content.decode()
    assert client_of(world.lu).get("/keys/closable/").status_code == 404
    close(client_of(world.zhou), [case], step="do", **WHY)
    assert KeyRequest.objects.filter(kind="close", case=case).exists()
    assert case.student.name not in client_of(world.zhou).get("/keys/closable/").content.decode()
