"""Categories and levels of focus students: rows that the school edits (rulebook 3.1, 3.2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.enums import KeySide


class CaseCategory(models.Model):
    code = models.CharField(_("code"), max_length=20, primary_key=True)
    name = models.CharField(_("name"), max_length=40)
    short_name = models.CharField(_("short name"), max_length=10)
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT
    )
    is_health = models.BooleanField(_("health data"), default=False)
    asks_counselling = models.BooleanField(
        _("the counselling centre is asked"),
        default=False,
        help_text=_("Lowering and closing also need the opinion of the counselling centre."),
    )
    is_economic = models.BooleanField(
        _("economic"),
        default=False,
        help_text=_("The aid centre reads cases that stand in such categories alone."),
    )
    led_by = models.CharField(
        _("led by"),
        max_length=11,
        choices=[(side.value, side.label) for side in (KeySide.COLLEGE, KeySide.ACADEMY)],
        default=KeySide.ACADEMY,
        help_text=_("Of several categories the one with the highest level decides; else academy."),
    )
    is_used = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("category of focus students")
        verbose_name_plural = _("categories of focus students")
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class CauseCode(models.Model):
    """Why a student got into difficulty, in words that can be counted (点上问题面上整改)."""

    code = models.SlugField(_("code"), max_length=30, primary_key=True)
    name = models.CharField(_("name"), max_length=40)
    category = models.ForeignKey(
        CaseCategory,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="causes",
        help_text=_("Empty: offered for every category."),
    )
    is_used = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("cause")
        verbose_name_plural = _("causes")
        ordering = ["order", "code"]

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


class TalkType(models.Model):
    """A kind of talk and by when it is asked for (rulebook 3.6). Rows, as schools add their own."""

    code = models.CharField(_("code"), max_length=3, primary_key=True)
    name = models.CharField(_("name"), max_length=30)
    trigger = models.CharField(_("asked for by"), max_length=80, blank=True)
    due_days = models.PositiveSmallIntegerField(_("within (days)"))
    talkers = models.CharField(_("who talks"), max_length=80, blank=True)
    is_used = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("type of talk")
        verbose_name_plural = _("types of talks")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name
