"""Where a student stands, and the enrolment status: both dated."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.core.access import RestrictedManager
from students.enums import StudentStatus, Tree

from .student import Student


@pghistory.track()
class Placement(models.Model):
    """Student + unit + since + until (last day). One open placement per tree."""

    see_action: ClassVar[str] = "see_card"

    # The composite indexes below begin with these columns: an index of their own would only cost.
    student = models.ForeignKey(
        Student,
        verbose_name=_("student"),
        on_delete=models.PROTECT,
        related_name="placements",
        db_index=False,
    )
    unit = models.ForeignKey(
        "cohorts.Unit",
        verbose_name=_("unit"),
        on_delete=models.PROTECT,
        related_name="placements",
        db_index=False,
    )
    tree = models.CharField(_("tree"), max_length=8, choices=Tree.choices)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        constraints = [
            models.CheckConstraint(
                name="placement_ends_after_start",
                condition=Q(until=None) | Q(until__gte=F("since")),
            ),
            models.UniqueConstraint(
                name="placement_one_open_per_tree",
                fields=["student", "tree"],
                condition=Q(until=None),
            ),
        ]
        indexes = [
            models.Index(
                name="placement_reach",
                fields=["unit", "student"],
                include=["since", "until"],
            ),
            # Where one student stands, and whether that is within a reach, without the row.
            models.Index(
                name="placement_of_student",
                fields=["student", "tree", "since"],
                include=["unit", "until"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} @ {self.unit_id} {self.since}–{self.until or ''}"


class StatusPeriod(models.Model):
    """The enrolment status over time; headcounts use the status on the report day."""

    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="status_periods")
    status = models.CharField(_("status"), max_length=2, choices=StudentStatus.choices)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("status period")
        verbose_name_plural = _("status periods")
        constraints = [
            models.UniqueConstraint(
                name="statusperiod_one_open", fields=["student"], condition=Q(until=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.status} {self.since}"
