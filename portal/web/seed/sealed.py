"""The sealed area of the invented school: files, notes, a screening, hours, supervision.

Written by the models and not by COPY: few rows, and every text is sealed on its way.
"""

import datetime as dt
import random

from django.conf import settings

from casework.domain.screenings import Taken, keep_sheets
from casework.domain.sealed_text import keep_texts
from casework.models import (
    Booking,
    Case,
    Certificate,
    FileSource,
    NoteKind,
    Scale,
    Screening,
    ScreeningRound,
    SealedFile,
    SealedNote,
    Slot,
    Supervision,
    SupervisionPresence,
    Way,
)
from casework.screening_rules import Sheet, total_of
from students.models import Student

from .staff import Person
from .timeline import Timeline, moment

FILES, SHEETS = 40, 240
NOTES = [
    (NoteKind.TALK, "来访自述近两周入睡困难，与室友作息不同。约定每天固定起床时间，下周再谈。"),
    (NoteKind.TALK, "谈到考试压力，能说出两位可以求助的人。情绪较上次平稳。"),
    (NoteKind.ASSESSMENT, "本次访谈未见当下危险。建议就诊精神科门诊评估睡眠，由本人决定。"),
    (NoteKind.PLAN, "每周一次面谈，共四次；第二次后与本人商量是否告知家人。"),
    (NoteKind.HOSPITAL, "本人带回门诊回执：已就诊，医嘱复诊日期在两周后。"),
]
DOS = ["见面先聊近况，多听少评", "约一起吃饭或散步", "变动课程安排前先打招呼"]
DONTS = ["勿在班级群提及", "勿追问家庭情况", "勿单独要求其公开发言"]
OWN = "先把起床时间固定下来；难受的时候拨心理热线，或直接来中心，不用预约。"
SESSIONS = [
    ("新生适应与睡眠", "某生入学两月，睡眠差，朋友少。讨论了如何与室友协商作息。", "外聘督导师"),
    ("学业受挫后的回避", "某生多门课受挫后不出门。讨论了小步目标与转介时机。", "外聘督导师"),
    ("家校沟通中的保密", "成年学生不愿告知家人。讨论了告知本人在先与例外情形。", "医院精神科医师"),
]
_HOURS = (9, 10, 14, 15, 16)


def seed_sealed(people: list[Person], times: Timeline, rng: random.Random) -> int:
    """Rows written; none where no key is set or nobody works in the centre."""
    if not settings.SEALED_KEYS or not people:
        return 0
    files = _files(people, times, rng)
    _screening(people, times, rng)
    _hours(people, times, rng, [file.student_id for file in files])
    _supervision(people, times)
    return len(files)


