"""The end of probation of a member of staff, whose file is kept on paper (P14–P17)."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .ballot import BallotCounts
from .development import _by
from .member import PartyMember
from .organization import PartyOrganization
from .rules import RuleVersion


class StaffStep(BallotCounts):
    """The vote of the branch meeting (step 23) or the committee's decision (step 24) about one
    member. A vote that did not pass is kept too, and the step is not taken.

    ``is_second``: after an extension of the probation. ``detail``: what was typed about the step,
    as with ``StepRecord``. ``kept_at``: where the paper file with all other steps is kept.
    """

    member = models.ForeignKey(
        PartyMember, verbose_name=_("member"), on_delete=models.PROTECT, related_name="staff_steps"
    )
    step = models.PositiveSmallIntegerField(_("step"))
    is_second = models.BooleanField(_("after an extension"))
    version = models.ForeignKey(
        RuleVersion, verbose_name=_("version of the rules"), on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    branch = models.ForeignKey(
        PartyOrganization, verbose_name=_("branch"), on_delete=models.PROTECT, related_name="+"
    )
    committee = models.ForeignKey(
        PartyOrganization, verbose_name=_("committee"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    detail = models.JSONField(default=dict)
    kept_at = models.CharField(_("where the paper file is kept"), max_length=80)
    due_on = models.DateField(_("due"), null=True, blank=True)
    days_late = models.PositiveSmallIntegerField(_("days late"), default=0)
    late_reason = models.CharField(_("why late"), max_length=300, blank=True)
    entry_reason = models.CharField(_("why entered late"), max_length=300, blank=True)
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()
    client_key = models.UUIDField(null=True, unique=True, editable=False)

    class Meta(BallotCounts.Meta):
        abstract = False
        verbose_name = _("step of a member of staff")
        verbose_name_plural = _("steps of members of staff")
        ordering = ["pk"]
        constraints = [
            *BallotCounts.Meta.constraints,
            models.UniqueConstraint(
                name="staffstep_once", fields=["member", "step", "is_second"],
                condition=Q(passed=True),
            ),
            models.CheckConstraint(
                name="staffstep_late_says_why", condition=Q(days_late=0) | ~Q(late_reason="")
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Protect(name="keep_staff_step", operation=pgtrigger.Update | pgtrigger.Delete)
        ]
