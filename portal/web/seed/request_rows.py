"""Requests of the demo: half a year of them in every state, the duty list and the holiday table."""

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from casework.models import (
    GoesTo,
    OfficeDuty,
    ReportCode,
    Request,
    RequestKind,
    RequestStep,
)
from casework.request_access import sender_mark
from casework.request_catalogue import number
from casework.request_enums import Move
from cohorts.domain.appointments import appoint
from cohorts.enums import UnitKind
from cohorts.models import Role, SpecialDay, Unit
from cohorts.queries.working_days import work_calendar
from portal.core.crypto import encrypt
from portal.core.models import User
from students.access import standing
from students.models import Placement, Student

from .request_texts import ANSWERS, DAYS_OFF, DUTIES, OFFICE_OF, PLACES, STAFF, STILL, TEXTS
from .timeline import moment

_COUNT, _DAYS = 150, 150


@dataclass
class _Cast:
    students: list[Student]
    own: Student | None
    kinds: dict[str, RequestKind]
    units: dict[str, Unit]
    staff: dict[int, User]
    buildings: list[Unit]
    bringer: User | None
    desk: User | None


@transaction.atomic
def prepare_requests() -> int:
    """Fill the demo once; returns how many requests were made. The same school, the same rows."""
    if Request.objects.exists() or not Student.objects.exists():
        return 0
    rng = random.Random("requests/7")
    _days_off()
    cast = _cast()
    if not cast.students:
        return 0
    _duties(cast)
    made = [_one(rng, cast, age) for age in _ages(rng)]
    made += _of_student(cast)
    rows = [pair[0] for pair in made]
    Request.objects.bulk_create(rows)
    # What one request names as its number is known only now.
    RequestStep.objects.bulk_create(
        RequestStep(request=row, **step) for row, steps in made for step in steps
    )
    ReportCode.objects.bulk_create(
        ReportCode(unit=unit, code=f"demo{n:06d}", made_by=cast.desk)
        for n, unit in enumerate(cast.buildings[:6])
    )
    return len(rows)


def _days_off() -> None:
    SpecialDay.objects.bulk_create(
        [
            SpecialDay(
                day=dt.date.fromisoformat(first) + dt.timedelta(days=n), kind=kind, name=name
            )
            for first, length, kind, name in DAYS_OFF
            for n in range(length)
        ],
        ignore_conflicts=True,
    )


def _cast() -> _Cast:
    offices = {unit.name: unit for unit in Unit.objects.filter(kind=UnitKind.OFFICE)}
    units = {kind: offices[name] for kind, name in OFFICE_OF.items() if name in offices}
    desk = User.objects.filter(username="office", is_demo=True).first()
    top = Unit.objects.filter(kind=UnitKind.UNIVERSITY).order_by("pk").first()
    if desk is not None and top is not None:
        role = Role.objects.get(code="request_desk")
        appoint(actor=None, person=desk, role=role, unit=top)
    placed = Placement.objects.filter(standing(timezone.localdate()))
    own = Student.objects.filter(user__username="student").first()
    rows = Student.objects.filter(pk__in=placed.values("student_id")).order_by("pk")
    return _Cast(
        students=list(rows[: 40 * 60 : 40]), own=own,
        kinds={one.pk: one for one in RequestKind.objects.all()}, units=units,
        staff=_staff(units, desk),
        buildings=list(Unit.objects.filter(kind=UnitKind.BUILDING, closed_on=None).order_by("code")),
        bringer=User.objects.filter(username="counsellor", is_demo=True).first(), desk=desk,
    )  # fmt: skip


def _staff(units: dict[str, Unit], desk: User | None) -> dict[int, User]:
    """Somebody who answers, for each office of the duty list."""
    role, found = Role.objects.get(code="office_staff"), {}
    for n, unit in enumerate({one.pk: one for one in units.values()}.values()):
        here = User.objects.filter(
            appointments__unit=unit, appointments__role=role, appointments__revoked_at=None
        ).first()
        if here is None:
            here = User(username=f"office-{n:02d}", name=STAFF[n % len(STAFF)], title=role.name)
            here.set_unusable_password()
            here.save()
            appoint(actor=None, person=here, role=role, unit=unit)
        found[unit.pk] = here
    return found


