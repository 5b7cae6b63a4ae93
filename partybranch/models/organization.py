"""Party organisations are units: committee, general branch, branch."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from cohorts.enums import UnitKind
from cohorts.models import Unit
from partybranch.enums import RELATION_HOLDING, PartyKind


class PartyOrganization(Unit):
    kind_of_model = UnitKind.PARTY

    party_kind = models.CharField(_("kind"), max_length=10, choices=PartyKind.choices)
    approving_committee = models.ForeignKey(
        "self",
        verbose_name=_("approving committee"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="approves_for",
        help_text=_("Set per branch; it does not follow from the tree (rulebook 1.5)."),
    )
    # Not `college` and `academy`: a unit already has those names for its own typed rows.
    college_side = models.ForeignKey(
        "cohorts.College",
        verbose_name=_("college side"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    academy_side = models.ForeignKey(
        "cohorts.Academy",
        verbose_name=_("academy side"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    party_groups = models.PositiveSmallIntegerField(
        _("party groups"), default=0, db_default=0,
        help_text=_("How many groups the branch has; with none no group meeting is asked for."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("party organisation")
        verbose_name_plural = _("party organisations")

    def __str__(self) -> str:
        return self.name

    @property
    def holds_relation(self) -> bool:
        return self.party_kind in RELATION_HOLDING


@pghistory.track()
class AdmissionPlan(models.Model):
    """How many the upper committee lets a branch admit in a year; tracked, not enforced (P22)."""

    branch = models.ForeignKey(
        PartyOrganization, verbose_name=_("branch"), on_delete=models.PROTECT, related_name="plans"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    places = models.PositiveSmallIntegerField(_("places"))

    class Meta:
        verbose_name = _("admission plan")
        verbose_name_plural = _("admission plans")
        ordering = ["-year", "branch__code"]
        constraints = [
            models.UniqueConstraint(name="admissionplan_once", fields=["branch", "year"])
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.year}: {self.places}"
