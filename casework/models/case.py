"""The case: one episode of help for one student, told by dated facts."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from casework.enums import Outcome, Source, Stage, WriteLevel
from portal.core.access import RestrictedManager
from students.models import Student

from .catalogue import CaseCategory, CaseLevel, CauseCode

# Later facts win. The database computes the stage, so it can never contradict them.
_STAGE = models.Case(
    models.When(closed_at__isnull=False, outcome=Outcome.REFERRED, then=models.Value("referred")),
    models.When(closed_at__isnull=False, then=models.Value("closed")),
    models.When(assessed_at__isnull=False, then=models.Value("assessed")),
    models.When(tracking_at__isnull=False, then=models.Value("tracking")),
    models.When(help_at__isnull=False, then=models.Value("in_help")),
    models.When(planned_at__isnull=False, then=models.Value("planned")),
    models.When(opened_at__isnull=False, then=models.Value("opened")),
    models.When(triaged_at__isnull=False, then=models.Value("triaged")),
    default=models.Value("reported"),
)


@pghistory.track()
class Case(models.Model):
    """One student has one open case at most; earlier episodes stay for ever."""

    see_action: ClassVar[str] = "see_case"

    student = models.ForeignKey(
        Student, verbose_name=_("student"), on_delete=models.PROTECT, related_name="cases"
    )
    number = models.CharField(_("case number"), max_length=20, unique=True)
    episode = models.PositiveSmallIntegerField(_("episode"), default=1)
    level = models.ForeignKey(
        CaseLevel, verbose_name=_("level"), on_delete=models.PROTECT, related_name="cases"
    )
    source = models.CharField(_("source"), max_length=12, choices=Source.choices)
    reason = models.TextField(_("reason"), max_length=2000)
    former = models.OneToOneField(
        "self",
        verbose_name=_("former episode"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="reopened_as",
    )
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("raised by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="cases_raised",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("responsible"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cases_owned",
    )
    lead_unit = models.ForeignKey(
        "cohorts.Unit",
        verbose_name=_("leading unit"),
        null=True,
        on_delete=models.PROTECT,
        related_name="cases_led",
    )
    reported_at = models.DateTimeField(_("reported at"))
    triaged_at = models.DateTimeField(_("triaged at"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    planned_at = models.DateTimeField(_("plan made at"), null=True, blank=True)
    help_at = models.DateTimeField(_("help began at"), null=True, blank=True)
    tracking_at = models.DateTimeField(_("tracking since"), null=True, blank=True)
    assessed_at = models.DateTimeField(_("assessed at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    stage = models.GeneratedField(
        expression=_STAGE,
        output_field=models.CharField(max_length=10, choices=Stage.choices),
        db_persist=True,
        verbose_name=_("stage"),
    )
    # Kept by log_follow_up and set_level under the row lock: what the lists sort by.
    last_contact_at = models.DateTimeField(_("last real contact"), null=True, editable=False)
    contact_due_at = models.DateTimeField(_("next contact due"), null=True, editable=False)
    review_due_on = models.DateField(_("next review"), null=True, blank=True)
    advice_do = models.CharField(_("please do"), max_length=300, blank=True)
    advice_dont = models.CharField(_("please do not"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(
                name="case_one_open_per_student",
                fields=["student"],
                condition=Q(closed_at=None),
            ),
            models.CheckConstraint(
                name="case_closed_with_outcome",
                condition=Q(closed_at=None, outcome="")
                | Q(closed_at__isnull=False, outcome__gt=""),
            ),
            models.CheckConstraint(
                name="case_facts_in_order",
                condition=(Q(triaged_at=None) | Q(triaged_at__gte=F("reported_at")))
                & (Q(opened_at=None) | Q(opened_at__gte=F("reported_at")))
                & (Q(closed_at=None) | Q(closed_at__gte=F("reported_at"))),
            ),
        ]
        indexes = [
            models.Index(
                name="case_open_by_owner",
                fields=["owner", "contact_due_at"],
                condition=Q(closed_at=None),
            ),
            models.Index(
                name="case_open_by_level",
                fields=["level", "contact_due_at", "id"],
                condition=Q(closed_at=None),
            ),
            models.Index(
                Coalesce("last_contact_at", "reported_at"),
                "id",
                name="case_open_silent",
                condition=Q(closed_at=None),
            ),
            models.Index(fields=["student", "-reported_at"]),
        ]
        triggers = [pgtrigger.Protect(name="keep_case", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


@pghistory.track()
class LedgerEntry(models.Model):
    """One category a student stands in, with its own level, way in and way out."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entries")
    category = models.ForeignKey(CaseCategory, on_delete=models.PROTECT, related_name="entries")
    level = models.ForeignKey(CaseLevel, on_delete=models.PROTECT, related_name="entries")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    cause = models.ForeignKey(
        CauseCode,
        verbose_name=_("cause"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="entries",
    )
    source = models.CharField(_("source"), max_length=12, choices=Source.choices)
    entered_at = models.DateTimeField(_("entered at"))
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["category__order"]
        constraints = [
            models.UniqueConstraint(
                name="ledgerentry_one_open_per_category",
                fields=["case", "category"],
                condition=Q(left_at=None),
            )
        ]
        indexes = [
            # One ledger, level by level.
            models.Index(
                name="ledgerentry_open_levels",
                fields=["category", "level"],
                condition=Q(left_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.category_id} {self.level_id}"


@pghistory.track()
class Seat(models.Model):
    """A place in the task force: sight of this student only, ending with the seat."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="seats")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="seats"
    )
    duty = models.CharField(_("duty"), max_length=60)
    write_level = models.CharField(
        _("right"), max_length=5, choices=WriteLevel.choices, default=WriteLevel.WRITE
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    # Sight ends at this moment; the last day is then the one before.
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    end_reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [
            models.UniqueConstraint(
                name="seat_once", fields=["case", "person"], condition=Q(ends_on=None)
            )
        ]
        indexes = [models.Index(fields=["person", "ends_on"])]

    def __str__(self) -> str:
        return f"{self.case_id} {self.person_id} {self.duty}"
