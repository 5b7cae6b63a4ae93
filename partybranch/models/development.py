"""One person's way to membership: the steps taken, the papers, and what was decided about them."""

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _

from partybranch.enums import Decision, Duty, Ended, Stage
from portal.core.access import RestrictedManager

from .member import PartyMember
from .organization import PartyOrganization
from .rules import RuleVersion

# The stage of the last step taken; the database computes it, so nobody can set it by hand.
_STAGE = models.Case(
    models.When(reached__lte=2, then=models.Value(int(Stage.APPLICATION))),
    models.When(reached__lte=6, then=models.Value(int(Stage.ACTIVIST))),
    models.When(reached__lte=11, then=models.Value(int(Stage.TARGET))),
    models.When(reached__lte=18, then=models.Value(int(Stage.ADMISSION))),
    default=models.Value(int(Stage.PROBATION)),
)


def _by(name: str = "+") -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), null=True, editable=False,
        on_delete=models.PROTECT, related_name=name,
    )  # fmt: skip


@pghistory.track()
class Development(models.Model):
    """``reached`` … ``papers_missing`` are kept by ``domain.refresh`` from the recorded steps, for
    boards and lists; whatever decides reads the steps themselves."""

    see_action: ClassVar[str] = "see_party_file"

    student = models.ForeignKey(
        "students.Student", verbose_name=_("student"), on_delete=models.PROTECT,
        related_name="developments",
    )  # fmt: skip
    branch = models.ForeignKey(
        PartyOrganization, verbose_name=_("branch"), on_delete=models.PROTECT,
        related_name="developments",
    )  # fmt: skip
    leaves_on = models.DateField(_("expected to leave the school on"), null=True, blank=True)
    resumed_on = models.DateField(_("cultivation went on here from"), null=True, blank=True)
    extended_by = models.PositiveSmallIntegerField(_("probation extended by months"), default=0)
    postponed_by = models.PositiveSmallIntegerField(_("discussion postponed by months"), default=0)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    ended_how = models.CharField(_("how it ended"), max_length=9, choices=Ended.choices, blank=True)
    reached = models.PositiveSmallIntegerField(_("last step taken"), default=0, editable=False)
    next_step = models.PositiveSmallIntegerField(_("next step"), default=1, editable=False)
    due_on = models.DateField(_("due"), null=True, editable=False)
    assess_due_on = models.DateField(_("assessment due"), null=True, editable=False)
    papers_missing = models.PositiveSmallIntegerField(
        _("papers missing"), default=0, editable=False
    )
    stage = models.GeneratedField(
        expression=_STAGE, output_field=models.PositiveSmallIntegerField(choices=Stage.choices),
        db_persist=True, verbose_name=_("stage"),
    )  # fmt: skip
    first_due = models.GeneratedField(
        expression=Least("due_on", "assess_due_on"), output_field=models.DateField(null=True),
        db_persist=True, verbose_name=_("due"),
    )  # fmt: skip
    opened_at = models.DateTimeField(_("opened at"), auto_now_add=True)
    opened_by = _by()
    client_key = models.UUIDField(null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("development")
        verbose_name_plural = _("developments")
        constraints = [
            models.UniqueConstraint(
                name="development_one_open", fields=["student"], condition=Q(ended_on=None)
            ),
            models.CheckConstraint(
                name="development_ended_says_how",
                condition=Q(ended_on=None, ended_how="") | (~Q(ended_how="") & ~Q(ended_on=None)),
            ),
        ]
        indexes = [
            models.Index(
                name="development_open", fields=["first_due", "id"], condition=Q(ended_on=None)
            ),
            models.Index(name="development_of_branch", fields=["branch", "ended_on"]),
        ]
        triggers = [pgtrigger.Protect(name="keep_development", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.student_id} {self.reached}/25"

    @property
    def stage_label(self) -> str:
        return str(Stage(self.stage).label)


class DecisionRecord(models.Model):
    """A decision that takes steps back or changes times; written once (P23)."""

    development = models.ForeignKey(
        Development, verbose_name=_("development"), on_delete=models.PROTECT,
        related_name="decisions",
    )  # fmt: skip
    kind = models.CharField(_("decision"), max_length=10, choices=Decision.choices)
    on = models.DateField(_("decided on"))
    decided_by = models.CharField(_("decided by"), max_length=80)
    reason = models.CharField(_("reason"), max_length=300)
    from_step = models.PositiveSmallIntegerField(_("steps taken back from"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()

    class Meta:
        verbose_name = _("decision about a development")
        verbose_name_plural = _("decisions about developments")
        ordering = ["on", "pk"]
        triggers = [
            pgtrigger.Protect(name="keep_decision", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"


class StepRecord(models.Model):
    """A step as it happened: the day, the rule it stood under, when and by whom it was entered.

    Never changed; a later decision may take it back (``withdrawn_by``) and it stays readable.
    ``days_late`` and ``due_on`` are what the rule of its own day said.
    """

    development = models.ForeignKey(
        Development, verbose_name=_("development"), on_delete=models.PROTECT, related_name="records"
    )
    step = models.PositiveSmallIntegerField(_("step"))
    version = models.ForeignKey(
        RuleVersion, verbose_name=_("version of the rules"), on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    on = models.DateField(_("on"))
    due_on = models.DateField(_("due"), null=True, blank=True)
    days_late = models.PositiveSmallIntegerField(_("days late"), default=0)
    late_reason = models.CharField(_("why late"), max_length=300, blank=True)
    entry_reason = models.CharField(_("why entered late"), max_length=300, blank=True)
    override_reason = models.CharField(_("why nevertheless"), max_length=300, blank=True)
    branch = models.ForeignKey(
        PartyOrganization, verbose_name=_("branch"), on_delete=models.PROTECT, related_name="+"
    )
    body = models.ForeignKey(
        PartyOrganization, verbose_name=_("committee"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    detail = models.JSONField(default=dict)
    is_former = models.BooleanField(_("from the file of the former organisation"), default=False)
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()
    withdrawn_by = models.ForeignKey(
        DecisionRecord, verbose_name=_("taken back by"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="withdrawn",
    )  # fmt: skip
    client_key = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("step taken")
        verbose_name_plural = _("steps taken")
        ordering = ["step", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="steprecord_once", fields=["development", "step"],
                condition=Q(withdrawn_by=None),
            ),
            models.CheckConstraint(
                name="steprecord_late_says_why", condition=Q(days_late=0) | ~Q(late_reason="")
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Protect(name="keep_step", operation=pgtrigger.Delete),
            # What was entered stays; only a decision may be set beside it, once.
            pgtrigger.Protect(
                name="step_is_never_changed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.withdrawn_by_id IS NOT NULL OR (to_jsonb(OLD) - 'withdrawn_by_id') "
                    "IS DISTINCT FROM (to_jsonb(NEW) - 'withdrawn_by_id')"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.development_id} {self.step} {self.on}"


class Paper(models.Model):
    """A paper of a step that is in the file."""

    record = models.ForeignKey(StepRecord, on_delete=models.PROTECT, related_name="papers")
    name = models.CharField(_("paper"), max_length=60)
    handed_on = models.DateField(_("handed in on"))
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="paper_once", fields=["record", "name"])]
        triggers = [
            pgtrigger.Protect(name="keep_paper", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Sponsorship(models.Model):
    """A contact or introducer of the person, from step 5 or 9 until it ends (P5, P9)."""

    development = models.ForeignKey(
        Development, verbose_name=_("development"), on_delete=models.PROTECT,
        related_name="sponsorships",
    )  # fmt: skip
    member = models.ForeignKey(
        PartyMember, verbose_name=_("member"), on_delete=models.PROTECT, related_name="sponsors"
    )
    duty = models.CharField(_("duty"), max_length=10, choices=Duty.choices)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact or introducer")
        verbose_name_plural = _("contacts and introducers")
        constraints = [
            models.CheckConstraint(
                name="sponsorship_ends_after_start",
                condition=Q(until=None) | Q(until__gte=F("since")),
            ),
            models.UniqueConstraint(
                name="sponsorship_once", fields=["development", "member", "duty"],
                condition=Q(until=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.member_id} {self.duty}"
