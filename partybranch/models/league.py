"""The Youth League: study rates of classes (青年大学习), transfers of graduates (学社衔接)."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.core.access import RestrictedManager

from .development import _by


@pghistory.track()
class LeagueRate(models.Model):
    """How many League members of a class studied in a period. The rate is computed, never typed.

    ``period``: 2026-10 (a month) or 2026-12期 (an issue); they sort as text.
    """

    see_action: ClassVar[str] = "see_unit"

    unit = models.ForeignKey(
        "cohorts.Unit", verbose_name=_("class"), on_delete=models.PROTECT,
        related_name="league_rates", db_index=False,
    )  # fmt: skip
    period = models.CharField(_("period"), max_length=12)
    members = models.PositiveSmallIntegerField(_("League members"))
    studied = models.PositiveSmallIntegerField(_("have studied"))
    entered_at = models.DateTimeField(_("entered at"), auto_now=True)
    entered_by = _by()

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("study rate of a class")
        verbose_name_plural = _("study rates of classes")
        constraints = [
            models.UniqueConstraint(name="leaguerate_once", fields=["unit", "period"]),
            models.CheckConstraint(
                name="leaguerate_part_of_members",
                condition=Q(members__gte=1, studied__lte=F("members")),
            ),
        ]
        indexes = [models.Index(name="leaguerate_by_period", fields=["-period"])]
        triggers = [pgtrigger.Protect(name="keep_league_rate", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.period} {self.studied}/{self.members}"


@pghistory.track()
class LeagueTransfer(models.Model):
    """A graduate whose League membership has to be transferred; ``unit`` is the class then, through
    which the row stays readable after the student has left. ``done_on`` empty: not yet."""

    see_action: ClassVar[str] = "see_party_file"

    student = models.OneToOneField(
        "students.Student", verbose_name=_("student"), on_delete=models.PROTECT,
        related_name="league_transfer",
    )  # fmt: skip
    unit = models.ForeignKey(
        "cohorts.Unit", verbose_name=_("class"), on_delete=models.PROTECT,
        related_name="league_transfers", db_index=False,
    )  # fmt: skip
    year = models.PositiveSmallIntegerField(_("year of graduation"))
    done_on = models.DateField(_("transferred on"), null=True, blank=True)
    to_where = models.CharField(_("to where"), max_length=80, blank=True)
    listed_at = models.DateTimeField(_("listed at"), auto_now_add=True)
    entered_by = _by()

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("transfer of League membership")
        verbose_name_plural = _("transfers of League membership")
        constraints = [
            models.CheckConstraint(
                name="leaguetransfer_done_says_where",
                condition=Q(done_on=None, to_where="") | (Q(done_on__isnull=False) & ~Q(to_where="")),
            )
        ]  # fmt: skip
        indexes = [models.Index(name="leaguetransfer_of_class", fields=["unit", "year"])]
        triggers = [pgtrigger.Protect(name="keep_league_transfer", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.student_id} {self.done_on or ''}"
