"""Sealed notes: written, corrected with every version kept sealed, destroyed to a label."""

import datetime as dt
import uuid

import pgtrigger
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from casework.domain.sealed_files import ensure_file
from casework.domain.sealed_text import check_cleared, is_cleared, keep_text
from casework.models import (
    Case,
    FileSource,
    NoteKind,
    Screening,
    SealedNote,
    SealedNoteVersion,
    SealedText,
)
from casework.sealed_access import shut_student_ids
from portal.core import audit
from portal.core.access import reaches_one
from portal.core.errors import DomainError, StaleError
from portal.core.models import User
from portal.core.sealing import unseal
from students.models import Student

MOST_CHARS = 10_000
# A talk of the centre ends the wait that a screening began.
_TALKS = (NoteKind.TALK, NoteKind.ASSESSMENT)


class DestroyReason(models.TextChoices):
    """Chosen, never typed: a typed reason would tell in the audit what the note told."""

    EXPIRED = "expired", gettext_lazy("the time of keeping is over")
    ASKED = "asked", gettext_lazy("the student asked for it")
    MISTAKE = "mistake", gettext_lazy("written to the wrong file")


@sensitive_variables()
@transaction.atomic
def write_note(
    *, actor: User, student: Student, kind: NoteKind, text: str, at: dt.datetime | None = None,
    client_key: uuid.UUID | None = None,
) -> SealedNote:  # fmt: skip
    """One note on the file of ``student``; the file is opened with the first one.

    It belongs to the open case, if there is one, so that broken glass finds it. The same
    ``client_key`` of the same writer returns the first note. Who is not cleared, but may write
    notes of the own, writes talks only. Raises DomainError for an empty text or a time ahead.
    """
    text, at = text.strip(), at or timezone.now()
    _check(text, at)
    sent: SealedNote | None = SealedNote.objects.filter(client_key=client_key).first()
    sent = sent if client_key else None
    if sent is not None:
        if (sent.author_id, sent.student_id) == (actor.pk, student.pk):
            return sent
        raise DomainError(_("This form was sent before. Reload the page and write again."))
    by_centre = _check_writer(actor, student, kind)
    ensure_file(actor=actor, student=student, source=FileSource.REFERRED)
    case = Case.objects.filter(student=student, closed_at=None).only("pk").first()
    note: SealedNote = SealedNote.objects.create(
        student=student, case=case, kind=kind, author=actor, at=at, text=keep_text(text),
        client_key=client_key,
    )  # fmt: skip
    audit.record(actor=actor, action="write_sealed", obj=note, student=student.pk, kind=str(kind))
    if by_centre and kind in _TALKS:
        waiting = Screening.objects.filter(student=student, talked_at=None, taken_on__lte=at)
        waiting.filter(follow_by__isnull=False).update(talked_at=at, talk=note)
    return note


def _check(text: str, at: dt.datetime) -> None:
    if not text:
        raise DomainError(_("Write at least one sentence."))
    if len(text) > MOST_CHARS:
        raise DomainError(_("The note is too long; split it into two."))
    if at > timezone.now() + dt.timedelta(minutes=5):
        raise DomainError(_("The time lies in the future. Enter when it took place."))


def _check_writer(actor: User, student: Student, kind: NoteKind) -> bool:
    """Whether the writer is cleared; raises PermissionDenied for those who may not write."""
    if is_cleared(actor, student.pk):
        return True
    is_own = kind == NoteKind.TALK and reaches_one(Student, actor, "log_sealed", student.pk)
    if not is_own or student.pk in shut_student_ids(actor):
        raise PermissionDenied(_("None of your posts allows you to write this note."))
    return False


@sensitive_variables()
@transaction.atomic
def correct_note(*, actor: User, note: SealedNote, text: str, version: int) -> SealedNote:
    """New words for the own note; the former ones stay, sealed. Raises StaleError when the note
    is not ``version`` any more, PermissionDenied for somebody else's."""
    text = text.strip()
    note = SealedNote.objects.select_for_update(of=("self",)).select_related("text").get(pk=note.pk)
    _check(text, note.at)
    if note.author_id != actor.pk:
        raise PermissionDenied(_("Only the writer corrects a note."))
    _check_writer(actor, note.student, NoteKind(note.kind))
    if note.version != version:
        raise StaleError(_("The note was changed meanwhile. Reload the page, then try again."))
    if unseal(bytes(note.text.cipher)) == text:
        return note
    SealedNoteVersion.objects.create(
        note=note, number=note.version, text=note.text, replaced_by=actor,
        replaced_at=timezone.now(),
    )  # fmt: skip
    note.text = keep_text(text)
    note.version += 1
    note.save(update_fields=["text", "version"])
    audit.record(
        actor=actor, action="correct_sealed", obj=note, student=note.student_id,
        version=note.version,
    )  # fmt: skip
    return note


@transaction.atomic
def destroy_note(*, actor: User, note: SealedNote, reason: DestroyReason) -> None:
    """Text, versions and the note itself go; a label stays in the audit trail: kind, day, writer,
    how many versions, the reason chosen from a list. For those cleared for the student only."""
    note = SealedNote.objects.select_for_update().get(pk=note.pk)
    check_cleared(actor, note.student)
    versions = list(note.versions.values_list("text_id", flat=True))
    audit.record(
        actor=actor, action="destroy_sealed", obj=note, student=note.student_id, kind=note.kind,
        on=timezone.localdate(note.at).isoformat(), author=note.author_id,
        versions=len(versions) + 1, reason=str(DestroyReason(reason)),
    )  # fmt: skip
    kept = ("casework.SealedNote:keep_sealed_note",
            "casework.SealedNoteVersion:keep_sealed_version")  # fmt: skip
    with pgtrigger.ignore(*kept):
        note.versions.all().delete()
        SealedNote.objects.filter(pk=note.pk).delete()
    SealedText.objects.filter(pk__in=[*versions, note.text_id]).delete()
