"""What proves a step: votes by counts, public notices, the cultivation book, former time, review."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partybranch.enums import Look
from portal.core.access import RestrictedManager
from portal.core.crypto import decrypt, encrypt

from .ballot import BallotCounts
from .development import Development, StepRecord, _by
from .organization import PartyOrganization

_ONCE = pgtrigger.Update | pgtrigger.Delete


class Vote(BallotCounts):
    """The vote of a step. One that did not pass is kept too."""

    development = models.ForeignKey(Development, on_delete=models.PROTECT, related_name="votes")
    record = models.OneToOneField(
        StepRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="vote"
    )
    step = models.PositiveSmallIntegerField(_("step"))
    outcome = models.CharField(_("about"), max_length=8, blank=True)
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()
    client_key = models.UUIDField(null=True, unique=True, editable=False)

    class Meta(BallotCounts.Meta):
        abstract = False
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        ordering = ["on", "pk"]
        triggers = [pgtrigger.Protect(name="keep_vote", operation=_ONCE)]


class PublicNotice(models.Model):
    """A public notice of working days; provisional where the year has no holiday table."""

    development = models.ForeignKey(Development, on_delete=models.PROTECT, related_name="notices")
    step = models.PositiveSmallIntegerField(_("step"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    days = models.PositiveSmallIntegerField(_("working days"))
    is_provisional = models.BooleanField(_("provisional"))
    result = models.CharField(_("result"), max_length=200, blank=True)
    entry_reason = models.CharField(_("why entered late"), max_length=300, blank=True, default="")
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()

    class Meta:
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")
        ordering = ["starts_on", "pk"]
        triggers = [pgtrigger.Protect(name="keep_notice", operation=_ONCE)]

    def __str__(self) -> str:
        return f"{self.starts_on}–{self.ends_on}"


class CultivationEntry(models.Model):
    """An entry of the cultivation book: its day and kind drive the reminders (P6, P21)."""

    development = models.ForeignKey(Development, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("kind"), max_length=10, choices=Look.choices)
    on = models.DateField(_("on"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    branch = models.ForeignKey(
        PartyOrganization, verbose_name=_("recorded by branch"), on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    entry_reason = models.CharField(_("why entered late"), max_length=300, blank=True)
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()
    client_key = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("entry of the cultivation book")
        verbose_name_plural = _("entries of the cultivation book")
        ordering = ["on", "pk"]
        triggers = [pgtrigger.Protect(name="keep_cultivation_entry", operation=_ONCE)]

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"


class FormerSpan(models.Model):
    """Cultivation in a former organisation; accepted after its file was reviewed (P7)."""

    development = models.ForeignKey(Development, on_delete=models.PROTECT, related_name="spans")
    organisation = models.CharField(_("former organisation"), max_length=80)
    since = models.DateField(_("from"))
    until = models.DateField(_("to"))
    is_accepted = models.BooleanField(_("accepted"))
    reviewed_on = models.DateField(_("reviewed on"))
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()

    class Meta:
        verbose_name = _("former cultivation")
        verbose_name_plural = _("former cultivation")
        ordering = ["since"]
        constraints = [
            models.CheckConstraint(
                name="formerspan_ends_after_start", condition=Q(until__gte=F("since"))
            )
        ]
        triggers = [pgtrigger.Protect(name="keep_former_span", operation=_ONCE)]

    def __str__(self) -> str:
        return f"{self.organisation} {self.since}–{self.until}"


class PoliticalReview(models.Model):
    """The conclusion of a political review (P10). The text is encrypted and read by the committee
    and the organiser only; that it passed is told with the step."""

    see_action: ClassVar[str] = "see_political_review"

    development = models.ForeignKey(Development, on_delete=models.PROTECT, related_name="reviews")
    on = models.DateField(_("on"))
    passed = models.BooleanField(_("passed"))
    cipher = models.BinaryField(editable=False)
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("political review")
        verbose_name_plural = _("political reviews")
        ordering = ["on", "pk"]
        triggers = [pgtrigger.Protect(name="keep_political_review", operation=_ONCE)]

    def __str__(self) -> str:
        return f"{self.development_id} {self.on}"

    @staticmethod
    def sealed(text: str) -> bytes:
        return encrypt(text)

    def conclusion(self) -> str:
        """The text in clear, for whom ``get_for`` gave the row."""
        return decrypt(self.cipher)
