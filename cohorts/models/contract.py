"""Grade contracting (年级包干): who contracts leads, answers and delivers (system 13)."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from cohorts.enums import MemberType, UnitKind
from portal.core.access import RestrictedManager

from .unit import Unit


@pghistory.track()
class Contract(models.Model):
    """One contracting group of one cohort for a term of office.

    Its members are the people appointed to the five roles on the cohort, its classes, or the
    academy cohorts of the same entry year: the appointments are the truth, this row only says
    what is contracted and how many of each are wanted (``posts``).
    """

    see_action = "see_unit"

    cohort = models.ForeignKey(
        Unit,
        verbose_name=_("cohort"),
        on_delete=models.PROTECT,
        related_name="contracts",
        limit_choices_to={"kind": UnitKind.COHORT},
    )
    academic_year = models.CharField(_("academic year"), max_length=9, help_text="2025-2026")
    matters = models.CharField(_("matters held"), max_length=300, blank=True)
    partners = models.ManyToManyField(
        Unit,
        verbose_name=_("academy cohorts"),
        blank=True,
        related_name="partner_contracts",
        limit_choices_to={"kind": UnitKind.COHORT},
        help_text=_("Cohorts of the academies whose counsellors join this group."),
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    letter_no = models.CharField(_("letter number"), max_length=40, blank=True)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("contracting group")
        verbose_name_plural = _("contracting groups")
        ordering = ["-academic_year", "cohort__code"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "academic_year"], name="contract_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.cohort} {self.academic_year}"


class ContractPost(models.Model):
    """How many people of one role type the group should have; the gap is shown in red."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="posts")
    member_type = models.CharField(_("role type"), max_length=12, choices=MemberType.choices)
    wanted = models.PositiveSmallIntegerField(_("wanted"), default=1)

    class Meta:
        verbose_name = _("wanted post")
        verbose_name_plural = _("wanted posts")
        constraints = [
            models.UniqueConstraint(fields=["contract", "member_type"], name="contractpost_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_member_type_display()} × {self.wanted}"