def _files(people: list[Person], times: Timeline, rng: random.Random) -> list[SealedFile]:
    cases = list(
        Case.objects.filter(closed_at=None, entries__category="PSYCH")
        .order_by("level__rank", "pk")
        .distinct()
        .values_list("pk", "student_id", "level_id")[:FILES]
    )
    own = keep_texts([OWN] * (len(cases) // 3))
    files = SealedFile.objects.bulk_create(
        SealedFile(
            student_id=student, source=rng.choice(list(FileSource)), opened_by_id=people[0].id,
            opened_at=moment(times.today - dt.timedelta(days=30 + n), 10),
            keeper_id=people[n % len(people)].id, level_id=level,
            next_on=times.today + dt.timedelta(days=(n % 6) - 1),
            advice_do=rng.choice(DOS) if n % 2 == 0 else "",
            advice_dont=rng.choice(DONTS) if n % 2 == 0 else "",
            own_advice=own[n] if n < len(own) else None,
        )
        for n, (_case, student, level) in enumerate(cases)
    )  # fmt: skip
    planned = [
        (case, student, people[n % len(people)].id, *NOTES[(n + k) % len(NOTES)], n + 9 * k)
        for n, (case, student, _level) in enumerate(cases)
        for k in range(1 + n % 3)
    ]
    texts = keep_texts([text for *_rest, text, _ago in planned])
    SealedNote.objects.bulk_create(
        SealedNote(
            student_id=student, case_id=case, kind=kind, author_id=author, text=text,
            at=moment(times.today - dt.timedelta(days=1 + ago % 28), 15, 10),
        )
        for (case, student, author, kind, _words, ago), text in zip(planned, texts, strict=True)
    )  # fmt: skip
    return files


def _screening(people: list[Person], times: Timeline, rng: random.Random) -> None:
    """PHQ-9 of the freshmen, some weeks ago: most talks were held, some wait, two for today."""
    scale = Scale.objects.get(pk="PHQ-9")
    of = ScreeningRound.objects.create(
        name=f"{times.year}级新生心理普查", scale=scale, entry_year=times.year,
        starts_on=times.today - dt.timedelta(days=12), ends_on=times.today - dt.timedelta(days=6),
        opened_by_id=people[0].id,
    )  # fmt: skip
    pupils = list(
        Student.objects.filter(entry_year=times.year, status="01")
        .order_by("pk")
        .values_list("pk", flat=True)[:SHEETS]
    )
    taken = []
    for n, pk in enumerate(pupils):
        weight = (0, 0, 0, 1) if n % 12 else (0, 1, 1, 2)
        answers = [rng.choice(weight) for _item in range(8)] + [1 if n in (7, 101) else 0]
        day = times.today - dt.timedelta(days=6 + n % 6)
        taken.append(Taken(pk, day, Sheet(tuple(answers), total_of(scale, answers))))
    made = keep_sheets(None, scale, of, taken)
    held = [one for n, one in enumerate(made) if one.follow_by and not one.is_same_day and n % 3]
    for one in held:
        one.talked_at = moment(one.taken_on + dt.timedelta(days=3), 16)
    Screening.objects.bulk_update(held, ["talked_at"])


def _hours(people: list[Person], times: Timeline, rng: random.Random, students: list[int]) -> None:
    """Hours of the last eight weeks and the next: today's first ones are booked."""
    ways = list(Way)
    slots = Slot.objects.bulk_create(
        Slot(
            teacher_id=person.id, starts_at=moment(times.today + dt.timedelta(days=ahead), hour),
            minutes=50, ways=f"{Way.FACE},{ways[hour % len(ways)]}" if hour % 4 else Way.FACE,
            place="心理中心咨询室",
        )
        for person in people[:2]
        for ahead in range(-56, 8)
        if (times.today + dt.timedelta(days=ahead)).weekday() < 5 or ahead == 0
        for hour in _HOURS
    )  # fmt: skip
    if not students:
        return
    booked = []
    for n, slot in enumerate(slots):
        ahead = (slot.starts_at.date() - times.today).days
        if (ahead < 0 and n % 3) or (ahead == 0 and slot.starts_at.hour in (9, 14, 16)):
            student = students[n % len(students)]
        elif ahead > 0 and n % 5 == 0:
            student = rng.choice(students)
        else:
            continue
        booked.append(
            Booking(
                slot=slot, student_id=student, way=slot.ways.split(",")[-1],
                booked_by_id=slot.teacher_id, came=n % 9 != 0 if ahead < 0 else None,
            )
        )  # fmt: skip
    Booking.objects.bulk_create(booked)


def _supervision(people: list[Person], times: Timeline) -> None:
    texts = keep_texts([text for _topic, text, _who in SESSIONS])
    sessions = Supervision.objects.bulk_create(
        Supervision(
            held_on=times.today - dt.timedelta(days=20 * n + 5), topic=topic, supervisor=who,
            case_code=f"督-{times.today.year}-{len(SESSIONS) - n:03d}", text=text,
            made_by_id=people[0].id,
        )
        for n, ((topic, _words, who), text) in enumerate(zip(SESSIONS, texts, strict=True))
    )  # fmt: skip
    SupervisionPresence.objects.bulk_create(
        SupervisionPresence(session=session, person_id=person.id)
        for session in sessions
        for person in people[:3]
    )
    Certificate.objects.bulk_create(
        Certificate(
            person_id=person.id, name="中国心理学会注册助理心理师" if n else "国家心理咨询师二级",
            number=f"D{times.year - 3}{n:03d}", issued_on=dt.date(times.year - 3, 6, 1),
            ends_on=times.today + dt.timedelta(days=40) if n else None,
        )
        for n, person in enumerate(people[:3])
    )  # fmt: skip
