"""Terms and the days of the State Council's holiday notice (rulebook 6.5)."""

import datetime as dt

import pghistory
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Term(models.Model):
    """``2025-2026-1``: academic year and term. Week 1 starts on the Monday ``starts_on``."""

    code = models.CharField(
        _("term"),
        max_length=11,
        primary_key=True,
        validators=[RegexValidator(r"^\d{4}-\d{4}-[123]$")],
    )
    starts_on = models.DateField(_("Monday of week 1"), unique=True)
    weeks = models.PositiveSmallIntegerField(_("teaching weeks"), default=18)

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ["starts_on"]

    def __str__(self) -> str:
        return self.code

    def week_of(self, day: dt.date) -> int:
        """floor((day - start) / 7) + 1 (rulebook 6.5, example 29)."""
        return (day - self.starts_on).days // 7 + 1


class DayKind(models.TextChoices):
    OFF = "off", _("day off")
    WORK = "work", _("make-up working day")
    PLAIN = "plain", _("as the weekday says (row withdrawn)")


@pghistory.track()
class SpecialDay(models.Model):
    """A day that is not what its weekday says: a holiday, or a Saturday or Sunday on which work is
    made up (调休). A year with at least one row has its table; deadlines that touch a year without
    one are provisional (rulebook 0.8)."""

    day = models.DateField(_("day"), unique=True)
    kind = models.CharField(_("kind"), max_length=5, choices=DayKind.choices, default=DayKind.OFF)
    name = models.CharField(_("name"), max_length=40)
    source = models.CharField(_("source"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("holiday or make-up day")
        verbose_name_plural = _("holidays and make-up days")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"
