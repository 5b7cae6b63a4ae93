"""Talks, tasks and requests by the API: as the pages show them, or less; and what may be written."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.domain.cases import assign_owner, seat_person
from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel, Confidentiality
from casework.models import Case, FollowUp, Request
from cohorts.domain.task_acts import take_task
from cohorts.domain.tasks import give_task
from cohorts.models import Task
from portal.core.models import AuditEntry
from tests.api_client import caller, rows_of, token_of
from tests.casework.request_cast import WORDS, answered, people_around, routed, sent
from tests.web.addresses import EVERYBODY
from tests.world import World

pytestmark = pytest.mark.django_db
TALKED, KEPT, OLD = "谈了热力学作业与补考安排", "家中近况只留专班知悉", "约好下周再看课表"
BODY = {"channel": "face", "content": "约定周五一起看课表与作业安排。"}


@pytest.fixture(autouse=True)
def _no_limit_reached() -> None:
    cache.clear()


@pytest.fixture
def campus(world: World) -> World:
    """Some life: talks, a note of the task force, tasks of a person and of a unit, requests."""
    people_around(world)
    case = world.add_case("gu", "RED")
    assign_owner(actor=None, case=case, owner=world.zhou)
    log(world, "zhou", "gu", TALKED)
    log(world, "lu", "gu", OLD)
    log(world, "zhou", "gu", KEPT, confidentiality=Confidentiality.RESTRICTED)
    log(world, "shen", "cheng", "谈了实验报告与小组分工")
    seat_person(actor=world.zhou, case=case, person=world.nobody, duty="联系")
    today = timezone.localdate()
    give_task(actor=world.lin, owner=world.lu, unit=world.c2301, text="核对考勤表", due_on=today)
    give_task(actor=world.jiang, unit=world.chem23, text="整理名册", due_on=today)
    give_task(actor=world.he, owner=world.zhou, text="走访宿舍", due_on=today)
    sent(world)
    answered(world, actor=world.lu)
    sent(world, "mind")
    sent(world, "complaint", student=None, actor=world.cheng_account)
    return world


def log(world: World, author: str, student: str, content: str, **extra: Any) -> FollowUp:
    return log_follow_up(
        actor=world.people[author], student=world.students[student], channel=Channel.FACE,
        content=content, happened_at=timezone.now() - dt.timedelta(hours=3), **extra,
    )  # fmt: skip


def ids(rows: list[dict[str, Any]] | None) -> set[int]:
    return {row["id"] for row in rows or []}


def test_every_account_lists_by_session_exactly_what_its_pages_open(campus: World) -> None:
    """And by token the same or less. Protected requests and notes of a task force: never."""
    for key in f"{EVERYBODY} desk repair ma cheng_account".split():
        person = campus.people[key]
        client = Client()
        client.force_login(person)
        tasks, asked = ids(rows_of(client, "tasks")), ids(rows_of(client, "requests"))
        for pk in Task.objects.values_list("pk", flat=True):
            assert (client.get(f"/tasks/{pk}/").status_code == 200) == (pk in tasks), (key, pk)
        for one in Request.objects.all():
            is_open = client.get(f"/requests/{one.pk}/").status_code == 200
            assert (is_open and not one.is_protected) == (one.pk in asked), (key, one.kind_id)
        talks = rows_of(client, "follow-ups")
        shown = FollowUp.objects.restrict(person, "see_talks").exclude(confidentiality="restricted")
        assert ids(talks) == set(shown.values_list("pk", flat=True)), key
        for row in talks or []:
            page = client.get(f"/students/{row['student']['student_no']}/").content.decode()
            assert row["content"] in page, key
        program = caller(token_of(person))
        for name, all_of in (("tasks", tasks), ("requests", asked), ("follow-ups", ids(talks))):
            assert ids(rows_of(program, name)) <= all_of, (key, name)
        body = "".join(
            program.get(f"/api/v1/{name}/").content.decode()
            for name in ("follow-ups", "tasks", "requests", "cases")
        )
        assert KEPT not in body, key
    assert ids(rows_of(caller(token_of(campus.desk)), "requests"))


def test_a_case_is_not_told_by_its_talks(campus: World) -> None:
    (row,) = [r for r in rows_of(caller(token_of(campus.zhou)), "follow-ups") or []
              if r["content"] == OLD]  # fmt: skip
    assert row["case_id"] == Case.objects.get().pk
    (own,) = rows_of(caller(token_of(campus.lu)), "follow-ups") or []
    assert own["case_id"] is None
    assert rows_of(caller(token_of(campus.lu)), "follow-ups", case=row["case_id"]) == []


def test_a_token_of_few_actions_opens_few_ways(campus: World) -> None:
    assert rows_of(caller(token_of(campus.zhou, "see_card")), "follow-ups") is None
    assert ids(rows_of(caller(token_of(campus.lu, "see_task")), "tasks")) == set(
        Task.objects.filter(owner=campus.lu).values_list("pk", flat=True)
    )
    assert rows_of(caller(token_of(campus.repair, "see_request")), "requests") == []
    program = caller(token_of(campus.zhou, "see_card", "see_talks"))
    assert post(program, student_no=campus.gu.student_no).status_code == 403
    task = Task.objects.get(owner=campus.zhou)
    done = caller(token_of(campus.zhou, "see_task")).post(
        f"/api/v1/tasks/{task.pk}/done/", {"evidence": "走访记录"}, "application/json"
    )
    assert done.status_code == 403


def test_what_somebody_confides_stays_on_the_page(campus: World) -> None:
    rows = rows_of(caller(token_of(campus.desk)), "requests") or []
    confided = [row for row in rows if row["kind"]["code"] == "mind"]
    assert [(row["text"], row["answer"]) for row in confided] == [(None, None)]
    assert all(row["text"] == WORDS for row in rows if row not in confided)


def post(program: Client, **changed: Any) -> Any:
    body = {"client_key": str(uuid.uuid4()), **BODY, **changed}
    return program.post("/api/v1/follow-ups/", body, "application/json")


def test_a_talk_is_written_once_however_often_it_is_sent(campus: World) -> None:
    program, key = caller(token_of(campus.zhou)), str(uuid.uuid4())
    asked = {"student_no": campus.gu.student_no, "client_key": key}
    answers = [post(program, **asked) for _time in range(3)]
    assert [one.status_code for one in answers] == [201, 200, 200]
    assert len({one.json()["id"] for one in answers}) == 1
    made = FollowUp.objects.get(client_key=key)
    assert (made.author, made.student, made.content) == (campus.zhou, campus.gu, BODY["content"])
    assert AuditEntry.objects.filter(action="log_follow_up", object_id=str(made.pk)).count() == 1
    other = post(program, **asked, content="另一次谈话的内容，不同的话。")
    assert other.status_code == 409
    assert other.json()["detail"]
    assert FollowUp.objects.filter(client_key=key).count() == 1


def test_bad_talks_are_refused_with_a_sentence_and_nothing_is_kept(campus: World) -> None:
    program, before = caller(token_of(campus.zhou)), FollowUp.objects.count()
    number = campus.gu.student_no
    tomorrow = (timezone.now() + dt.timedelta(days=1)).isoformat()
    for changed in (
        {"content": "  "}, {"content": 5}, {"content": "谈" * 4001}, {"content": "\ud800谈话"},
        {"channel": "dream"}, {"client_key": "1"}, {"client_key": 7}, {"happened_at": "gestern"},
        {"happened_at": tomorrow}, {"next_on": "2020-01-01"}, {"needs_report": "yes"},
        {"confidentiality": "restricted"}, {"happened_at": "0001-01-01T00:00:00+14:00"},
    ):  # fmt: skip
        answer = post(program, student_no=number, **changed)
        assert answer.status_code == 400, changed
        assert answer.json()["detail"], changed
    assert post(program).status_code == 400
    assert post(program, student_no=campus.ye.student_no).status_code == 404
    assert post(program, student_no="nobody").status_code == 404
    assert post(caller(token_of(campus.han)), student_no=number).status_code == 403
    broken = program.post("/api/v1/follow-ups/", "{", "application/json")
    assert broken.status_code == 400
    assert program.post("/api/v1/follow-ups/", "[1]", "application/json").status_code == 400
    assert FollowUp.objects.count() == before


def test_a_task_is_reported_done_once_and_not_over_somebody_elses_change(campus: World) -> None:
    task = Task.objects.get(owner=campus.zhou)
    url, program = f"/api/v1/tasks/{task.pk}/done/", caller(token_of(campus.zhou))
    stale = program.post(url, {"evidence": "走访记录", "version": 99}, "application/json")
    assert stale.status_code == 409
    assert program.post(url, {"evidence": " "}, "application/json").status_code == 400
    for _time in range(2):
        answer = program.post(url, {"evidence": "走访记录三份"}, "application/json")
        assert (answer.status_code, answer.json()["state"]) == (200, "done")
    assert AuditEntry.objects.filter(action="task_done").count() == 1
    for key, status in (("he", 403), ("shen", 404), ("gu_account", 404)):
        other = caller(token_of(campus.people[key])).post(
            url, {"evidence": "走访记录"}, "application/json"
        )
        assert other.status_code == status, key
    shared = Task.objects.get(owner=None)
    take_task(actor=campus.jiang, task=shared)
    late = caller(token_of(campus.lin)).post(
        f"/api/v1/tasks/{shared.pk}/done/", {"evidence": "名册已整理"}, "application/json"
    )
    assert late.status_code == 403


def test_deltas_filters_and_the_number_of_statements(campus: World) -> None:
    program = caller(token_of(campus.zhou))
    with connection.cursor() as cursor:
        for table in ("casework_followupevent", "cohorts_taskevent", "casework_requestevent"):
            cursor.execute(f"UPDATE {table} SET pgh_created_at = now() - interval '1 day'")
    since = program.get("/api/v1/tasks/").json()["as_of"]
    for name in ("follow-ups", "tasks", "requests"):
        assert rows_of(program, name, changed_since=since) == [], name
    made = log(campus, "zhou", "gu", "再谈一次：补考报名已完成")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE casework_followupevent SET pgh_created_at = clock_timestamp()"
                       " WHERE pgh_created_at >= now()")  # fmt: skip
    assert ids(rows_of(program, "follow-ups", changed_since=since)) == {made.pk}
    today = timezone.localdate()
    for query, number in (({"student": campus.gu.pk}, 3), ({"channel": "visit"}, 0),
                          ({"from_day": today + dt.timedelta(days=1)}, 0), ({"is_real": "true"}, 3)):  # fmt: skip
        assert len(rows_of(program, "follow-ups", **query) or []) == number, query
    assert len(rows_of(program, "tasks", box="mine", state="today") or []) == 1
    assert rows_of(program, "tasks", box="given") == []
    desk = caller(token_of(campus.desk))
    assert {row["state"] for row in rows_of(desk, "requests", state="sent") or []} == {"sent"}
    routed(campus)
    for client, name in ((program, "follow-ups"), (caller(token_of(campus.lin)), "tasks"), (desk, "requests")):  # fmt: skip
        client.get(f"/api/v1/{name}/")
        counts = []
        for limit in (1, 3):
            with CaptureQueriesContext(connection) as statements:
                assert client.get(f"/api/v1/{name}/", {"limit": limit}).status_code == 200
            counts.append(len(statements))
        assert counts[0] == counts[1] <= 16, name
