"""Random rows beside cases and talks: keys, reviews, moves, plans with promises, common problems,
requests, sealed records, tasks, letters, family and aid. Owners, senders and receivers are drawn
from everybody, so that most questions have somebody who may and many who may not."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from casework.enums import Helped, Outcome
from casework.enums import Move as Kind
from casework.models import (
    Booking,
    CaseReview,
    CauseCode,
    CommonProblem,
    HelpFeedback,
    KeyRequest,
    LedgerEntry,
    Plan,
    PlanStep,
    Request,
    Scale,
    Screening,
    SealedFile,
    SealedNote,
    SealedText,
    Slot,
    Transition,
)
from casework.models.counselling import Way
from casework.request_access import sender_mark
from cohorts.models import Appointment, Letter, Task
from portal.core.crypto import encrypt
from students.models import (
    AidGrant,
    AidRecognition,
    FamilyContact,
    HealthNote,
    Student,
    TeacherInput,
)

if TYPE_CHECKING:
    from tests.permissions.campus import Campus

DAY = dt.timedelta(days=1)


def hang(campus: "Campus") -> None:
    _accounts(campus)
    _on_cases(campus)
    _plans(campus)
    _sealed(campus)
    _requests(campus)
    _of_units(campus)
    _fields(campus)


def _accounts(campus: "Campus") -> None:
    """Some of the people are students as well: the own route."""
    for student, person in zip(campus.students[:8], campus.people[12:20], strict=True):
        Student.objects.filter(pk=student.pk).update(user=person)


def _on_cases(campus: "Campus") -> None:
    dice, now, today = campus.dice, timezone.now(), campus.today
    drawn = dice.sample(campus.cases, len(campus.cases) * 3 // 4)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(case=case, category_id=code, level_id=case.level_id, source=case.source,
                    entered_at=now - 5 * DAY)
        for case in campus.cases if not case.entries.exists()
        for code in dice.choice((("ECONOMIC",), ("ECONOMIC",), ("ECONOMIC", "PSYCH"), ("ACADEMIC",)))
    )  # fmt: skip
    rows = []
    for case in drawn:
        sides = dice.choice((["college", "academy"], ["college", "academy", "counselling"]))
        over = case.closed_at is not None or dice.random() < 0.3
        rows.append(KeyRequest(
            case=case, kind="close", outcome=Outcome.SOLVED, reason="目标达成", sides=sides,
            asked_by=dice.choice(campus.people), asked_at=now - 2 * DAY, due_at=now + DAY,
            settled_at=now - DAY if over else None,
            is_granted=(case.closed_at is not None) if over else None,
        ))  # fmt: skip
    KeyRequest.objects.bulk_create(rows)
    CaseReview.objects.bulk_create(
        CaseReview(case=case, held_on=today, findings="平稳", by=dice.choice(campus.people),
                   next_on=today + 30 * DAY) for case in drawn)  # fmt: skip
    HelpFeedback.objects.bulk_create(
        HelpFeedback(case=case, student=case.student, asked_at=now, answered_at=now,
                     helped=Helped.values[0]) for case in drawn if case.closed_at)  # fmt: skip
    moves = []
    for case in campus.cases:
        for _move in range(2):
            end = dice.choice(({}, {}, {"declined_at": now}, {"revoked_at": now},
                               {"accepted_at": now}))  # fmt: skip
            to = dice.choice((
                {"to_person": dice.choice(campus.people)}, {"to_outside": "市中心医院"},
                {"to_unit": campus.world.units[dice.choice(("counselling", "chem", "east12"))]},
            ))  # fmt: skip
            moves.append(Transition(case=case, kind=Kind.REQUEST, words="请协助",
                                    from_person=dice.choice(campus.people), asked_at=now,
                                    due_at=now + DAY, **to, **end))  # fmt: skip
    Transition.objects.bulk_create(moves)


def _plans(campus: "Campus") -> None:
    dice, now, today = campus.dice, timezone.now(), campus.today
    plans = Plan.objects.bulk_create(
        Plan(case=case, goal="通过两门课程", made_on=today) for case in campus.cases
    )
    steps = PlanStep.objects.bulk_create(
        PlanStep(plan=plan, text="每周谈话", owner=dice.choice(campus.people), due_on=today)
        for plan in plans
    )
    Task.objects.bulk_create(
        Task(source="plan_step", source_id=step.pk, owner=step.owner, given_at=now,
             given_by=dice.choice(campus.people), due_on=today, first_due_on=today)
        for step in steps
    )  # fmt: skip


def _sealed(campus: "Campus") -> None:
    dice, now = campus.dice, timezone.now()
    scale, students = Scale.objects.all()[0], campus.students[:24]
    texts = iter(SealedText.objects.bulk_create(
        SealedText(cipher=b"x", mark="0") for _n in range(5 * len(campus.students))))  # fmt: skip
    SealedFile.objects.bulk_create(
        SealedFile(student=one, source="self", opened_at=now) for one in students)  # fmt: skip
    SealedNote.objects.bulk_create(
        SealedNote(student=case.student, case=case if dice.random() < 0.8 else None, kind="talk",
                   author=dice.choice(campus.people[:14]), at=now, text=next(texts))
        for case in campus.cases for _note in range(2))  # fmt: skip
    Screening.objects.bulk_create(
        Screening(student=one, scale=scale, taken_on=campus.today, answers=next(texts))
        for one in students)  # fmt: skip
    slots = Slot.objects.bulk_create(
        Slot(teacher=campus.people[0], starts_at=now + number * DAY, ways=Way.values[0])
        for number in range(1, len(students) + 1))  # fmt: skip
    Booking.objects.bulk_create(
        Booking(slot=slot, student=one, way=Way.values[0], booked_by=campus.people[0])
        for slot, one in zip(slots, students, strict=True))  # fmt: skip


def _requests(campus: "Campus") -> None:
    dice, now, today = campus.dice, timezone.now(), campus.today
    units = [campus.world.units[key] for key in
             ("uni", "chem", "mech", "mingde", "counselling", "c2301", "east12")]  # fmt: skip
    rows = []
    for number in range(60):
        asked: dict[str, Any] = {
            "kind_id": "life", "text": "灯坏了，请修理", "sent_at": now, "due_from": today,
            "answer_days": 3, "due_on": today,
            "withdrawn_at": now if dice.random() < 0.15 else None,
        }  # fmt: skip
        sender = dice.choice(campus.people)
        if number % 3 == 0:
            rows.append(Request(
                **asked | {"kind_id": "complaint"}, is_protected=True,
                about=dice.choice([None, *units]) if number else campus.world.units["mingde"],
                sender_mark=sender_mark(sender), sender_sealed=encrypt(str(sender.pk)),
                handler=dice.choice((None, None, dice.choice(campus.people))) if number else None,
            ))  # fmt: skip
            continue
        student = dice.choice(campus.students[:12]) if number % 3 == 1 else None
        rows.append(Request(
            **asked, student=student, sent_by=sender, office=dice.choice([None, *units]),
            first_asked=dice.choice((None, dice.choice(campus.people))),
        ))  # fmt: skip
    Request.objects.bulk_create(rows)


def _of_units(campus: "Campus") -> None:
    dice, now, today = campus.dice, timezone.now(), campus.today
    cause, units = CauseCode.objects.all()[0], list(campus.world.units.values())
    CommonProblem.objects.bulk_create(
        CommonProblem(cause=cause, unit=unit, title="共性问题", fix="统一整改", due_on=today,
                      owner=dice.choice(campus.people), opened_at=now)
        for unit in units)  # fmt: skip
    Task.objects.bulk_create(
        Task(text="核对名单", unit=unit, given_at=now, due_on=today, first_due_on=today,
             owner=dice.choice((None, dice.choice(campus.people))),
             given_by=dice.choice(campus.people), verifier=dice.choice((None, *campus.people[:9])))
        for unit in units)  # fmt: skip
    Letter.objects.bulk_create(
        Letter(year=2025, number=number, post=post, person_name="任职人", role_name="岗位",
               issuer_name="示范大学", starts_on=post.starts_on, issued_on=post.starts_on)
        for number, post in enumerate(Appointment.objects.order_by("pk")[:40], 1))  # fmt: skip


def _fields(campus: "Campus") -> None:
    for number, student in enumerate(campus.students[:30]):
        contact = FamilyContact(student=student, name="家长", relation="father")
        contact.set_phone(f"139{number:08}")
        contact.save()
        year, day = "2026-2027", campus.today
        HealthNote.objects.create(student=student, kind="other", text_cipher=b"x", since=day)
        AidRecognition.objects.create(
            student=student, academic_year=year, tier_id="1", decided_on=day
        )
        AidGrant.objects.create(student=student, academic_year=year, kind_id="A04", amount=1,
                                granted_on=day)  # fmt: skip
        _question(campus, number, student)


def _question(campus: "Campus", number: int, student: Student) -> None:
    """Some wait, some were answered, some are past their day; asked of people of the campus."""
    is_done, now = number % 3 == 1, timezone.now()
    TeacherInput.objects.create(
        student=student, asked_by=campus.people[0], asked_at=now, question="课堂表现如何",
        teacher=campus.people[number % len(campus.people)],
        due_on=campus.today - DAY * (number % 5 == 4), advice="多练习" if is_done else "",
        answered_at=now if is_done else None,
    )  # fmt: skip
