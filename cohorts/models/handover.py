"""Handing over a post: who takes which work, who signed, what moved."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.enums import HandoverState
from portal.core.access import RestrictedManager

from .appointment import Appointment


@pghistory.track()
class Handover(models.Model):
    """A proposal to leave a post. Nothing moves before the last receiver has signed."""

    see_action: ClassVar[str] = "see_unit"

    post = models.ForeignKey(
        Appointment, verbose_name=_("post"), on_delete=models.PROTECT, related_name="handovers"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=HandoverState.choices, default=HandoverState.PROPOSED
    )
    notes = models.TextField(_("notes for the receivers"), max_length=4000, blank=True)
    successor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("takes the post"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    successor_until = models.DateField(_("successor's last day"), null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("proposed by"), on_delete=models.PROTECT,
        related_name="handovers_proposed",
    )  # fmt: skip
    proposed_at = models.DateTimeField(_("proposed at"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closing_words = models.CharField(_("reason"), max_length=300, blank=True)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                name="handover_one_open_per_post",
                fields=["post"],
                condition=Q(state=HandoverState.PROPOSED),
            ),
            models.CheckConstraint(
                name="handover_closed_with_time",
                condition=Q(state=HandoverState.PROPOSED, closed_at=None)
                | (~Q(state=HandoverState.PROPOSED) & Q(closed_at__gte=F("proposed_at"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} {self.get_state_display()}"


@pghistory.track()
class HandoverPart(models.Model):
    """One kind of work and who takes it; no receiver means that it stays with the leaver."""

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="parts")
    kind = models.CharField(_("kind of work"), max_length=20)
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("receiver"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="handover_parts",
    )  # fmt: skip
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    moved = models.PositiveIntegerField(pgettext_lazy("hand-over", "moved"), null=True, blank=True)

    class Meta:
        verbose_name = _("part of a hand-over")
        verbose_name_plural = _("parts of hand-overs")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="handoverpart_once", fields=["handover", "kind"])
        ]
        indexes = [models.Index(fields=["receiver", "signed_at"])]

    def __str__(self) -> str:
        return f"{self.handover_id} {self.kind}"