def _duties(cast: _Cast) -> None:
    for kind, unit in cast.units.items():
        RequestKind.objects.filter(pk=kind).update(office=unit)
    lines = []
    for n, (kind, matter, words, days) in enumerate(DUTIES):
        unit = cast.units.get(kind)
        goes_to = GoesTo.OFFICE if unit is not None else GoesTo.ACADEMY
        lines.append(OfficeDuty(
            kind_id=kind, matter=matter, words=words, goes_to=goes_to, unit=unit,
            owner=cast.staff.get(unit.pk) if unit else None, answer_days=days, order=n * 10,
        ))  # fmt: skip
    lines.append(
        OfficeDuty(kind_id="life", matter="宿舍日常管理", goes_to=GoesTo.ACADEMY, order=900)
    )
    OfficeDuty.objects.bulk_create(lines)


def _ages(rng: random.Random) -> list[int]:
    """Days since each was sent, the oldest first; some every day of the last week."""
    older = [rng.randint(8, _DAYS) for _n in range(_COUNT - 24)]
    return sorted([*older, *(list(range(8)) * 3)], reverse=True)


def _at(age: float, hour: int) -> dt.datetime:
    day = timezone.localdate() - dt.timedelta(days=int(age))
    return moment(day, hour, 20)


def _one(rng: random.Random, cast: _Cast, age: int) -> tuple[Request, list[dict[str, Any]]]:
    code = rng.choice([kind for kind in TEXTS if kind in cast.kinds])
    student = rng.choice(cast.students)
    done = (
        ""
        if age < 1
        else "routed"
        if age < 2
        else rng.choice(_ENDS[0 if age < 9 else 1 if age < 25 else 2])
    )
    brought = rng.random() < 0.15
    return _made(rng, cast, student, code, age, done, brought)


# What became of requests of the last days, and of older ones: weights by repetition.
_ENDS = [
    ["sent", "routed", "in_progress", "in_progress", "answered"],
    ["closed"] * 6 + ["answered", "in_progress", "routed"],
    ["closed"] * 14 + ["lapsed"] * 3 + ["withdrawn"],
]


def _made(
    rng: random.Random, cast: _Cast, student: Student, code: str, age: int, done: str,
    brought: bool = False,
) -> tuple[Request, list[dict[str, Any]]]:  # fmt: skip
    kind, unit = cast.kinds[code], cast.units.get(code)
    sent = _at(age, 9 + rng.randint(0, 9))
    due = work_calendar().due_after(timezone.localdate(sent), kind.answer_days)
    sender = cast.bringer if brought and cast.bringer else student.user
    row = Request(
        kind=kind, text=rng.choice(TEXTS[code]), place=rng.choice(PLACES), student=student,
        unit=rng.choice(cast.buildings) if cast.buildings and code in ("repair", "life") else None,
        sent_by=sender, first_asked=cast.bringer if brought else None, sent_at=sent,
        due_from=timezone.localdate(sent), answer_days=kind.answer_days, due_on=due.day,
        is_due_provisional=due.is_provisional,
    )  # fmt: skip
    steps: list[dict[str, Any]] = [{"move": Move.SEND, "at": sent, "person": sender}]
    if done == "withdrawn":
        row.withdrawn_at = sent + dt.timedelta(hours=20)
        steps.append({"move": Move.WITHDRAW, "at": row.withdrawn_at, "person": student.user})
    if unit is None or done in ("", "sent", "withdrawn"):
        return row, steps
    who = cast.staff[unit.pk]
    row.office, row.routed_at = unit, sent + dt.timedelta(hours=3)
    row.first_asked = row.first_asked or cast.desk
    steps.append({"move": Move.ROUTE, "at": row.routed_at, "person": cast.desk, "unit": unit})
    if done == "routed":
        return row, steps
    row.handler, row.taken_at = who, row.routed_at + dt.timedelta(hours=2)
    steps.append({"move": Move.TAKE, "at": row.taken_at, "person": who, "unit": unit})
    if done == "in_progress":
        return row, steps
    _answer(rng, row, steps, who)
    if done != "answered":
        _close(rng, row, steps, student, done)
    return row, steps


