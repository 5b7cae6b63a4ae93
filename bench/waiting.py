"""What waits for people, fifty lines of each: tasks, keys, moves for the leader, requests for the desk."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from casework.domain.closing import ask_closing
from casework.domain.transitions_bulk import send_cases
from casework.enums import Outcome
from casework.models import Case, KeyRequest, Request, RequestKind
from cohorts.domain.appointments import appoint
from cohorts.enums import UnitKind
from cohorts.models import Role, Task, Unit
from portal.core.models import User
from students.models import Student

LINES = 50
# A little more than fits one page, as in life.
MADE = LINES + 10
WORDS = "换岗，请接手每周面谈与家校联系"
EVIDENCE = "接收单位回执已存档"


@transaction.atomic
def fill(leader: User) -> User:
    """Everything once; returns the account of the desk. What waits for the leader was asked by a
    deputy secretary of every academy: the key of the college is still to be turned."""
    desk = User.objects.filter(username="bench_desk").first()
    if desk is not None:
        return desk
    desk = User.objects.create_user(username="bench_desk", name="柏知远")
    _appoint(desk, "request_desk", UnitKind.UNIVERSITY)
    asker = User.objects.create_user(username="bench_asker", name="柏守正")
    _appoint(asker, "deputy_secretary", UnitKind.ACADEMY)
    _tasks(leader, asker)
    _cases(leader, asker)
    _requests()
    return desk


def _appoint(person: User, role: str, kind: str) -> None:
    held = Role.objects.get(code=role)
    for unit in Unit.objects.filter(kind=kind, closed_on=None):
        appoint(actor=None, person=person, role=held, unit=unit)


def _tasks(owner: User, giver: User) -> None:
    today = timezone.localdate()
    Task.objects.bulk_create(
        Task(text=f"核对第{n + 1}组走访记录", owner=owner, given_by=giver, given_at=timezone.now(),
             due_on=today + dt.timedelta(days=n - 5), first_due_on=today + dt.timedelta(days=n - 5))
        for n in range(MADE)
    )  # fmt: skip


def _cases(leader: User, asker: User) -> None:
    both = Case.objects.restrict(leader, "manage_case").filter(closed_at=None).exclude(owner=leader)
    theirs = Case.objects.restrict(asker, "manage_case").values("pk")
    # The case whose page is measured stays as it is.
    cases = list(both.filter(pk__in=theirs).order_by("-pk")[:MADE])
    send_cases(actor=asker, cases=cases, to=leader, words=WORDS)
    busy = KeyRequest.objects.filter(case__in=cases, kind="close", settled_at=None)
    for case in Case.objects.filter(pk__in=[one.pk for one in cases]).exclude(
        pk__in=busy.values("case_id")
    ):
        ask_closing(
            actor=asker, case=case, outcome=Outcome.REFERRED, reason=WORDS, evidence=EVIDENCE
        )


def _requests() -> None:
    today, now = timezone.localdate(), timezone.now()
    kind = RequestKind.objects.filter(is_protected=False).order_by("pk").first()
    assert kind is not None
    Request.objects.bulk_create(
        Request(kind=kind, text="水房阀门漏水，地面湿滑", student=student, sent_by=None,
                due_from=today, answer_days=5, due_on=today + dt.timedelta(days=7), sent_at=now)
        for student in Student.objects.order_by("pk")[:MADE]
    )  # fmt: skip
