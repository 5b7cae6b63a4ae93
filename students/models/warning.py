"""Academic warnings: rule sets with versions, and what they found (rulebook 3.3)."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.core.access import RestrictedManager
from students.study_enums import StepKind, WarningState

from .student import Student


def _person(label: object) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=label, null=True, blank=True,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip


@pghistory.track()
class WarningSet(models.Model):
    """One version of one rule set. ``body`` holds its levels and rules (students.warning_rules);
    it is written while the version is a draft and never again once it was switched on.

    Without ``unit`` it counts for the whole school. Versions of one ``family`` follow each other;
    one of them is on at most.
    """

    family = models.SlugField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=80)
    source = models.CharField(_("source"), max_length=120, blank=True)
    unit = models.ForeignKey(
        "cohorts.Unit", verbose_name=_("unit"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    entry_from = models.PositiveSmallIntegerField(_("entry years from"), null=True, blank=True)
    entry_to = models.PositiveSmallIntegerField(_("entry years to"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    body = models.JSONField(default=dict)
    edition = models.PositiveIntegerField(default=1, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = _person(_("made by"))
    on_at = models.DateTimeField(_("switched on"), null=True, blank=True)
    on_by = _person(_("switched on by"))
    off_at = models.DateTimeField(_("switched off"), null=True, blank=True)
    off_by = _person(_("switched off by"))

    class Meta:
        verbose_name = _("rule set of warnings")
        verbose_name_plural = _("rule sets of warnings")
        ordering = ["family", "-version"]
        constraints = [
            models.UniqueConstraint(name="warningset_once", fields=["family", "version"]),
            models.UniqueConstraint(
                name="warningset_one_on", fields=["family"],
                condition=Q(on_at__isnull=False, off_at=None),
            ),
            models.CheckConstraint(
                name="warningset_years_in_order",
                condition=Q(entry_from=None) | Q(entry_to=None)
                | Q(entry_to__gte=F("entry_from")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def is_on(self) -> bool:
        return self.on_at is not None and self.off_at is None

    @property
    def is_draft(self) -> bool:
        return self.on_at is None and self.off_at is None


# Later facts win. The database computes the state, so it can never contradict them.
_STATE = models.Case(
    models.When(dismissed_at__isnull=False, then=models.Value("dismissed")),
    models.When(cleared_at__isnull=False, then=models.Value("cleared")),
    models.When(confirmed_at__isnull=False, then=models.Value("confirmed")),
    default=models.Value("found"),
)


@pghistory.track()
class AcademicWarning(models.Model):
    """What one rule set says about one student after one half-year: nothing twice.

    ``facts`` are the numbers behind it when it was found. Nobody but those who confirm warnings
    sees it before it is confirmed; the student from ``told_at`` on.
    """

    see_action: ClassVar[str] = "see_results"

    student = models.ForeignKey(
        Student, verbose_name=_("student"), on_delete=models.PROTECT, related_name="warnings",
        db_index=False,
    )  # fmt: skip
    rules = models.ForeignKey(
        WarningSet,
        verbose_name=_("rule set"),
        on_delete=models.PROTECT,
        related_name="warnings",
    )
    family = models.SlugField(max_length=40, db_index=False)
    # The half-year it speaks of, as 2025-2026-1; the short summer term counts to the second.
    period = models.CharField(_("term"), max_length=11)
    rule = models.CharField(_("rule"), max_length=20)
    level = models.CharField(_("level"), max_length=40)
    rank = models.PositiveSmallIntegerField(default=1)
    colour = models.CharField(_("colour"), max_length=8)
    facts = models.JSONField(default=dict)
    found_at = models.DateTimeField(_("found"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_by = _person(_("confirmed by"))
    dismissed_at = models.DateTimeField(_("set aside"), null=True, blank=True)
    dismissed_by = _person(_("set aside by"))
    dismiss_reason = models.CharField(_("reason"), max_length=300, blank=True)
    told_at = models.DateTimeField(_("told the student"), null=True, blank=True)
    cleared_at = models.DateTimeField(_("cleared"), null=True, blank=True)
    clear_reason = models.CharField(_("reason"), max_length=12, blank=True)
    again = models.PositiveSmallIntegerField(_("times it came back"), default=0)
    version = models.PositiveIntegerField(default=1, editable=False)
    state = models.GeneratedField(
        expression=_STATE,
        output_field=models.CharField(max_length=10, choices=WarningState.choices),
        db_persist=True,
        verbose_name=_("state"),
    )
    # What the access rule tests: one column for each way to a single row.
    is_shown = models.GeneratedField(
        expression=models.Case(
            models.When(confirmed_at__isnull=False, then=True), default=False
        ),
        output_field=models.BooleanField(), db_persist=True,
    )  # fmt: skip
    is_told = models.GeneratedField(
        expression=models.Case(
            models.When(told_at__isnull=False, dismissed_at__isnull=True, then=True),
            default=False,
        ),
        output_field=models.BooleanField(), db_persist=True,
    )  # fmt: skip

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("academic warning")
        verbose_name_plural = _("academic warnings")
        constraints = [
            models.UniqueConstraint(name="warning_once", fields=["student", "family", "period"]),
            models.CheckConstraint(
                name="warning_set_aside_with_reason",
                condition=Q(dismissed_at=None) | ~Q(dismiss_reason=""),
            ),
            models.CheckConstraint(
                name="warning_told_after_confirmed",
                condition=Q(told_at=None) | Q(confirmed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="warning_by_period", fields=["period", "state", "rank"]),
            models.Index(name="warning_by_family", fields=["family", "period"]),
        ]
        triggers = [pgtrigger.Protect(name="keep_warning", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        # Neither whom nor what: a log may show this to anybody.
        return f"{self.family} {self.period} {self.pk}"

    @property
    def state_label(self) -> str:
        return str(WarningState(self.state).label)


@pghistory.track()
class WarningStep(models.Model):
    """What has to follow a confirmed warning; its promise is a task. Read through its warning."""

    warning = models.ForeignKey(AcademicWarning, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(_("step"), max_length=8, choices=StepKind.choices)
    due_on = models.DateField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = _person(_("done by"))
    note = models.CharField(_("what was done"), max_length=1000, blank=True)
    dropped_at = models.DateTimeField(_("not needed any more"), null=True, blank=True)

    class Meta:
        verbose_name = _("step of a warning")
        verbose_name_plural = _("steps of warnings")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="warningstep_once", fields=["warning", "kind"])]

    def __str__(self) -> str:
        return f"{self.warning_id} {self.kind}"