def _answer(rng: random.Random, row: Request, steps: list[dict[str, Any]], who: User) -> None:
    late = rng.random() < 0.16
    now = timezone.now()
    at = row.taken_at + dt.timedelta(hours=rng.randint(2, 40), days=9 if late else 0)
    row.answered_at = row.first_answered_at = min(at, now - dt.timedelta(hours=1))
    row.answer = rng.choice(ANSWERS)
    row.is_in_time = timezone.localdate(row.answered_at) <= row.due_on
    steps.append({"move": Move.ANSWER, "at": row.answered_at, "person": who, "unit": row.office,
                  "text": row.answer})  # fmt: skip


def _close(
    rng: random.Random, row: Request, steps: list[dict[str, Any]], student: Student, done: str
) -> None:
    now = timezone.now()
    has_lapsed = done == "lapsed"
    wait = number("request.confirm_days") if has_lapsed else rng.random() * 4
    row.closed_at = min(row.answered_at + dt.timedelta(days=wait), now)
    row.has_lapsed = has_lapsed
    row.recheck_on = timezone.localdate(row.closed_at) + dt.timedelta(
        days=number("request.recheck_days")
    )
    move = Move.LAPSE if has_lapsed else Move.CONFIRM
    steps.append({"move": move, "at": row.closed_at, "person": None if has_lapsed else student.user})  # fmt: skip
    if not has_lapsed:
        row.is_solved = rng.random() < 0.9
        row.is_satisfied = rng.random() < 0.85 if rng.random() < 0.8 else None
    if row.recheck_on <= timezone.localdate() and rng.random() < 0.75:
        row.is_still_fine, row.recheck_on = rng.random() < 0.88, None
        at = row.closed_at + dt.timedelta(days=31)
        steps.append({"move": Move.RECHECK, "at": min(at, now), "person": student.user})


def _of_student(cast: _Cast) -> list[tuple[Request, list[dict[str, Any]]]]:
    """The demo student's own: one to confirm, one under way, one to be asked again, one protected."""
    if cast.own is None:
        return []
    rng = random.Random("requests/own")
    made = [
        _made(rng, cast, cast.own, "repair", 3, "answered"),
        _made(rng, cast, cast.own, "study", 2, "in_progress"),
        _made(rng, cast, cast.own, "life", 45, "lapsed"),
    ]
    again = made[-1][0]
    if again.closed_at:
        again.is_still_fine, again.recheck_on = None, timezone.localdate()
        made[-1] = (again, made[-1][1][:5])
    top = Unit.objects.filter(kind=UnitKind.UNIVERSITY).order_by("pk").first()
    if cast.own.user is not None and top is not None:
        kind, sent = cast.kinds["complaint"], _at(4, 15)
        due = work_calendar().due_after(timezone.localdate(sent), kind.answer_days)
        row = Request(
            kind=kind, text=STILL, is_protected=True, sender_sealed=encrypt(str(cast.own.user.pk)),
            sender_mark=sender_mark(cast.own.user), about=cast.units.get("aid"), office=top,
            sent_at=sent, routed_at=sent, due_from=timezone.localdate(sent),
            answer_days=kind.answer_days, due_on=due.day, is_due_provisional=due.is_provisional,
        )  # fmt: skip
        made.append((row, [{"move": Move.SEND, "at": sent, "person": None}]))
    return made
