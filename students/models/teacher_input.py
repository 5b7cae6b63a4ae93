"""A few words of a teacher on a student, asked for by somebody who keeps the record (system 41)."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.access import RestrictedManager

from .student import Student

_EMPTY = Q(learning="", attitude="", advice="")


@pghistory.track()
class TeacherInput(models.Model):
    """One question to one teacher. Its promise is a task; ``due_on`` follows the task's day.

    The teacher reads the name and the question until the answer or the last day, and nothing else
    of the student. The answer belongs to the record, with its writer and its day.
    """

    see_action: ClassVar[str] = "see_record"

    student = models.ForeignKey(
        Student, verbose_name=_("student"), on_delete=models.PROTECT, related_name="teacher_inputs"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    teacher = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("teacher"), on_delete=models.PROTECT,
        related_name="+", db_index=False,
    )  # fmt: skip
    question = models.CharField(_("question"), max_length=300)
    asked_at = models.DateTimeField(_("asked at"))
    due_on = models.DateField(_("due"))
    learning = models.TextField(_("learning"), max_length=1000, blank=True)
    attitude = models.TextField(_("attitude"), max_length=1000, blank=True)
    advice = models.TextField(_("advice"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    client_key = models.UUIDField(unique=True, null=True, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("question to a teacher")
        verbose_name_plural = _("questions to teachers")
        constraints = [
            models.CheckConstraint(
                name="teacherinput_answered_in_words",
                condition=(Q(answered_at=None) & _EMPTY) | (Q(answered_at__isnull=False) & ~_EMPTY),
            ),
            models.CheckConstraint(
                name="teacherinput_answered_or_withdrawn",
                condition=Q(answered_at=None) | Q(withdrawn_at=None),
            ),
        ]
        indexes = [
            models.Index(
                name="teacherinput_open", fields=["teacher"],
                condition=Q(answered_at=None, withdrawn_at=None),
            )
        ]  # fmt: skip
        triggers = [pgtrigger.Protect(name="keep_input", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        # Neither of whom nor what was asked: a log may show this to anybody.
        return f"input {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.withdrawn_at is None
