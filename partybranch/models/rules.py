"""The rules as rows: versions and their 25 steps, edited within what the rules allow."""

from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partybranch.enums import Body, Stage

# What may be handed in ahead of its day: the application for transfer (P16); nothing else is.
_AHEAD, _AHEAD_MOST = 22, 30
# Steps before which a public notice can be entered.
_NOTICED = (7, 23)
# Papers that the rule itself names: the school adds its own, and leaves none of these out (P10, P20).
_PAPERS: dict[int, tuple[str, ...]] = {
    1: ("入党申请书",),
    10: ("政治审查报告",),
    14: ("入党志愿书",),
    22: ("转正申请书",),
    25: ("入党志愿书", "入党申请书", "政治审查材料", "转正申请书", "培养教育考察材料"),
}


class RuleVersion(models.Model):
    """A text of the rules, in force from a day. Each step stands under that of its own date."""

    code = models.CharField(_("code"), max_length=12, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    valid_from = models.DateField(_("in force from"), unique=True)

    class Meta:
        verbose_name = _("version of the rules")
        verbose_name_plural = _("versions of the rules")
        ordering = ["valid_from"]

    def __str__(self) -> str:
        return self.name


class Unit(models.TextChoices):
    MONTH = "month", pgettext_lazy("deadline", "months")
    DAY = "day", pgettext_lazy("deadline", "days")


@pghistory.track()
class Step(models.Model):
    """One step under one version; see ``partybranch.domain.book.StepRule`` for each column.

    ``wait_min`` … ``notice_min`` are what the rule allows (``article``); the school's own number
    stays within them.
    """

    version = models.ForeignKey(
        RuleVersion, verbose_name=_("version"), on_delete=models.PROTECT, related_name="steps"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    code = models.CharField(_("code"), max_length=20)
    stage = models.PositiveSmallIntegerField(_("stage"), choices=Stage.choices)
    name = models.CharField(_("name"), max_length=40)
    short_name = models.CharField(
        _("short name"), max_length=20, help_text=_("Two lines, divided by a bar.")
    )
    needs = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("after steps"))
    wait_months = models.PositiveSmallIntegerField(_("months to wait"), default=0)
    wait_from = models.PositiveSmallIntegerField(_("counted from step"), null=True, blank=True)
    early_days = models.PositiveSmallIntegerField(
        _("days ahead"), default=0, help_text=_("May be handed in so many days before.")
    )
    deadline = models.PositiveSmallIntegerField(_("time allowed"), null=True, blank=True)
    deadline_unit = models.CharField(
        _("in"), max_length=5, choices=Unit.choices, default=Unit.MONTH
    )
    deadline_from = models.PositiveSmallIntegerField(
        _("time runs from step"), null=True, blank=True,
        help_text=_("99: from the end of the probation."),
    )  # fmt: skip
    is_local = models.BooleanField(
        _("school's own time"), default=False, help_text=_("The rules set no time for this step.")
    )
    notice_days = models.PositiveSmallIntegerField(_("working days of notice"), default=0)
    body = models.CharField(_("vote by"), max_length=10, choices=Body.choices, blank=True)
    is_committee = models.BooleanField(_("by the upper committee"), default=False)
    papers = ArrayField(models.CharField(max_length=60), verbose_name=_("papers"), blank=True,
                        help_text=_("Names, divided by commas."))  # fmt: skip
    responsible = models.CharField(_("responsible"), max_length=40, blank=True)
    article = models.CharField(_("article"), max_length=40, blank=True)
    wait_min = models.PositiveSmallIntegerField(_("wait at least"), null=True, blank=True)
    wait_max = models.PositiveSmallIntegerField(_("wait at most"), null=True, blank=True)
    deadline_max = models.PositiveSmallIntegerField(_("time at most"), null=True, blank=True)
    notice_min = models.PositiveSmallIntegerField(_("notice at least"), null=True, blank=True)

    class Meta:
        verbose_name = _("step of development")
        verbose_name_plural = _("steps of development")
        ordering = ["version__valid_from", "number"]
        constraints = [
            models.UniqueConstraint(name="step_once", fields=["version", "number"]),
            models.CheckConstraint(
                name="step_within_the_rule",
                condition=(Q(wait_min=None) | Q(wait_months__gte=models.F("wait_min")))
                & (Q(wait_max=None) | Q(wait_months__lte=models.F("wait_max")))
                & (Q(notice_min=None) | Q(notice_days__gte=models.F("notice_min"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def clean(self) -> None:
        """A number the rule sets stays inside its bounds; the refusal names the article."""
        found: dict[str, Any] = {}
        self._hold(found, "wait_months", self.wait_min, self.wait_max)
        self._hold(found, "notice_days", self.notice_min, None)
        if self.deadline_max is not None:
            if self.deadline is None or self.deadline_unit != Unit.MONTH:
                found["deadline"] = _(
                    "%(article)s sets a time in months; it cannot be left out."
                ) % {"article": self.article}
            else:
                self._hold(found, "deadline", None, self.deadline_max)
        self._hold(found, "early_days", None, _AHEAD_MOST if self.number == _AHEAD else 0)
        self._check_read(found)
        missing = [one for one in _PAPERS.get(self.number, ()) if one not in (self.papers or ())]
        if missing:
            found["papers"] = _("%(article)s names these papers, they stay: %(papers)s.") % {
                "article": self.rule, "papers": "、".join(missing),
            }  # fmt: skip
        if found:
            raise ValidationError(found)

    @property
    def rule(self) -> str:
        return f"{self.version_id} {self.article}"

    def _check_read(self, found: dict[str, Any]) -> None:
        """A number that nothing counts from would promise what never happens."""
        for name, value, is_read in (
            ("wait_months", self.wait_months, self.wait_from is not None),
            ("deadline", self.deadline, self.deadline_from is not None),
            ("notice_days", self.notice_days, self.number in _NOTICED),
        ):
            if value and not is_read and name not in found:
                found[name] = _("%(article)s knows no such time for this step. Leave it empty.") % {
                    "article": self.rule
                }

    def _hold(self, found: dict[str, Any], name: str, low: int | None, high: int | None) -> None:
        value = getattr(self, name)
        if value is None:
            return
        if (low is not None and value < low) or (high is not None and value > high):
            found[name] = _("%(article)s allows %(low)s to %(high)s.") % {
                "article": self.rule,
                "low": "—" if low is None else low,
                "high": "—" if high is None else high,
            }
