"""One talk, call or visit about one student (rulebook 3.6)."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Trim
from django.utils.translation import gettext_lazy as _

from casework.enums import REAL_CONTACT_CHARS, Channel, Confidentiality, Risk
from portal.core.access import RestrictedManager
from students.models import Student

from .case import Case


@pghistory.track()
class FollowUp(models.Model):
    """Kept for ever; a correction is a new version in the history, never a deletion.

    ``case`` is the open case at the time, if there was one. ``client_key`` names the form that
    sent it: the same form sent again is the same record. ``is_real``: has content (design 6).
    """

    see_action: ClassVar[str] = "see_talks"

    student = models.ForeignKey(
        Student, verbose_name=_("student"), on_delete=models.PROTECT, related_name="follow_ups"
    )
    case = models.ForeignKey(
        Case,
        verbose_name=_("case"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    author_role = models.CharField(_("as"), max_length=60, blank=True)
    happened_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    channel = models.CharField(_("kind"), max_length=8, choices=Channel.choices)
    talk_type = models.CharField(_("type of talk"), max_length=3, blank=True)
    place = models.CharField(_("place"), max_length=60, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    content = models.TextField(_("content"), max_length=4000, blank=True)
    risk = models.CharField(_("risk"), max_length=8, choices=Risk.choices, default=Risk.ORDINARY)
    next_on = models.DateField(_("next contact"), null=True, blank=True)
    # Whoever keeps the promise of ``next_on`` when it is not the writer any more.
    next_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("next contact by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="promised_contacts",
    )
    needs_report = models.BooleanField(_("needs reporting"), default=False)
    confidentiality = models.CharField(
        _("visible to"),
        max_length=10,
        choices=Confidentiality.choices,
        default=Confidentiality.GENERAL,
    )
    client_key = models.UUIDField(null=True, unique=True, editable=False)
    is_real = models.GeneratedField(
        expression=models.Case(
            models.When(
                models.lookups.GreaterThanOrEqual(Length(Trim("content")), REAL_CONTACT_CHARS),
                then=True,
            ),
            default=False,
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["-happened_at", "-id"]
        indexes = [
            models.Index(fields=["student", "-happened_at"]),
            models.Index(
                name="followup_real_by_student",
                fields=["student", "-happened_at"],
                condition=Q(is_real=True),
            ),
            models.Index(fields=["case", "-happened_at"]),
            models.Index(fields=["author", "-happened_at"]),
        ]
        triggers = [pgtrigger.Protect(name="keep_follow_up", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.happened_at:%Y-%m-%d}"
