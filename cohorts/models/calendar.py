"""Terms (rulebook 6.5)."""

import datetime as dt

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
