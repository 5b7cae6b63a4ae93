"""Common problems: cases alike lead to a general fix, and later it is looked at whether new cases
fell (点上问题面上整改)."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.enums import Effect, ProblemState
from cohorts.models import Unit
from portal.core.access import RestrictedManager

from .case import Case
from .catalogue import CauseCode

# Later facts win. The database computes the state, so it can never contradict them.
_STATE = models.Case(
    models.When(dropped_at__isnull=False, then=models.Value("dropped")),
    models.When(checked_at__isnull=False, then=models.Value("checked")),
    models.When(fixed_at__isnull=False, then=models.Value("fixed")),
    default=models.Value("open"),
)


@pghistory.track()
class CommonProblem(models.Model):
    """One cause in one unit, with a general fix that somebody owns.

    ``seen_before`` and ``seen_after`` are the new entries with this cause in the unit during as
    many days before the fix and after it; they are counted once, at the check.
    """

    see_action: ClassVar[str] = "see_case"

    cause = models.ForeignKey(
        CauseCode, verbose_name=_("cause"), on_delete=models.PROTECT, related_name="problems"
    )
    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="common_problems"
    )
    title = models.CharField(_("problem"), max_length=100)
    fix = models.TextField(_("general fix"), max_length=1000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("responsible"),
        on_delete=models.PROTECT,
        related_name="problems_owned",
    )
    due_on = models.DateField(_("due"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("opened by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="problems_opened",
    )
    opened_at = models.DateTimeField(_("opened at"))
    fixed_at = models.DateTimeField(_("fixed at"), null=True, blank=True)
    proof = models.TextField(_("proof"), max_length=1000, blank=True)
    check_on = models.DateField(_("look again on"), null=True, blank=True)
    checked_at = models.DateTimeField(_("looked at again"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("checked by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    seen_before = models.PositiveIntegerField(_("new cases before"), null=True, blank=True)
    seen_after = models.PositiveIntegerField(_("new cases after"), null=True, blank=True)
    effect = models.CharField(_("effect"), max_length=5, choices=Effect.choices, blank=True)
    check_note = models.CharField(_("finding"), max_length=500, blank=True)
    dropped_at = models.DateTimeField(_("dropped at"), null=True, blank=True)
    drop_reason = models.CharField(_("reason"), max_length=300, blank=True)
    state = models.GeneratedField(
        expression=_STATE,
        output_field=models.CharField(max_length=7, choices=ProblemState.choices),
        db_persist=True,
        verbose_name=_("state"),
    )
    client_key = models.UUIDField(null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("common problem")
        verbose_name_plural = _("common problems")
        constraints = [
            models.CheckConstraint(
                name="commonproblem_fixed_with_proof",
                condition=Q(fixed_at=None, check_on=None)
                | (Q(fixed_at__isnull=False, check_on__isnull=False) & ~Q(proof="")),
            ),
            models.CheckConstraint(
                name="commonproblem_checked_after_fix",
                condition=Q(checked_at=None, effect="")
                | (Q(checked_at__gte=F("fixed_at")) & ~Q(effect="")),
            ),
            models.CheckConstraint(
                name="commonproblem_dropped_with_reason",
                condition=Q(dropped_at=None) | ~Q(drop_reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "cause"]),
            models.Index(
                name="commonproblem_open",
                fields=["due_on", "id"],
                condition=Q(fixed_at=None, dropped_at=None),
            ),
        ]
        triggers = [pgtrigger.Protect(name="keep_common_problem", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.title

    @property
    def state_label(self) -> str:
        return str(ProblemState(self.state).label)


@pghistory.track()
class ProblemCase(models.Model):
    """A case that showed the problem. Who may not see the case does not see it here either."""

    problem = models.ForeignKey(CommonProblem, on_delete=models.PROTECT, related_name="links")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="problem_links")

    class Meta:
        verbose_name = _("case of a common problem")
        verbose_name_plural = _("cases of a common problem")
        constraints = [models.UniqueConstraint(name="problemcase_once", fields=["problem", "case"])]

    def __str__(self) -> str:
        return f"{self.problem_id} {self.case_id}"
