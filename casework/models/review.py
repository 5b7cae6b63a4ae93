"""Reviews of a case, and what is looked at after it was closed (rulebook 3.2, 3.5)."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.enums import Helped
from portal.core.access import RestrictedManager
from students.models import Student

from .case import Case
from .catalogue import CaseLevel


@pghistory.track()
class CaseReview(models.Model):
    """One dated look at the whole case. ``level`` None: no level is needed any more."""

    see_action: ClassVar[str] = "see_case"

    case = models.ForeignKey(
        Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="reviews"
    )
    held_on = models.DateField(_("held on"))
    level = models.ForeignKey(
        CaseLevel,
        verbose_name=_("level found"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    findings = models.TextField(_("findings"), max_length=2000)
    has_signal = models.BooleanField(_("new signal"), default=False)
    is_goal_met = models.BooleanField(_("goal of the plan met"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        related_name="case_reviews",
    )
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    next_on = models.DateField(_("next review"))

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.UniqueConstraint(name="casereview_once_a_day", fields=["case", "held_on"]),
            models.CheckConstraint(
                name="casereview_next_is_later", condition=Q(next_on__gt=F("held_on"))
            ),
        ]
        indexes = [models.Index(fields=["case", "-held_on"])]
        triggers = [pgtrigger.Protect(name="keep_case_review", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.case_id} {self.held_on}"


@pghistory.track()
class AfterCheck(models.Model):
    """Some time after closing: is the student still fine, was the student really reached?"""

    see_action: ClassVar[str] = "see_case"

    case = models.OneToOneField(
        Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="after_check"
    )
    due_on = models.DateField(_("due"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("responsible"),
        null=True,
        on_delete=models.PROTECT,
        related_name="after_checks",
    )
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("done by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    is_reached = models.BooleanField(_("student reached"), null=True, blank=True)
    is_fine = models.BooleanField(_("still fine"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("check after closing")
        verbose_name_plural = _("checks after closing")
        constraints = [
            models.CheckConstraint(
                name="aftercheck_whole",
                condition=Q(done_at=None, is_reached=None, is_fine=None)
                | Q(done_at__isnull=False, is_reached__isnull=False),
            )
        ]
        indexes = [
            models.Index(name="aftercheck_open", fields=["due_on"], condition=Q(done_at=None))
        ]
        triggers = [pgtrigger.Protect(name="keep_after_check", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.case_id} {self.due_on}"


@pghistory.track()
class HelpFeedback(models.Model):
    """Whether the help did good, asked of the student, who is never told what it was filed as."""

    see_action: ClassVar[str] = "see_case"

    case = models.OneToOneField(
        Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="feedback"
    )
    student = models.ForeignKey(
        Student, verbose_name=_("student"), on_delete=models.PROTECT, related_name="help_feedback"
    )
    asked_at = models.DateTimeField(_("asked at"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    helped = models.CharField(_("answer"), max_length=6, choices=Helped.choices, blank=True)
    words = models.CharField(_("own words"), max_length=500, blank=True)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("word of the student")
        verbose_name_plural = _("words of the student")
        constraints = [
            models.CheckConstraint(
                name="helpfeedback_whole",
                condition=Q(answered_at=None, helped="")
                | Q(answered_at__isnull=False, helped__gt=""),
            )
        ]
        indexes = [
            models.Index(
                name="helpfeedback_open", fields=["student"], condition=Q(answered_at=None)
            )
        ]
        triggers = [pgtrigger.Protect(name="keep_help_feedback", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.case_id)
