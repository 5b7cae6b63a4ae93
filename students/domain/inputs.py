"""Asking a teacher for a few words on a student, and answering; each question is a task (system 41)."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.domain.task_acts import complete_task
from cohorts.domain.tasks import give_task
from cohorts.enums import TaskAct
from cohorts.models import Task
from cohorts.task_sources import TaskLine, TaskSource, register_source
from portal.core import audit
from portal.core.access import reached_keys, reaches_one
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.input_access import ANSWER, keeps_record
from students.models import Student, TeacherInput

SOURCE = "teacher_input"
FARTHEST = dt.timedelta(days=30)
_MIN_WORDS = 4
FIELDS = ("learning", "attitude", "advice")


@transaction.atomic
def ask_teacher(
    *,
    actor: User,
    student: Student,
    teacher: User,
    question: str,
    due_on: dt.date,
    client_key: uuid.UUID | None = None,
) -> TeacherInput:
    """Put one question about ``student`` to one member of staff, who gets a task with its link.

    The same ``client_key`` twice is one question. Raises PermissionDenied for who does not keep the
    record, DomainError for a teacher who cannot be asked, no words, or a day too far away.
    """
    forget_reach()
    if not keeps_record(actor, student.pk):
        raise PermissionDenied(_("None of your posts lets you ask teachers about this student."))
    sent: TeacherInput | None = (
        TeacherInput.objects.filter(client_key=client_key, asked_by=actor).first()
        if client_key is not None
        else None
    )
    if sent is not None:
        return sent
    words = " ".join(question.split())
    if len(words) < _MIN_WORDS:
        raise DomainError(_("Write the question in one sentence."))
    if due_on > timezone.localdate() + FARTHEST:
        raise DomainError(_("Give the teacher at most thirty days."))
    _check_teacher(actor, student, teacher)
    row: TeacherInput = TeacherInput.objects.create(
        student=student, asked_by=actor, teacher=teacher, question=words[:300],
        asked_at=timezone.now(), due_on=due_on, client_key=client_key,
    )  # fmt: skip
    audit.record(
        actor=actor, action="ask_teacher", obj=row, student=student.pk, teacher=teacher.pk,
        due_on=due_on,
    )  # fmt: skip
    give_task(
        actor=actor, source=SOURCE, source_id=row.pk, owner=teacher, due_on=due_on,
        key=f"input:{row.pk}",
    )  # fmt: skip
    return row


def _check_teacher(actor: User, student: Student, teacher: User) -> None:
    if teacher.pk == actor.pk:
        raise DomainError(_("You write your own words as a talk. Ask somebody else."))
    # The three administrators read no business data (rulebook 8.2), and students are no staff.
    if teacher.is_staff or Student.objects.filter(user=teacher).exists():
        raise DomainError(_("Only teachers and other staff can be asked about a student."))
    if TeacherInput.objects.filter(
        student=student, teacher=teacher, answered_at=None, withdrawn_at=None,
        due_on__gte=timezone.localdate(),
    ).exists():  # fmt: skip
        raise DomainError(_("%(name)s has an open question about this student already.") % {
            "name": teacher.name})  # fmt: skip


@transaction.atomic
def answer_input(*, actor: User, row: TeacherInput, words: Mapping[str, str]) -> TeacherInput:
    """Write the answer; with it the task is done and the teacher's sight ends.

    ``words`` by field of ``FIELDS``, one of them at least. Raises PermissionDenied once the question
    is answered, withdrawn or past its day, DomainError without words.
    """
    kept: TeacherInput = TeacherInput.objects.select_for_update().get(pk=row.pk)
    forget_reach()
    if not reaches_one(TeacherInput, actor, ANSWER, kept.pk):
        raise PermissionDenied(_("This question is not open to you any more."))
    given = {name: words.get(name, "").strip()[:1000] for name in FIELDS}
    if not any(given.values()):
        raise DomainError(_("Write at least one sentence in one of the fields."))
    task = Task.objects.filter(key=f"input:{kept.pk}", done_at=None, dropped_at=None).first()
    if task is not None:
        # Before the answer: with it the way to the task is closed.
        complete_task(
            actor=actor, task=task, evidence=_("The teacher has answered."), is_asked=True
        )
    for name, text in given.items():
        setattr(kept, name, text)
    kept.answered_at = timezone.now()
    kept.save(update_fields=[*FIELDS, "answered_at"])
    audit.record(actor=actor, action="answer_input", obj=kept, student=kept.student_id)
    return kept


def _follow(task: Task, act: str, actor: User | None) -> None:
    """A later day opens the question again, dropping it withdraws it; both by who asked."""
    rows = TeacherInput.objects.filter(pk=task.source_id or 0, answered_at=None)
    if act == TaskAct.DROPPED:
        rows.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())
    elif act == TaskAct.POSTPONED:
        if actor is not None and actor.pk == task.owner_id:
            raise DomainError(
                _("Who asked the question sets its last day. Ask that colleague for a later one.")
            )
        rows.update(due_on=task.due_on)


def _lock(task: Task) -> None:
    list(TeacherInput.objects.select_for_update().filter(pk=task.source_id or 0).only("pk"))


def _lines(user: User, ids: Sequence[int]) -> Mapping[int, TaskLine]:
    """The link of the form for who is asked, of the picture for who keeps the record."""
    found: dict[int, TaskLine] = {}
    for action in ("see_record", ANSWER):
        seen = TeacherInput.objects.restrict(user, action).filter(pk__in=list(ids))
        for pk, number, name, question in seen.order_by().values_list(
            "pk", "student__student_no", "student__name", "question"
        ):
            url = (
                reverse("students:input_answer", args=[pk])
                if action == ANSWER
                else reverse("students:picture", args=[number])
            )
            found[pk] = TaskLine(f"{name}：{question}", url)
    return found


def _can_act(person: User, ids: Collection[int]) -> set[int]:
    rows = TeacherInput.objects.restrict(person, ANSWER).filter(pk__in=list(ids))
    return set(rows.order_by().values_list("pk", flat=True))


def _reach(user: User, action: str) -> "QuerySet[Any] | None":
    return reached_keys(TeacherInput, user, "see_record") if action == "see_task" else None


def _door(task: Task) -> tuple[str, str]:
    words = _("A colleague asks you for a few words on a student.")
    return words, reverse("students:input_answer", args=[task.source_id])


register_source(
    TaskSource(
        SOURCE, gettext_lazy("question about a student"), "talk", lines=_lines, can_act=_can_act,
        reach=_reach, changed=_follow, moves_by_itself=True, lock=_lock, bell=_door,
        how_to_close=gettext_lazy("Answer the question with its form; the task is done with it."),
    )
)  # fmt: skip
