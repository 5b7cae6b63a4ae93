"""Tasks: who gets one, who sees it, what is done with it, and what is refused."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cohorts.domain.appointments import end_appointment
from cohorts.domain.handover import propose_handover, sign_handover
from cohorts.domain.task_acts import (
    complete_task,
    drop_task,
    postpone_task,
    reassign_task,
    take_task,
    verify_task,
)
from cohorts.domain.task_bulk import postpone_tasks, reassign_tasks
from cohorts.domain.tasks import give_task
from cohorts.domain.tree import close_unit
from cohorts.models import Task, TaskNote
from cohorts.queries.tasks import box_counts, box_rows, in_state
from portal.core.errors import DomainError, StaleError
from portal.core.models import Notification
from tests.world import World

EN = {"Accept-Language": "en"}


def day(ahead: int = 5) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=ahead)


def give(world: World, actor: str | None = "lin", owner: str | None = "lu", **more: Any) -> Task:
    more.setdefault("text", "核对考勤表")
    more.setdefault("due_on", day())
    return give_task(
        actor=world.people[actor] if actor else None,
        owner=world.people[owner] if owner else None, **more,
    )  # fmt: skip


def late(task: Task, days: int = 3) -> Task:
    Task.objects.filter(pk=task.pk).update(due_on=day(-days), first_due_on=day(-days))
    task.refresh_from_db()
    return task


def sees(world: World, key: str, task: Task, action: str = "see_task") -> bool:
    rows = Task.objects.restrict(world.people[key], action)
    return bool(rows.filter(pk=task.pk).exists())


def enter(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def test_a_leader_gives_and_the_owner_is_told_without_what_it_is_about(world: World) -> None:
    task = give(world)
    assert task.state == "open"
    notice = Notification.objects.get(user=world.lu)
    assert "核对" not in notice.text
    assert notice.url == f"/tasks/{task.pk}/"


def test_the_same_key_gives_one_task_however_often_it_is_sent(world: World) -> None:
    first, again = (give(world, key="form:1") for _n in range(2))
    assert first == again
    assert Task.objects.count() == Notification.objects.filter(user=world.lu).count() == 1


@pytest.mark.parametrize(
    ("actor", "owner", "unit", "allowed"),
    [
        ("lin", "lu", None, True),  # an adviser of the contracted grade
        ("lin", "zhou", None, True),  # a counsellor of the partner academy
        ("lin", None, "c2301", True),
        ("lin", "psy", None, False),
        ("lin", None, "mech23", False),
        ("lu", "lu", None, True),  # everybody to himself
        ("lu", "zhou", None, False),
        ("han", None, "chem", False),
        ("jiang", "han", None, True),
        ("nobody", "lu", None, False),
    ],
)
def test_tasks_are_given_where_a_post_directs_the_staff(
    world: World, actor: str, owner: str | None, unit: str | None, allowed: bool
) -> None:
    where = world.units[unit] if unit else None
    if allowed:
        assert give(world, actor, owner, unit=where).pk
    else:
        with pytest.raises(DomainError):
            give(world, actor, owner, unit=where)


def test_nobody_gets_what_he_cannot_do(world: World) -> None:
    world.lu.is_active = False
    world.lu.save()
    with pytest.raises(DomainError, match="陆怀远"):
        give(world)
    with pytest.raises(DomainError, match="白一"):
        give(world, None, "nobody")
    with pytest.raises(DomainError, match="化工2401"):
        give(world, None, None, unit=_without_holders(world))
    assert not Task.objects.exists()


def _without_holders(world: World) -> Any:
    for key in ("lin", "gao", "han", "jiang"):
        end_appointment(actor=None, post=world.posts[key])
    return world.c2401


@pytest.mark.parametrize("days", [-1, 4000])
def test_a_last_day_that_makes_no_sense_is_refused(world: World, days: int) -> None:
    with pytest.raises(DomainError):
        give(world, due_on=day(days))


def test_a_task_without_words_or_somebody_to_do_it_is_refused(world: World) -> None:
    with pytest.raises(DomainError):
        give(world, text="   ")
    with pytest.raises(DomainError):
        give(world, owner=None)


def test_owner_giver_verifier_and_the_heads_of_the_unit_see_it_and_nobody_else(
    world: World,
) -> None:
    task = give(world, unit=world.c2301, verifier=world.gao)
    assert {key for key in world.people if sees(world, key, task)} == {
        "lu", "lin", "gao", "jiang", "han",
    }  # fmt: skip
    assert {key for key in world.people if sees(world, key, task, "direct_task")} == {
        "lin", "jiang",
    }  # fmt: skip
    assert {key for key in world.people if sees(world, key, task, "do_task")} == {"lu"}


def test_what_is_given_to_a_unit_is_taken_on_once(world: World) -> None:
    task = give(world, owner=None, unit=world.c2301)
    assert sees(world, "lu", task, "do_task")
    take_task(actor=world.lu, task=task)
    with pytest.raises(DomainError, match="已由他人认领"):
        take_task(actor=world.han, task=task)
    assert not sees(world, "han", task, "do_task")
    assert Task.objects.get().owner == world.lu


def test_closing_needs_evidence_and_a_second_report_changes_nothing(world: World) -> None:
    task = give(world)
    with pytest.raises(DomainError):
        complete_task(actor=world.lu, task=task, evidence=" ")
    for _n in range(2):
        complete_task(actor=world.lu, task=task, evidence="考勤表第12周已核对")
    task.refresh_from_db()
    assert task.state == "done"
    assert TaskNote.objects.filter(act="done").count() == 1
    with pytest.raises(DomainError, match="已办结"):
        postpone_task(actor=world.lin, task=task, due_on=day(9), reason="再等等")


def test_only_the_owner_closes_and_a_stranger_changes_nothing(world: World) -> None:
    task = give(world)
    for key in ("lin", "zhou", "nobody"):
        with pytest.raises(PermissionDenied):
            complete_task(actor=world.people[key], task=task, evidence="已完成")
    for act in (
        lambda: drop_task(actor=world.lu, task=task, reason="不需要了"),
        lambda: reassign_task(actor=world.lu, task=task, owner=world.han),
        lambda: postpone_task(actor=world.zhou, task=task, due_on=day(9), reason="再等等"),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert Task.objects.get().version == 1


def test_a_post_that_ended_a_minute_ago_directs_nothing(world: World) -> None:
    task = give(world, None, unit=world.c2301)
    end_appointment(actor=None, post=world.posts["lin"])
    with pytest.raises(PermissionDenied):
        drop_task(actor=world.lin, task=task, reason="不需要了")


def test_the_verifier_confirms_or_sends_back_with_a_reason(world: World) -> None:
    task = give(world, verifier=world.gao)
    complete_task(actor=world.lu, task=task, evidence="已核对")
    assert Task.objects.get().state == "reported"
    with pytest.raises(DomainError):
        verify_task(actor=world.lin, task=task, is_accepted=True)
    with pytest.raises(DomainError):
        verify_task(actor=world.gao, task=task, is_accepted=False)
    verify_task(actor=world.gao, task=task, is_accepted=False, reason="缺第11周")
    assert Task.objects.get().state == "open"
    complete_task(actor=world.lu, task=task, evidence="已补第11周")
    verify_task(actor=world.gao, task=task, is_accepted=True)
    assert Task.objects.get().state == "done"
    with pytest.raises(DomainError):
        give(world, verifier=world.lu)


def test_postponing_keeps_the_first_day_and_the_reason_and_goes_only_later(world: World) -> None:
    task = give(world)
    with pytest.raises(DomainError):
        postpone_task(actor=world.lu, task=task, due_on=day(5), reason="材料未到")
    with pytest.raises(DomainError):
        postpone_task(actor=world.lu, task=task, due_on=day(9), reason="")
    postpone_task(actor=world.lu, task=task, due_on=day(9), reason="材料未到", version=1)
    with pytest.raises(StaleError):
        postpone_task(actor=world.lu, task=task, due_on=day(12), reason="材料未到", version=1)
    task.refresh_from_db()
    assert (task.first_due_on, task.due_on) == (day(5), day(9))
    assert TaskNote.objects.get().reason == "材料未到"
    assert Notification.objects.filter(user=world.lin).exists()


def test_the_database_refuses_a_state_that_contradicts_the_facts(world: World) -> None:
    task = give(world)
    for change in ({"verified_at": timezone.now()}, {"dropped_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Task.objects.filter(pk=task.pk).update(**change)


def test_late_ones_come_first_and_the_numbers_are_those_of_the_lists(world: World) -> None:
    give(world, text="后做")
    first = late(give(world, text="先做"))
    give(world, "lu", "lu", text="自己的")
    text = enter(world, "lu").get("/tasks/", headers=EN).content.decode()
    assert text.index("先做") < text.index("后做")
    assert "3 days overdue" in text
    counts = box_counts(world.lu)
    assert (counts["mine"].open, counts["mine"].late, counts["given"].open) == (3, 1, 1)
    assert list(box_rows(world.lu, "mine").filter(in_state("late"))) == [first]


def test_an_owner_who_has_left_is_a_gap_to_be_reassigned(world: World) -> None:
    task = give(world, unit=world.c2301)
    world.lu.is_active = False
    world.lu.save()
    assert list(box_rows(world.lin, "given").filter(in_state("gap"))) == [task]
    text = enter(world, "lin").get("/tasks/?box=given&state=gap", headers=EN).content.decode()
    assert "has left: reassign" in text
    reassign_task(actor=world.lin, task=task, owner=world.han, reason="原负责人离校")
    assert not box_rows(world.lin, "given").filter(in_state("gap")).exists()


def test_several_are_tried_first_and_then_done_with_refusals_one_by_one(world: World) -> None:
    mine, own = give(world), give(world, "lu", "lu")
    chosen = [mine, own]
    tried = reassign_tasks(actor=world.lin, tasks=chosen, owner=world.han, is_trial=True)
    assert tried.done == [mine.pk]
    assert list(tried.refused) == [own.pk]
    assert Task.objects.filter(owner=world.han).count() == 0
    assert not TaskNote.objects.exists()
    assert not Notification.objects.filter(user=world.han).exists()
    done = reassign_tasks(actor=world.lin, tasks=chosen, owner=world.han)
    assert done == tried
    assert Task.objects.get(owner=world.han) == mine


def test_the_bulk_page_shows_what_would_happen_before_it_happens(world: World) -> None:
    tasks = [give(world) for _n in range(3)]
    client, url = enter(world, "lin"), reverse("cohorts:tasks_postpone")
    chosen = {"selected": [task.pk for task in tasks]}
    assert "What would happen" in client.post(url, chosen, headers=EN).content.decode()
    filled = chosen | {"due_on": day(9).isoformat(), "reason": "停课一周"}
    shown = client.post(url, filled | {"step": "try"}, headers=EN).content.decode()
    assert "Do it for 3 tasks" in shown
    assert not Task.objects.filter(due_on=day(9)).exists()
    assert client.post(url, filled | {"step": "do"}).status_code == 302
    assert Task.objects.filter(due_on=day(9)).count() == 3


def test_two_hundred_are_postponed_with_a_constant_number_of_statements_each(world: World) -> None:
    tasks, counts = [give(world, None) for _n in range(6)], []
    for size in (2, 4):
        with CaptureQueriesContext(connection) as queries:
            postpone_tasks(actor=world.lu, tasks=tasks[:size], due_on=day(6 + size), reason="停课")
        counts.append(len(queries))
    assert counts[1] - counts[0] <= 2 * 18


def test_the_inbox_asks_the_same_number_of_queries_for_1_and_3_tasks(world: World) -> None:
    client, counts = enter(world, "lin"), []
    for size in (1, 3):
        while Task.objects.count() < size:
            give(world, unit=world.c2301)
        client.get("/tasks/?box=given")
        with CaptureQueriesContext(connection) as queries:
            text = client.get("/tasks/?box=given").content.decode()
        assert text.count('class="p-c-name"') == size
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "query", ["box=x&state=y", "page=0", "page=99999999", "source=%00", "page=x"]
)
def test_an_address_typed_wrongly_still_answers(world: World, query: str) -> None:
    give(world)
    assert enter(world, "lu").get(f"/tasks/?{query}").status_code == 200


def test_the_page_of_a_task_offers_what_may_be_done_and_404_to_others(world: World) -> None:
    task = give(world)
    url = reverse("cohorts:task", args=[task.pk])
    assert "Close with evidence" in enter(world, "lu").get(url, headers=EN).content.decode()
    assert "Reassign" in enter(world, "lin").get(url, headers=EN).content.decode()
    assert enter(world, "shen").get(url).status_code == 404
    act = reverse("cohorts:task_act", args=[task.pk, "complete"])
    client = enter(world, "lu")
    assert client.post(act, {"evidence": ""}).status_code == 422
    assert client.post(act, {"evidence": "考勤表已核对"}).status_code == 302
    assert "考勤表已核对" in client.get(url).content.decode()
    assert enter(world, "lin").post(act, {"evidence": "x"}).status_code == 403
    assert client.get(reverse("cohorts:task_act", args=[task.pk, "eat"])).status_code == 404


def test_a_task_is_given_from_the_page_once(world: World) -> None:
    client = enter(world, "lin")
    assert "Do not write a student" in client.get("/tasks/new/", headers=EN).content.decode()
    filled = {"text": "核对考勤表", "owner": "lu", "due_on": day().isoformat(),
              "key": "7d3fb2b0-0000-4000-8000-000000000001"}  # fmt: skip
    for _n in range(2):
        assert client.post("/tasks/new/", filled).status_code == 302
    assert Task.objects.get().owner == world.lu
    wrong = client.post("/tasks/new/", filled | {"owner": "", "key": filled["key"][:-1] + "2"})
    assert wrong.status_code == 422
    assert "核对考勤表" in wrong.content.decode()


def test_a_leaver_hands_over_open_tasks_with_the_post(world: World) -> None:
    world.add_person("yan", "严明")
    kept, done = give(world), give(world)
    complete_task(actor=world.lu, task=done, evidence="已核对")
    post = world.posts["lu"]
    with pytest.raises(DomainError, match="1"):
        end_appointment(actor=world.jiang, post=post)
    paper = propose_handover(
        actor=world.jiang, post=post, receivers={"tasks": world.yan}, successor=world.yan
    )
    sign_handover(actor=world.yan, handover=paper)
    kept.refresh_from_db()
    done.refresh_from_db()
    assert (kept.owner, done.owner) == (world.yan, world.lu)
    assert TaskNote.objects.get(task=kept).owner_after == world.yan


def test_a_unit_with_open_tasks_is_not_closed(world: World) -> None:
    give(world, None, None, unit=world.east12)
    with pytest.raises(DomainError):
        close_unit(actor=None, unit=world.east12, closed_on=day(0))
