"""Units: everything a person can be appointed to, with its closure table."""

from typing import Any, ClassVar

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from cohorts.enums import UnitKind
from portal.core.access import RestrictedManager


@pghistory.track()
class Unit(models.Model):
    """One node of the organisation. Two trees cross: college and academy (rulebook 0.2)."""

    see_action: ClassVar[str] = "see_unit"
    kind_of_model: ClassVar[str] = ""

    kind = models.CharField(_("kind"), max_length=12, choices=UnitKind.choices, editable=False)
    name = models.CharField(_("name"), max_length=80)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    code = models.CharField(_("code"), max_length=40, unique=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("belongs to"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["code"]
        indexes = [models.Index(fields=["kind", "code"])]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.kind_of_model:
            self.kind = self.kind_of_model
        super().save(*args, **kwargs)

    @property
    def label(self) -> str:
        return self.short_name or self.name


class UnitTree(models.Model):
    """Closure table: one row per (ancestor-or-self, descendant). Kept by cohorts.domain.tree."""

    ancestor = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="below")
    descendant = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="above")
    depth = models.PositiveSmallIntegerField()
    # The descendant is a dwelling or a party branch: the reach leaves such units out, and asks so
    # for every page (a kind never changes).
    is_inner = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ancestor", "descendant"],
                name="unittree_pair",
                include=["depth", "is_inner"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.ancestor_id} ⊇ {self.descendant_id}"


class University(Unit):
    kind_of_model = UnitKind.UNIVERSITY

    class Meta:
        verbose_name = _("university")
        verbose_name_plural = _("universities")


class College(Unit):
    kind_of_model = UnitKind.COLLEGE

    class Meta:
        verbose_name = _("college")
        verbose_name_plural = _("colleges")


class Academy(Unit):
    kind_of_model = UnitKind.ACADEMY

    class Meta:
        verbose_name = _("academy")
        verbose_name_plural = _("academies")


class Office(Unit):
    kind_of_model = UnitKind.OFFICE

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")


class Cohort(Unit):
    """The students of one entry year in one college or one academy; never a year of study."""

    kind_of_model = UnitKind.COHORT
    entry_year = models.PositiveSmallIntegerField(_("entry year"))

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")


class SchoolClass(Unit):
    """A home class (行政班)."""

    kind_of_model = UnitKind.CLASS
    major = models.ForeignKey(
        "cohorts.Major",
        verbose_name=_("major"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="classes",
    )

    class Meta:
        verbose_name = _("class")
        verbose_name_plural = _("classes")


class Building(Unit):
    kind_of_model = UnitKind.BUILDING

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")


class Floor(Unit):
    kind_of_model = UnitKind.FLOOR

    class Meta:
        verbose_name = _("floor")
        verbose_name_plural = _("floors")


class Room(Unit):
    kind_of_model = UnitKind.ROOM
    beds = models.PositiveSmallIntegerField(_("beds"), default=4)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")


class Group(Unit):
    """A standing group such as the joint working group of both sides."""

    kind_of_model = UnitKind.GROUP
    purpose = models.CharField(_("remit"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("standing group")
        verbose_name_plural = _("standing groups")


class Studio(Unit):
    """A studio (工作室) of counsellors, advisers or the psychology centre."""

    kind_of_model = UnitKind.STUDIO
    purpose = models.CharField(_("remit"), max_length=200, blank=True)
    place = models.CharField(_("place"), max_length=80, blank=True)
    opening_hours = models.CharField(_("opening hours"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("studio")
        verbose_name_plural = _("studios")
