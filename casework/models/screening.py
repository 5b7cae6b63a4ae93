"""Psychological screening (rulebook 3.7): scales, their lines as rows, rounds and results.

Answers and sums are sealed. In clear stand the line that was reached, whether a talk on the same
day is asked for, and until when somebody talks with the student.
"""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.access import RestrictedManager
from students.models import Student

from .catalogue import CaseLevel
from .sealed import SealedNote, SealedText


class Scale(models.Model):
    """A questionnaire: how many items, what an answer may be, what the sum may be."""

    code = models.CharField(_("code"), max_length=12, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    items = models.PositiveSmallIntegerField(_("items"), validators=[MinValueValidator(1)])
    answer_min = models.PositiveSmallIntegerField(_("lowest answer"), default=0)
    answer_max = models.PositiveSmallIntegerField(_("highest answer"), default=1)
    # Items that count nothing, such as the lie items of the UPI: "5,20,35,50".
    uncounted = models.CharField(
        _("items left out of the sum"), max_length=100, blank=True,
        validators=[RegexValidator(r"^\d+(,\d+)*$")],
    )  # fmt: skip
    positive_from = models.PositiveSmallIntegerField(_("an item is positive from"), default=1)
    # Names and items of factors: "躯体化:1,4,12;强迫:3,9".
    factors = models.TextField(_("factors"), blank=True)
    is_used = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("screening scale")
        verbose_name_plural = _("screening scales")
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class ScaleLine(models.Model):
    """One line of a scale. A result reaches the line when its test holds; of several lines that
    are reached the one with the lowest rank is the result's. ``is_line`` off: asks for a talk
    without being a line (PHQ-9 item 9)."""

    class Test(models.TextChoices):
        TOTAL = "total", _("sum at least")
        ITEM = "item", _("one of the items at least")
        POSITIVE = "positive", _("number of positive items at least")
        FACTOR = "factor", _("mean of one factor at least")

    scale = models.ForeignKey(Scale, on_delete=models.PROTECT, related_name="lines")
    rank = models.PositiveSmallIntegerField(_("rank"), help_text=_("1 is the most serious"))
    name = models.CharField(_("name of the line"), max_length=30)
    test = models.CharField(_("test"), max_length=8, choices=Test.choices)
    items = models.CharField(
        _("items"), max_length=100, blank=True, validators=[RegexValidator(r"^\d+(,\d+)*$")]
    )
    threshold = models.DecimalField(_("from"), max_digits=6, decimal_places=2)
    is_line = models.BooleanField(_("counts as a line"), default=True)
    follow_days = models.PositiveSmallIntegerField(
        _("talk within (days)"), default=14, help_text=_("0: on the same day")
    )
    level = models.ForeignKey(
        CaseLevel, verbose_name=_("proposed level after the talk"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("line of a scale")
        verbose_name_plural = _("lines of scales")
        ordering = ["scale", "rank", "pk"]

    def __str__(self) -> str:
        return f"{self.scale_id} {self.name}"


class ScreeningRound(models.Model):
    """One screening, such as that of the freshmen of an autumn."""

    see_action: ClassVar[str] = "clear_psychological"

    name = models.CharField(_("name"), max_length=60, unique=True)
    scale = models.ForeignKey(Scale, verbose_name=_("scale"), on_delete=models.PROTECT)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    entry_year = models.PositiveSmallIntegerField(
        _("for students entered in"), null=True, blank=True
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("screening round")
        verbose_name_plural = _("screening rounds")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="screeninground_dates", condition=Q(ends_on__gte=models.F("starts_on"))
            )
        ]

    def __str__(self) -> str:
        return self.name


class Screening(models.Model):
    """The result of one student. ``follow_by`` asks for a talk; no label before it."""

    see_action: ClassVar[str] = "clear_psychological"

    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="screenings")
    round = models.ForeignKey(
        ScreeningRound, null=True, on_delete=models.PROTECT, related_name="results"
    )
    scale = models.ForeignKey(Scale, on_delete=models.PROTECT, related_name="results")
    taken_on = models.DateField(_("taken on"))
    answers = models.OneToOneField(SealedText, on_delete=models.PROTECT, related_name="screening")
    line = models.ForeignKey(ScaleLine, null=True, on_delete=models.PROTECT, related_name="results")
    is_same_day = models.BooleanField(_("talk on the same day"), default=False)
    follow_by = models.DateField(_("talk until"), null=True)
    talked_at = models.DateTimeField(_("talked at"), null=True)
    talk = models.ForeignKey(SealedNote, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("screening result")
        verbose_name_plural = _("screening results")
        constraints = [
            models.UniqueConstraint(name="screening_once_a_round", fields=["round", "student"])
        ]
        indexes = [
            models.Index(fields=["student", "-taken_on"]),
            models.Index(
                name="screening_clock",
                fields=["follow_by", "student"],
                condition=Q(talked_at=None, follow_by__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="keep_screening", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.pk}"
