"""What leaves the portal as a file of persons: asked for, approved, made, handed out, deleted."""

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.enums import ExportState
from portal.core.access import RestrictedManager
from portal.core.models import Job

from .unit import Unit

# The database computes the state, so that it can never contradict the facts.
_STATE = models.Case(
    models.When(withdrawn_at__isnull=False, then=models.Value("withdrawn")),
    models.When(decided_at__isnull=False, is_approved=False, then=models.Value("refused")),
    models.When(ended_at__isnull=False, then=models.Value("expired")),
    models.When(made_at__isnull=False, then=models.Value("ready")),
    models.When(needs_approval=True, decided_at__isnull=True, then=models.Value("asked")),
    default=models.Value("making"),
)


class Export(models.Model):
    """One export of persons (rulebook 8.2). ``key`` names the form that asked: sent twice, it is
    one export. ``lines`` are the records that were asked for, later those that the file holds.
    ``unit`` is the one by which the right was held.
    """

    see_action: ClassVar[str] = "see_export"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20)
    title = models.CharField(_("title"), max_length=120)
    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="exports"
    )
    query = models.CharField(max_length=2000, blank=True)
    conditions = models.CharField(_("conditions"), max_length=500, blank=True)
    reason = models.CharField(_("purpose"), max_length=200)
    lines = ArrayField(models.BigIntegerField())
    persons = models.PositiveIntegerField(_("persons"))
    needs_approval = models.BooleanField(default=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        related_name="exports",
    )
    asked_at = models.DateTimeField(_("asked at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="exports_decided",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    is_approved = models.BooleanField(null=True)
    note = models.CharField(_("reason"), max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made at"), null=True)
    # Until when a question waits for its answer, and afterwards the file for its download.
    ends_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(null=True)
    name = models.CharField(_("file"), max_length=120, blank=True)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    content = models.BinaryField(null=True)
    downloads = models.PositiveIntegerField(_("downloads"), default=0)
    state = models.GeneratedField(
        expression=_STATE,
        output_field=models.CharField(max_length=9, choices=ExportState.choices),
        db_persist=True,
        verbose_name=_("state"),
    )

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        constraints = [
            models.CheckConstraint(
                name="export_decided_by_another", condition=~Q(decided_by=F("asked_by"))
            ),
            models.CheckConstraint(
                name="export_file_only_when_allowed",
                condition=Q(content=None)
                | (
                    Q(made_at__isnull=False, ended_at=None, withdrawn_at=None)
                    & (Q(needs_approval=False) | Q(is_approved=True))
                ),
            ),
            models.CheckConstraint(
                name="export_decided_whole",
                condition=Q(decided_at=None, decided_by=None, is_approved=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False, is_approved__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["asked_by", "-asked_at"]),
            models.Index(
                name="export_open",
                fields=["unit"],
                condition=Q(needs_approval=True, decided_at=None, withdrawn_at=None, ended_at=None),
            ),
            models.Index(name="export_to_end", fields=["ends_at"], condition=Q(ended_at=None)),
        ]
        triggers = [pgtrigger.Protect(name="keep_export", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over_time(self) -> bool:
        """Told by the clock as well: a worker that sleeps prolongs nothing."""
        return self.ended_at is not None or self.ends_at <= timezone.now()

    @property
    def state_label(self) -> str:
        return str(ExportState(self.state).label)
