"""Categories and levels of focus students: rows that the school edits (rulebook 3.1, 3.2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseCategory(models.Model):
    code = models.CharField(_("code"), max_length=20, primary_key=True)
    name = models.CharField(_("name"), max_length=40)
    short_name = models.CharField(_("short name"), max_length=10)
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT
    )
    is_health = models.BooleanField(_("health data"), default=False)
    is_used = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("category of focus students")
        verbose_name_plural = _("categories of focus students")
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class CaseLevel(models.Model):
    """Rank 1 is the most serious. All waits are running time, not working days."""

    code = models.CharField(_("code"), max_length=8, primary_key=True)
    rank = models.PositiveSmallIntegerField(_("rank"), unique=True)
    name = models.CharField(_("name"), max_length=20)
    contact_every_days = models.PositiveSmallIntegerField(_("contact every (days)"))
    first_action_hours = models.PositiveSmallIntegerField(_("first action within (hours)"))
    review_every_days = models.PositiveSmallIntegerField(_("review every (days)"))
    family_within_days = models.PositiveSmallIntegerField(_("family told within (days)"))

    class Meta:
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        ordering = ["rank"]

    def __str__(self) -> str:
        return self.name
