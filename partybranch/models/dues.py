"""Party dues: what a member pays each month, and which months are paid (rulebook 1.6)."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.access import RestrictedManager

from .development import _by
from .member import PartyMember
from .organization import PartyOrganization


@pghistory.track()
class DuesRate(models.Model):
    """The monthly dues of a member of staff from a month on, by the table of the rule. Income is
    not kept, only what follows from it. Students pay the parameter ``dues.student``."""

    member = models.ForeignKey(
        PartyMember, verbose_name=_("member"), on_delete=models.PROTECT, related_name="dues_rates"
    )
    since = models.DateField(_("from month"))
    amount = models.DecimalField(_("monthly dues"), max_digits=8, decimal_places=2)
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()

    class Meta:
        verbose_name = _("monthly dues")
        verbose_name_plural = _("monthly dues")
        ordering = ["since"]
        constraints = [
            models.UniqueConstraint(name="duesrate_once", fields=["member", "since"]),
            models.CheckConstraint(
                name="duesrate_from_a_first", condition=Q(since__day=1, amount__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} ≥ {self.since}"


@pghistory.track()
class DuesPayment(models.Model):
    """One month that a member has paid, to the branch that held the relation then."""

    see_action: ClassVar[str] = "see_dues"

    member = models.ForeignKey(
        PartyMember, verbose_name=_("member"), on_delete=models.PROTECT, related_name="dues"
    )
    branch = models.ForeignKey(
        PartyOrganization, verbose_name=_("branch"), on_delete=models.PROTECT, related_name="dues"
    )
    month = models.DateField(_("month"))
    amount = models.DecimalField(_("amount"), max_digits=8, decimal_places=2)
    paid_on = models.DateField(_("paid on"))
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("payment of dues")
        verbose_name_plural = _("payments of dues")
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(
                name="duespayment_once", fields=["member", "month"], condition=Q(withdrawn_at=None)
            ),
            models.CheckConstraint(
                name="duespayment_of_a_month", condition=Q(month__day=1, amount__gt=0)
            ),
        ]
        indexes = [models.Index(name="dues_of_branch", fields=["branch", "month"])]
        triggers = [pgtrigger.Protect(name="keep_dues", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.member_id} {self.month}: {self.amount}"
