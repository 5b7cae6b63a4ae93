"""Questions to teachers of the demo: some answered, one that waits for the tutor's account."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from cohorts.models import Task
from portal.core.errors import DomainError
from portal.core.models import User
from students.domain.inputs import answer_input, ask_teacher
from students.models import Student, TeacherInput

_QUESTION = "该生近期在您课上的学习情况如何？您有什么建议？"
# learning, attitude, advice: invented
_ANSWERS = [
    ("作业基本按时，推导题常漏步骤；第六周小测 71 分", "坐得靠前，课间会来问问题", "每周来一次答疑，先补极限与导数"),
    ("实验预习认真，报告数据处理较弱", "小组里愿意承担记录和整理", "可参加学院周三晚的实验辅导"),
    ("两次缺课，均事后补交作业", "精神比上月好，发言不多", "建议班主任了解早课作息"),
]  # fmt: skip
_DAYS = 7


def prepare_inputs() -> int:
    """Asked by the counsellor's account through the domain; how many questions there are."""
    people = {one.username: one for one in User.objects.filter(is_demo=True)}
    asker, tutor = people.get("counsellor"), people.get("tutor")
    if asker is None or TeacherInput.objects.exists():
        return 0
    mine = Student.objects.restrict(asker, "log_talk").filter(
        cases__isnull=False, cases__closed_at__isnull=True
    )
    students = list(mine.order_by("cases__contact_due_at", "pk").distinct()[:4])
    posts = User.objects.filter(appointments__role__code="class_adviser", is_demo=False)
    teachers = list(posts.order_by("pk").distinct()[:4])
    made = 0
    for n, student in enumerate(students):
        for k, teacher in enumerate(teachers[: 1 + n % 2]):
            made += _ask(asker, student, teacher, (n + k) % (len(_ANSWERS) + 1))
    if tutor is not None and students:
        made += _ask(asker, students[0], tutor, len(_ANSWERS))
    return made


def _ask(asker: User, student: Student, teacher: User, answer: int) -> bool:
    """One question; the numbers after the last answer leave it open."""
    day = timezone.localdate() + dt.timedelta(days=_DAYS)
    try:
        with transaction.atomic():
            row = ask_teacher(
                actor=asker, student=student, teacher=teacher, question=_QUESTION, due_on=day
            )
            if answer < len(_ANSWERS):
                words = dict(zip(("learning", "attitude", "advice"), _ANSWERS[answer], strict=True))
                answer_input(actor=teacher, row=row, words=words)
    except DomainError:
        return False  # somebody who left, or the same person twice
    asked = timezone.now() - dt.timedelta(days=3)
    TeacherInput.objects.filter(pk=row.pk).update(asked_at=asked)
    Task.objects.filter(source="teacher_input", source_id=row.pk).update(given_at=asked)
    return True
