"""A teacher is asked for a few words: one link, name and question, gone with the answer."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from cohorts.domain.task_acts import drop_task, postpone_task
from cohorts.models import Task
from portal.core.errors import DomainError
from portal.core.models import AuditEntry, Notification
from students.domain.inputs import answer_input, ask_teacher
from students.models import TeacherInput
from tests.students.record_cast import EN, client
from tests.world import World

QUESTION = "课堂表现如何，有什么建议？"
WORDS = {"learning": "作业按时", "attitude": "坐第一排", "advice": "多做习题"}


def asked(world: World, days: int = 5, **extra: Any) -> TeacherInput:
    """zhou asks qiao, a teacher of another college without any post, about gu."""
    if "qiao" not in world.people:
        world.add_person("qiao", "乔任课", title="副教授")
    return ask_teacher(
        actor=world.zhou, student=world.gu, teacher=world.qiao, question=QUESTION,
        due_on=timezone.localdate() + dt.timedelta(days=days), **extra,
    )  # fmt: skip


def form(row: TeacherInput) -> str:
    return reverse("students:input_answer", args=[row.pk])


def picture(world: World, key: str) -> str:
    url = reverse("students:picture", args=[world.gu.student_no])
    return str(client(world.people[key]).get(url, headers=EN).content.decode())


def test_the_teacher_gets_a_notice_that_leads_to_the_form(world: World) -> None:
    row = asked(world)
    (notice,) = Notification.objects.filter(user=world.qiao)
    assert notice.url == form(row)
    assert "顾言川" not in notice.text
    text = client(world.qiao).get(reverse("cohorts:tasks")).content.decode()
    assert QUESTION in text
    task = Task.objects.get(source="teacher_input")
    page = client(world.qiao).get(reverse("cohorts:task", args=[task.pk])).content.decode()
    assert form(row) in page
    assert reverse("cohorts:tasks_complete") not in page


def test_the_teacher_reads_name_and_question_and_nothing_else_of_the_student(world: World) -> None:
    row = asked(world)
    text = client(world.qiao).get(form(row)).content.decode()
    assert "顾言川" in text
    assert QUESTION in text
    for hidden in (world.gu.student_no, "化工2301", "明德", "13800001234", "138****1234"):
        assert hidden not in text, hidden
    for name in ("portrait", "picture", "study"):
        url = reverse(f"students:{name}", args=[world.gu.student_no])
        assert client(world.qiao).get(url).status_code == 404


def test_the_answer_stands_in_the_picture_with_name_and_day_and_the_link_closes(
    world: World,
) -> None:
    row = asked(world)
    assert "waits until" in picture(world, "zhou")
    sent = client(world.qiao).post(form(row), WORDS)
    assert sent.status_code == 302
    assert client(world.qiao).get(form(row)).status_code == 404
    assert client(world.qiao).post(form(row), WORDS).status_code == 404
    task = Task.objects.get(source="teacher_input")
    assert (task.state, task.done_by) == ("done", world.qiao)
    assert Notification.objects.filter(user=world.zhou, key__contains=":done:").exists()
    for key in ("zhou", "lu", "wang", "lin"):
        text = picture(world, key)
        assert "乔任课 · 副教授" in text, key
        assert "作业按时" in text, key
    assert "作业按时" not in picture(world, "han")  # the clerk writes no talks
    assert AuditEntry.objects.filter(action="answer_input", actor=world.qiao).count() == 1


def test_after_the_last_day_the_link_is_closed_until_the_asker_gives_another(world: World) -> None:
    row = asked(world)
    TeacherInput.objects.filter(pk=row.pk).update(due_on=timezone.localdate())
    assert client(world.qiao).get(form(row)).status_code == 200
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    TeacherInput.objects.filter(pk=row.pk).update(due_on=yesterday)
    Task.objects.filter(source_id=row.pk).update(due_on=yesterday)
    assert client(world.qiao).get(form(row)).status_code == 404
    assert QUESTION not in client(world.qiao).get(reverse("cohorts:tasks")).content.decode()
    with pytest.raises(PermissionDenied):
        answer_input(actor=world.qiao, row=row, words=WORDS)
    task = Task.objects.get(source="teacher_input")
    later = timezone.localdate() + dt.timedelta(days=3)
    with pytest.raises(DomainError, match="征询人"):
        postpone_task(actor=world.qiao, task=task, due_on=later, reason="出差在外")
    postpone_task(actor=world.zhou, task=task, due_on=later, reason="老师出差")
    assert client(world.qiao).get(form(row)).status_code == 200


def test_a_question_that_is_dropped_is_withdrawn(world: World) -> None:
    row = asked(world)
    drop_task(actor=world.zhou, task=Task.objects.get(source="teacher_input"), reason="已面谈")
    assert client(world.qiao).get(form(row)).status_code == 404
    assert QUESTION not in picture(world, "zhou")


@pytest.mark.parametrize("key", ["shen", "han", "gao", "nobody", "gu_account", "sys"])
def test_who_does_not_keep_the_record_asks_nobody(world: World, key: str) -> None:
    url = reverse("students:input_ask", args=[world.gu.student_no])
    assert client(world.people[key]).get(url).status_code in (403, 404)
    with pytest.raises(PermissionDenied):
        ask_teacher(
            actor=world.people[key], student=world.gu, teacher=world.wang, question=QUESTION,
            due_on=timezone.localdate(),
        )  # fmt: skip


@pytest.mark.parametrize("key", ["zhou", "gu_account", "staff"])
def test_oneself_students_and_administrators_are_not_asked(world: World, key: str) -> None:
    world.add_person("staff", "后台管理", is_staff=True)
    with pytest.raises(DomainError):
        ask_teacher(
            actor=world.zhou, student=world.gu, teacher=world.people[key], question=QUESTION,
            due_on=timezone.localdate(),
        )  # fmt: skip


def test_nobody_else_opens_the_link(world: World) -> None:
    row = asked(world)
    for key in ("zhou", "lu", "shen", "nobody", "gu_account"):
        assert client(world.people[key]).get(form(row)).status_code == 404, key


def test_sent_twice_is_one_question_and_an_open_one_is_not_doubled(world: World) -> None:
    key = uuid.uuid4()
    assert asked(world, client_key=key) == asked(world, client_key=key)
    with pytest.raises(DomainError, match="尚待答复"):
        asked(world)
    assert Task.objects.filter(source="teacher_input").count() == 1


def test_a_day_too_far_away_and_an_empty_answer_are_refused(world: World) -> None:
    with pytest.raises(DomainError, match="三十天"):
        asked(world, days=31)
    row = asked(world)
    answer = client(world.qiao).post(form(row), {"learning": "  "}, headers=EN)
    assert answer.status_code == 422
    assert "at least one sentence" in answer.content.decode()


def test_the_form_of_the_asker_names_the_teacher_by_number_or_name(world: World) -> None:
    world.add_person("qiao", "乔任课")
    url = reverse("students:input_ask", args=[world.gu.student_no])
    day = (timezone.localdate() + dt.timedelta(days=2)).isoformat()
    sent = {"teacher": "乔任课", "question": QUESTION, "due_on": day, "client_key": uuid.uuid4()}
    assert client(world.lu).get(url).status_code == 200
    assert client(world.lu).post(url, sent).status_code == 302
    assert client(world.lu).post(url, sent | {"teacher": "无此人"}).status_code == 422
    row = TeacherInput.objects.get()
    assert (row.asked_by, row.teacher) == (world.lu, world.qiao)
