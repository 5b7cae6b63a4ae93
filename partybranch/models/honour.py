"""Honours of students, and rounds in which the best branches are chosen (十佳党支部)."""

from decimal import Decimal
from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partybranch.enums import HonourLevel
from portal.core.access import RestrictedManager

from .development import _by
from .organization import PartyOrganization


@pghistory.track()
class HonourKind(models.Model):
    """A prize or title, edited as a row. ``is_model``: counted among the model students."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=40)
    level = models.CharField(
        pgettext_lazy("honour", "level"), max_length=8, choices=HonourLevel.choices
    )
    is_model = models.BooleanField(
        _("title of a model student"), default=False,
        help_text=_("Such titles have a figure of their own beside all prizes."),
    )  # fmt: skip
    is_active = models.BooleanField(_("offered"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("kind of honour")
        verbose_name_plural = _("kinds of honours")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Honour(models.Model):
    """A prize of one student on a day. Entered by mistake: withdrawn with a reason, never deleted."""

    see_action: ClassVar[str] = "see_card"

    student = models.ForeignKey(
        "students.Student", verbose_name=_("student"), on_delete=models.PROTECT,
        related_name="honours",
    )  # fmt: skip
    kind = models.ForeignKey(
        HonourKind, verbose_name=_("kind"), on_delete=models.PROTECT, related_name="honours"
    )
    on = models.DateField(_("on"))
    proof = models.CharField(pgettext_lazy("honour", "proof"), max_length=80)
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawn_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("honour")
        verbose_name_plural = _("honours")
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="honour_once", fields=["student", "kind", "on"], condition=Q(withdrawn_at=None)
            )
        ]
        indexes = [models.Index(name="honour_by_day", fields=["-on"])]
        triggers = [pgtrigger.Protect(name="keep_honour", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.student_id} {self.kind_id} {self.on}"


@pghistory.track()
class AwardRound(models.Model):
    """A round in which a committee chooses its best branches. The material is that of the twelve
    months up to ``until``."""

    committee = models.ForeignKey(
        PartyOrganization, verbose_name=_("committee"), on_delete=models.PROTECT,
        related_name="award_rounds",
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=60)
    until = models.DateField(_("material up to"))
    apply_until = models.DateField(_("nominations until"))
    seats = models.PositiveSmallIntegerField(
        pgettext_lazy("awards", "places"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
    )
    opened_at = models.DateTimeField(pgettext_lazy("awards", "opened at"), auto_now_add=True)
    opened_by = _by()
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decision_no = models.CharField(_("number of the decision"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("round of awards")
        verbose_name_plural = _("rounds of awards")
        ordering = ["-until", "-pk"]
        constraints = [
            models.UniqueConstraint(name="awardround_once", fields=["committee", "name"])
        ]
        triggers = [pgtrigger.Protect(name="keep_award_round", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Nomination(models.Model):
    """A branch that was proposed in a round, with its material as the records had it on that day.

    ``place`` and ``total`` are the result, written once with the decision of the round.
    """

    see_action: ClassVar[str] = "see_branch_life"

    round = models.ForeignKey(
        AwardRound, verbose_name=_("round"), on_delete=models.PROTECT, related_name="nominations"
    )
    branch = models.ForeignKey(
        PartyOrganization, verbose_name=_("branch"), on_delete=models.PROTECT,
        related_name="nominations",
    )  # fmt: skip
    deeds = models.TextField(_("main deeds"), max_length=3000)
    material = models.JSONField(_("material"), editable=False)
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawn_reason = models.CharField(_("reason"), max_length=200, blank=True)
    total = models.DecimalField(
        _("total"), max_digits=5, decimal_places=2, null=True, editable=False
    )
    place = models.PositiveSmallIntegerField(_("rank"), null=True, editable=False)
    is_chosen = models.BooleanField(_("chosen"), default=False, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")
        ordering = ["place", "branch__code"]
        constraints = [
            models.UniqueConstraint(
                name="nomination_once", fields=["round", "branch"], condition=Q(withdrawn_at=None)
            ),
            models.CheckConstraint(
                name="nomination_chosen_has_a_place",
                condition=Q(is_chosen=False) | Q(place__isnull=False, withdrawn_at=None),
            ),
        ]
        triggers = [pgtrigger.Protect(name="keep_nomination", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.round_id} {self.branch_id}"


@pghistory.track()
class JudgeScore(models.Model):
    """What one judge gives a nomination, out of a hundred; may be changed until the decision."""

    nomination = models.ForeignKey(
        Nomination, verbose_name=_("nomination"), on_delete=models.PROTECT, related_name="scores"
    )
    judge = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("judge"), on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    points = models.DecimalField(
        _("points"), max_digits=4, decimal_places=1,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )  # fmt: skip
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    given_at = models.DateTimeField(pgettext_lazy("points", "given at"), auto_now=True)

    class Meta:
        verbose_name = _("score of a judge")
        verbose_name_plural = _("scores of judges")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="judgescore_once", fields=["nomination", "judge"]),
            models.CheckConstraint(
                name="judgescore_out_of_hundred", condition=Q(points__gte=0, points__lte=100)
            ),
        ]
        triggers = [pgtrigger.Protect(name="keep_judge_score", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.nomination_id} {self.points}"
