"""Orders that moved a student: transfer, leave, return, graduation (学籍异动)."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.access import RestrictedManager
from students.enums import MovementKind, StudentStatus

from .student import Student


@pghistory.track()
class Movement(models.Model):
    """One order about one student, effective from the day ``on``.

    Where the student stands is told by the placements, the status by its periods: this row says
    why and by which order. ``places`` maps a tree to [unit before, unit after] (ids or None).
    ``entry_year`` and ``major`` are new values that the student's card takes on the day itself;
    ``applied_at`` is empty while that day lies ahead.
    """

    see_action: ClassVar[str] = "see_record"

    student = models.ForeignKey(
        Student, verbose_name=_("student"), on_delete=models.PROTECT, related_name="movements",
        db_index=False,
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=12, choices=MovementKind.choices)
    on = models.DateField(_("effective from"))
    reason = models.CharField(_("reason"), max_length=200)
    order_no = models.CharField(_("order number"), max_length=40, blank=True)
    places = models.JSONField(default=dict)
    status_before = models.CharField(max_length=2, choices=StudentStatus.choices, blank=True)
    status_after = models.CharField(max_length=2, choices=StudentStatus.choices, blank=True)
    entry_year = models.PositiveSmallIntegerField(_("entry year"), null=True)
    major = models.ForeignKey(
        "cohorts.Major", verbose_name=_("major"), null=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    expected_on = models.DateField(_("expected back on"), null=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("movement of a student")
        verbose_name_plural = _("movements of students")
        indexes = [
            models.Index(fields=["student", "on"], name="movement_of_student"),
            models.Index(fields=["on"], name="movement_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.kind} {self.on}"
