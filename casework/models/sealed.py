"""The sealed psychological file (心理一人一档): one per student; text stands encrypted only.

All sealed text, of notes, screenings, bookings and supervision, is in ``SealedText``: one table to
rotate and one column to look for in a dump. It is read by ``casework.queries.sealed`` alone, after
``restrict`` has said which records a person reaches; the table itself has no route. None of these
models is registered in the admin, and their history holds no text (casework/sealed_checks.py).
"""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.access import RestrictedManager
from students.models import Student

from .case import Case
from .catalogue import CaseLevel


class SealedText(models.Model):
    """Ciphertext and the mark of its key (portal/core/sealing.py). No route leads here."""

    see_action: ClassVar[str] = "clear_psychological"

    cipher = models.BinaryField()
    mark = models.CharField(max_length=12, db_index=True)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("sealed text")
        verbose_name_plural = _("sealed texts")

    def __str__(self) -> str:
        return f"{self.pk}"


class FileSource(models.TextChoices):
    """Why a file was opened."""

    SELF = "self", _("came by themselves")
    REFERRED = "referred", _("referred by staff")
    SCREENING = "screening", _("screening")
    CRISIS = "crisis", _("crisis")
    HOSPITAL = "hospital", _("back from hospital")


@pghistory.track()
class SealedFile(models.Model):
    """One file per student. Level and advice are what others learn; everything else is sealed."""

    see_action: ClassVar[str] = "clear_psychological"

    student = models.OneToOneField(
        Student, verbose_name=_("student"), on_delete=models.PROTECT, related_name="sealed_file"
    )
    source = models.CharField(_("source"), max_length=10, choices=FileSource.choices)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(_("opened at"))
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("in charge"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    level = models.ForeignKey(
        CaseLevel,
        verbose_name=_("level of attention"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    next_on = models.DateField(_("next date"), null=True, blank=True)
    # For the people around the student: never a finding, never a word from a talk.
    advice_do = models.CharField(_("please do"), max_length=300, blank=True)
    advice_dont = models.CharField(_("please do not"), max_length=300, blank=True)
    own_advice = models.OneToOneField(
        SealedText, null=True, on_delete=models.PROTECT, related_name="advised_file"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("psychological file")
        verbose_name_plural = _("psychological files")
        indexes = [models.Index(fields=["keeper", "next_on"])]
        triggers = [pgtrigger.Protect(name="keep_sealed_file", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.pk}"


class NoteKind(models.TextChoices):
    TALK = "talk", _("talk")
    ASSESSMENT = "assessment", _("assessment")
    HOSPITAL = "hospital", _("hospital document")
    PLAN = "plan", _("plan")
    SUPERVISION = "supervision", _("supervision")


class SealedNote(models.Model):
    """One note. Former versions are kept as sealed as the present one; a destroyed note leaves
    its label in the audit trail and nothing else, so the database lets only that function delete
    it and no history table repeats it."""

    see_action: ClassVar[str] = "clear_psychological"

    student = models.ForeignKey(
        Student, verbose_name=_("student"), on_delete=models.PROTECT, related_name="sealed_notes"
    )
    case = models.ForeignKey(
        Case, verbose_name=_("case"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=NoteKind.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        on_delete=models.PROTECT,
        related_name="sealed_notes",
    )
    at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    text = models.OneToOneField(SealedText, on_delete=models.PROTECT, related_name="note")
    client_key = models.UUIDField(null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("sealed note")
        verbose_name_plural = _("sealed notes")
        indexes = [
            models.Index(fields=["student", "-at"]),
            models.Index(fields=["author", "student"]),
            models.Index(name="sealednote_case", fields=["case"], condition=Q(case__isnull=False)),
        ]
        triggers = [pgtrigger.Protect(name="keep_sealed_note", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.pk}"


class SealedNoteVersion(models.Model):
    """A former version of a note, read by whoever reads the note."""

    note = models.ForeignKey(SealedNote, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.OneToOneField(SealedText, on_delete=models.PROTECT, related_name="old_note")
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    replaced_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="sealedversion_once", fields=["note", "number"])
        ]
        triggers = [pgtrigger.Protect(name="keep_sealed_version", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.note_id}/{self.number}"
