"""Elections of a branch: candidates with the talks behind the choice, counts, the result (1.4)."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partybranch.enums import BranchPost
from portal.core.access import RestrictedManager

from .development import _by
from .member import PartyMember
from .organization import PartyOrganization


@pghistory.track()
class Election(models.Model):
    """One election by counts. Approved by the committee above, it appoints whoever was elected."""

    see_action: ClassVar[str] = "see_branch_life"

    branch = models.ForeignKey(
        PartyOrganization, verbose_name=_("branch"), on_delete=models.PROTECT,
        related_name="elections",
    )  # fmt: skip
    on = models.DateField(_("on"))
    is_committee = models.BooleanField(_("of a branch committee"))
    seats = models.PositiveSmallIntegerField(pgettext_lazy("election", "seats"))
    right = models.PositiveSmallIntegerField(_("members with election right"))
    present = models.PositiveSmallIntegerField(_("present"))
    returned = models.PositiveSmallIntegerField(_("ballots returned"))
    invalid = models.PositiveSmallIntegerField(_("invalid"), default=0)
    term_months = models.PositiveSmallIntegerField(_("term in months"))
    entry_reason = models.CharField(_("why entered late"), max_length=300, blank=True, default="")
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("approved by"), null=True, editable=False,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    client_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("election")
        verbose_name_plural = _("elections")
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="election_adds_up",
                condition=Q(present__lte=F("right")) & Q(returned__lte=F("present"))
                & Q(invalid__lte=F("returned")) & Q(present__gte=F("right") * 4 / 5),
            )
        ]  # fmt: skip
        triggers = [pgtrigger.Protect(name="keep_election", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.on}"


class Candidate(models.Model):
    """A candidate for one post: the talk that went before, the votes, the result."""

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="candidates")
    member = models.ForeignKey(
        PartyMember, verbose_name=_("member"), on_delete=models.PROTECT, related_name="candidacies"
    )
    post = models.CharField(_("post"), max_length=20, choices=BranchPost.choices)
    talked_on = models.DateField(_("talk on"))
    talked_by = models.CharField(_("Talk held by"), max_length=40)
    talk_note = models.CharField(_("what came of the talk"), max_length=300)
    votes = models.PositiveSmallIntegerField(pgettext_lazy("candidate", "votes"))
    is_elected = models.BooleanField(_("elected"))

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        ordering = ["-votes", "pk"]
        constraints = [
            models.UniqueConstraint(name="candidate_once", fields=["election", "member"])
        ]
        triggers = [
            pgtrigger.Protect(name="keep_candidate", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.votes}"
