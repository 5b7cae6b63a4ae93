"""One student, one plan: a measurable goal and dated steps with owners (一人一策)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .case import Case


@pghistory.track()
class Plan(models.Model):
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="plan")
    goal = models.CharField(
        _("goal"), max_length=300, help_text=_("A result that can be measured.")
    )
    exit_condition = models.CharField(_("exit condition"), max_length=300, blank=True)
    made_on = models.DateField(_("made on"))

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")

    def __str__(self) -> str:
        return self.goal


@pghistory.track()
class PlanStep(models.Model):
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="steps")
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    text = models.CharField(_("step"), max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("responsible"),
        on_delete=models.PROTECT,
        related_name="plan_steps",
    )
    due_on = models.DateField(_("due"))
    wanted = models.PositiveSmallIntegerField(_("times wanted"), default=1)
    done = models.PositiveSmallIntegerField(_("times done"), default=0)
    done_on = models.DateField(_("done on"), null=True, blank=True)

    class Meta:
        verbose_name = _("plan step")
        verbose_name_plural = _("plan steps")
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(name="planstep_done_within", condition=Q(done__lte=F("wanted")))
        ]
        indexes = [models.Index(fields=["owner", "due_on"])]

    def __str__(self) -> str:
        return self.text
