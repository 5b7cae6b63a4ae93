"""Writes of the sealed area for the table of tests/core/test_audit.py."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from casework.domain import (
    bookings,
    screening_imports,
    screenings,
    sealed_files,
    sealed_notes,
    supervision,
)
from casework.models import Booking, FileSource, NoteKind, Scale, Slot, Way
from tests.world import World


def _note(w: World) -> Any:
    return sealed_notes.write_note(actor=w.psy, student=w.gu, kind=NoteKind.TALK, text="密封文字")


def _file(w: World) -> Any:
    return sealed_files.open_file(actor=w.psy, student=w.gu, source=FileSource.SELF)


def _round(w: World) -> Any:
    return screenings.open_round(
        actor=w.psy, name="普查", scale=Scale.objects.get(pk="PHQ-9"),
        starts_on=timezone.localdate(), ends_on=timezone.localdate(),
    )  # fmt: skip


def _slot(w: World, hours: int = 5) -> Slot:
    return Slot.objects.create(
        teacher=w.psy, starts_at=timezone.now() + dt.timedelta(hours=hours), ways=Way.FACE
    )


def _booking(w: World, hours: int = 5) -> Booking:
    return Booking.objects.create(slot=_slot(w, hours), student=w.gu, way=Way.FACE, booked_by=w.psy)


SEALED: dict[str, Callable[[World], Callable[[], Any]]] = {
    "casework.domain.sealed_notes.write_note": lambda w: lambda: _note(w),
    "casework.domain.sealed_notes.correct_note": lambda w: (
        (lambda note: lambda: sealed_notes.correct_note(
            actor=w.psy, note=note, text="更正后的文字", version=1))(_note(w))),
    "casework.domain.sealed_notes.destroy_note": lambda w: (
        (lambda note: lambda: sealed_notes.destroy_note(
            actor=w.psy, note=note, reason=sealed_notes.DestroyReason.ASKED))(_note(w))),
    "casework.domain.sealed_files.look_for_student": lambda w: lambda: (
        sealed_files.look_for_student(actor=w.psy, words=w.gu.student_no)),
    "casework.domain.sealed_files.open_file": lambda w: lambda: _file(w),
    "casework.domain.sealed_files.set_attention": lambda w: (
        (lambda file: lambda: sealed_files.set_attention(
            actor=w.psy, file=file, level=None, next_on=timezone.localdate(), keeper=None,
            version=1))(_file(w))),
    "casework.domain.sealed_files.give_advice": lambda w: (
        (lambda file: lambda: sealed_files.give_advice(
            actor=w.psy, file=file, advice_do="多陪伴", advice_dont="", own="", version=1))(
            _file(w))),
    "casework.domain.sealed_files.ensure_file": lambda w: lambda: sealed_files.ensure_file(
        actor=w.psy, student=w.gu, source=FileSource.SELF),
    "casework.domain.screenings.open_round": lambda w: lambda: _round(w),
    "casework.domain.screenings.record_sheet": lambda w: lambda: screenings.record_sheet(
        actor=w.psy, student=w.gu, scale=Scale.objects.get(pk="GAD-7"), answers=[0] * 7,
        taken_on=timezone.localdate()),
    "casework.domain.screening_imports.import_screening": lambda w: (
        (lambda of: lambda: screening_imports.import_screening(
            actor=w.psy, of=of, content=f"学号,总分\n{w.gu.student_no},12\n".encode()))(_round(w))),
    "casework.domain.bookings.offer_slots": lambda w: lambda: bookings.offer_slots(
        actor=w.psy, starts=[timezone.now() + dt.timedelta(days=1)], ways=[Way.FACE]),
    "casework.domain.bookings.withdraw_slot": lambda w: (
        (lambda slot: lambda: bookings.withdraw_slot(actor=w.psy, slot=slot))(_slot(w))),
    "casework.domain.bookings.book": lambda w: (
        (lambda slot: lambda: bookings.book(
            actor=w.gu_account, slot=slot, student=w.gu, way=Way.FACE))(_slot(w))),
    "casework.domain.bookings.cancel_booking": lambda w: (
        (lambda made: lambda: bookings.cancel_booking(actor=w.psy, booking=made))(_booking(w))),
    "casework.domain.bookings.note_presence": lambda w: (
        (lambda made: lambda: bookings.note_presence(actor=w.psy, booking=made, came=True))(
            _booking(w, -2))),
    "casework.domain.supervision.hold_session": lambda w: lambda: supervision.hold_session(
        actor=w.psy, held_on=timezone.localdate(), topic="适应", supervisor="督导师", text="某生"),
    "casework.domain.supervision.add_certificate": lambda w: lambda: supervision.add_certificate(
        actor=w.psy, person=w.psy, name="心理咨询师", issued_on=dt.date(2024, 1, 1)),
}  # fmt: skip
