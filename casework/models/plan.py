"""One student, one plan: a measurable goal and dated steps with owners (一人一策)."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.enums import Counting, Helper

from .case import Case
from .catalogue import CaseCategory, CaseLevel


@pghistory.track()
class PlanTemplate(models.Model):
    """What a plan for a category and level proposes; rows that the school edits.

    A plan copies what it takes: a template changed later leaves running plans as they are.
    ``version`` counts the changes, and each plan keeps the one it was made from.
    """

    category = models.ForeignKey(
        CaseCategory, verbose_name=_("category"), on_delete=models.PROTECT, related_name="templates"
    )
    level = models.ForeignKey(
        CaseLevel, verbose_name=_("level"), on_delete=models.PROTECT, related_name="templates"
    )
    goal = models.CharField(
        _("goal"), max_length=300, help_text=_("A result that can be measured.")
    )
    causes = models.CharField(_("causes to look into"), max_length=300, blank=True)
    family_agreement = models.CharField(_("agreement with the family"), max_length=300, blank=True)
    resources = models.CharField(_("resources"), max_length=300, blank=True)
    exit_condition = models.CharField(_("exit condition"), max_length=300, blank=True)
    check_every_days = models.PositiveSmallIntegerField(_("check every (days)"), default=30)
    is_used = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("template of plans")
        verbose_name_plural = _("templates of plans")
        ordering = ["category__order", "level__rank"]
        constraints = [
            models.UniqueConstraint(name="plantemplate_once", fields=["category", "level"])
        ]

    def __str__(self) -> str:
        return f"{self.category} · {self.level}"


@pghistory.track()
class PlanTemplateStep(models.Model):
    template = models.ForeignKey(
        PlanTemplate, verbose_name=_("template of plans"), on_delete=models.CASCADE,
        related_name="steps",
    )  # fmt: skip
    order = models.PositiveSmallIntegerField(_("order"), default=10)
    text = models.CharField(_("step"), max_length=200)
    helper = models.CharField(
        _("proposed owner"), max_length=12, choices=Helper.choices, default=Helper.COUNSELLOR
    )
    due_after_days = models.PositiveSmallIntegerField(_("due after (days)"), default=14)
    wanted = models.PositiveSmallIntegerField(_("times wanted"), default=1)
    counting = models.CharField(
        _("counted from"), max_length=8, choices=Counting.choices, blank=True,
        help_text=_("Records of this kind by the owner count; empty: done by evidence."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("step of a template")
        verbose_name_plural = _("steps of templates")
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(name="templatestep_wanted", condition=Q(wanted__gte=1))
        ]

    def __str__(self) -> str:
        return self.text


@pghistory.track()
class Plan(models.Model):
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="plan")
    goal = models.CharField(
        _("goal"), max_length=300, help_text=_("A result that can be measured.")
    )
    causes = models.CharField(_("causes"), max_length=300, blank=True)
    family_agreement = models.CharField(_("agreement with the family"), max_length=300, blank=True)
    resources = models.CharField(_("resources"), max_length=300, blank=True)
    exit_condition = models.CharField(_("exit condition"), max_length=300, blank=True)
    check_dates = ArrayField(models.DateField(), verbose_name=_("check dates"), default=list)
    made_on = models.DateField(_("made on"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    template = models.ForeignKey(
        PlanTemplate, verbose_name=_("template of plans"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="plans",
    )  # fmt: skip
    template_version = models.PositiveIntegerField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")

    def __str__(self) -> str:
        return self.goal


@pghistory.track()
class PlanStep(models.Model):
    """``counting``: records of this kind by the owner since ``since`` count as times done, on top
    of ``done_before`` (what a former owner did). Without it the step is done by evidence.
    ``owner`` None: nobody, to be named anew."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="steps")
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    text = models.CharField(_("step"), max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("responsible"),
        null=True,
        on_delete=models.PROTECT,
        related_name="plan_steps",
    )
    due_on = models.DateField(_("due"))
    wanted = models.PositiveSmallIntegerField(_("times wanted"), default=1)
    done = models.PositiveSmallIntegerField(_("times done"), default=0)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    counting = models.CharField(
        _("counted from"), max_length=8, choices=Counting.choices, blank=True, default=""
    )
    since = models.DateTimeField(default=timezone.now, editable=False)
    done_before = models.PositiveSmallIntegerField(default=0, editable=False)
    dropped_on = models.DateField(_("dropped on"), null=True, blank=True)
    drop_reason = models.CharField(_("reason"), max_length=300, blank=True)

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

    @property
    def is_open(self) -> bool:
        return self.done_on is None and self.dropped_on is None
