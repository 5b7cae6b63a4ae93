"""A little life in the sealed area, with words that can be looked for behind every door.

gu: a note of psy, one of zhou's own, advice to the student, a booked hour. cheng: a corrected note
of psy, a screening, a booked hour. One session of supervision. ``MARKS`` says who may read which
words; psy is locked out of gu's case by the test that uses this.
"""

import datetime as dt
import io
import zipfile
from typing import Any

from django.core import mail
from django.utils import timezone

from casework.domain.bookings import book, offer_slots
from casework.domain.screenings import open_round, record_sheet
from casework.domain.sealed_files import give_advice, set_attention
from casework.domain.sealed_notes import correct_note, write_note
from casework.domain.supervision import hold_session
from casework.models import CaseLevel, NoteKind, Scale, SealedFile, Way
from portal.core.domain.mails import mail_at_once, promise_mails
from portal.core.dues import dated_entries
from portal.core.icalendar_feed import feed
from portal.core.models import MailKind, MailRhythm
from portal.core.tasks import send_mails
from students.models import Student
from tests.api_client import caller, rows_of, token_of
from tests.world import World

# words: who may read them
MARKS: dict[str, set[str]] = {
    "芦苇荡边的旧事": set(),  # psy's note on gu, shut to psy by the lock-out
    "青石巷口的约定": {"zhou"},
    "白鹭洲前的叮咛": {"gu_account"},
    "桂花巷里的心事": {"gu_account"},  # what gu's hour is about
    "梧桐树下的争执": {"psy"},
    "更正前的梧桐旧稿": {"psy"},
    "枫林晚照的缘由": {"psy"},  # what cheng's hour is about
    "某生月下独行": {"psy"},  # supervision
    "2 1 2 0 2 1 2 0 1": {"psy"},  # cheng's answers
}
(GU_NOTE, ZHOU_NOTE, GU_ADVICE, GU_HOUR, CHENG_NOTE, CHENG_OLD, CHENG_HOUR, SESSION, ANSWERS) = (
    MARKS
)
PLACES = ("casework:sealed", "casework:my_care", "casework:supervision_session")


def plant(world: World) -> dict[str, Any]:
    """Values for the placeholders of the table of addresses."""
    today = timezone.localdate()
    psy, gu, cheng = world.psy, world.gu, world.cheng
    write_note(actor=psy, student=gu, kind=NoteKind.TALK, text=GU_NOTE)
    own = write_note(actor=world.zhou, student=gu, kind=NoteKind.TALK, text=ZHOU_NOTE)
    file = SealedFile.objects.get(student=gu)
    file = set_attention(
        actor=psy, file=file, level=CaseLevel.objects.get(pk="RED"), next_on=today, keeper=psy,
        version=file.version,
    )  # fmt: skip
    give_advice(
        actor=psy, file=file, advice_do="多陪伴", advice_dont="", own=GU_ADVICE,
        version=file.version,
    )  # fmt: skip
    old = write_note(actor=psy, student=cheng, kind=NoteKind.TALK, text=CHENG_OLD)
    note = correct_note(actor=psy, note=old, text=CHENG_NOTE, version=1)
    record_sheet(
        actor=psy, student=cheng, scale=Scale.objects.get(pk="PHQ-9"), taken_on=today,
        answers=[int(part) for part in ANSWERS.split()],
    )  # fmt: skip
    opened = open_round(
        actor=psy, name="新生普查", scale=Scale.objects.get(pk="PHQ-9"), starts_on=today,
        ends_on=today,
    )  # fmt: skip
    start = timezone.now().replace(microsecond=0) + dt.timedelta(hours=5)
    slots = offer_slots(
        actor=psy, starts=[start + dt.timedelta(hours=n) for n in range(3)], ways=[Way.FACE]
    )
    mine = book(actor=world.gu_account, slot=slots[0], student=gu, way=Way.FACE, about=GU_HOUR)
    other = book(actor=psy, slot=slots[1], student=cheng, way=Way.FACE, about=CHENG_HOUR)
    session = hold_session(
        actor=psy, held_on=today, topic="新生适应", supervisor="督导师", text=SESSION, present=[psy]
    )
    stray = Student.objects.create(name="无处可寻", student_no="2230599999", entry_year=2023)
    return {
        "sealed_note": note.pk, "sealed_own": own.pk, "round": opened.pk, "slot": slots[2].pk,
        "booking": mine.pk, "booking_cheng": other.pk, "session": session.pk, "stray": stray.pk,
        "marks": MARKS, "cheng_hour": CHENG_HOUR,
    }  # fmt: skip


def everything_that_leaves(world: World) -> str:
    """All that the portal sends or hands to programs, for every account: digests and briefs,
    urgent mails, calendars, every answer of the API by token; and what stands in the queue."""
    parts: list[str] = []
    day = timezone.localdate()
    for key, person in world.people.items():
        type(person).objects.filter(pk=person.pk).update(email=f"{key}@example.edu")
    people = [person.pk for person in world.people.values()]
    now = timezone.now()
    for kind in (MailKind.DIGEST, MailKind.BRIEF):
        promise_mails(people=people, kind=kind, key=f"slot:{kind}", due_at=now,
                      gone_at=now + dt.timedelta(hours=1))  # fmt: skip
    mail_at_once(people=people, key="x", is_alarm=True)
    MailRhythm.objects.bulk_create(
        [MailRhythm(user_id=pk, quiet_from=0, quiet_until=0) for pk in people]
    )
    send_mails()
    parts += [str(one.message()) + str(one.body) for one in mail.outbox]
    for person in world.people.values():
        entries = dated_entries(person, day - dt.timedelta(days=400), day + dt.timedelta(days=400))
        parts.append(feed(entries, now).decode())
        program = caller(token_of(person))
        for name in ("students", "placements", "units", "appointments", "cases", "follow-ups",
                     "tasks", "requests"):  # fmt: skip
            for row in rows_of(program, name) or []:
                one = program.get(f"/api/v1/{name}/{row['id']}/")
                parts.append(one.content.decode())
    return "\n".join(parts)


def told(content: bytes) -> str:
    """The words of an answer; of a workbook or Word file those of its parts."""
    if not content.startswith(b"PK\x03\x04"):
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "\n".join(parts.read(name).decode(errors="replace") for name in parts.namelist())


def leaks(place: str, key: str, content: bytes) -> list[str]:
    """Words in an answer of ``place`` that ``key`` must not read there."""
    text = told(content)
    return [
        mark
        for mark, allowed in MARKS.items()
        if mark in text and (key not in allowed or not place.startswith(PLACES))
    ]
