"""One talk, call or visit about one student (rulebook 3.6)."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Trim
from django.utils.translation import gettext_lazy as _

from casework.crisis_enums import Part
from casework.enums import (
    GROUP_CONTACT_MAX,
    REAL_CONTACT_CHARS,
    Channel,
    Confidentiality,
    Risk,
)
from portal.core.access import RestrictedManager
from students.models import Student

from .case import Case


def _told(label: object) -> models.TextField:  # type: ignore[type-arg]
    """One part of the full form of a talk; empty in a quick record."""
    return models.TextField(label, max_length=2000, blank=True, default="", db_default="")


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
    # The code of a TalkType; a type that is switched off keeps its records.
    talk_type = models.CharField(_("type of talk"), max_length=3, blank=True)
    companions = models.CharField(
        _("also present"), max_length=120, blank=True, default="", db_default=""
    )
    place = models.CharField(_("place"), max_length=60, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    content = models.TextField(_("content"), max_length=4000, blank=True)
    # The full form of a talk; ``content`` is the account that every record has.
    trigger = models.CharField(
        _("what led to it"), max_length=200, blank=True, default="", db_default=""
    )
    state_seen = _told(_("state observed"))
    own_words = _told(_("in the student's own words"))
    problem = _told(_("problem"))
    advice = _told(_("advice given"))
    agreed = _told(_("agreed actions"))
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
    report_to = models.CharField(
        _("report to"), max_length=10, choices=Part.choices, blank=True, default="", db_default=""
    )
    confidentiality = models.CharField(
        _("visible to"),
        max_length=10,
        choices=Confidentiality.choices,
        default=Confidentiality.GENERAL,
    )
    client_key = models.UUIDField(null=True, unique=True, editable=False)
    # How many students the same account was written about, and which form wrote them together.
    group_size = models.PositiveSmallIntegerField(default=1, db_default=1, editable=False)
    batch_key = models.UUIDField(null=True, editable=False)
    is_real = models.GeneratedField(
        expression=models.Case(
            models.When(
                models.Q(
                    models.lookups.GreaterThanOrEqual(Length(Trim("content")), REAL_CONTACT_CHARS),
                    group_size__lte=GROUP_CONTACT_MAX,
                ),
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
