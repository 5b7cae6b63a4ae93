"""Courses and every attempt at them (rulebook 6.4)."""

from typing import ClassVar

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.access import RestrictedManager
from students.enums import AttemptKind, SpecialGrade

from .student import Student


@pghistory.track()
class Course(models.Model):
    """A course of the catalogue. Results keep the credits that counted when they were entered."""

    code = models.CharField(_("course code"), max_length=30, unique=True)
    name = models.CharField(_("course name"), max_length=100)
    credits = models.DecimalField(_("credits"), max_digits=4, decimal_places=1, default=0)
    college = models.ForeignKey(
        "cohorts.College",
        verbose_name=_("college"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="courses",
    )

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


# The former row of every correction is kept; a first entry stands in the table itself, so that a
# million of them cost nothing more.
@pghistory.track(
    pghistory.UpdateEvent("corrected", row=pghistory.Old),
    pghistory.DeleteEvent("removed"),
)
class CourseResult(models.Model):
    """One attempt. ``grade`` is what the clerk wrote; ``score`` and ``passed`` what it means.

    ``passed`` is None while there is no decision (deferred, not entered).
    """

    see_action: ClassVar[str] = "see_results"

    # Student and term lead the unique key and the index below; no index of their own. The three keys
    # are checked by triggers, once a statement instead of once a row (migration 0007).
    student = models.ForeignKey(
        Student,
        on_delete=models.PROTECT,
        related_name="results",
        db_index=False,
        db_constraint=False,
    )
    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="results", db_constraint=False
    )
    term = models.ForeignKey(
        "cohorts.Term",
        on_delete=models.PROTECT,
        related_name="results",
        db_index=False,
        db_constraint=False,
    )
    attempt = models.CharField(
        _("attempt"), max_length=6, choices=AttemptKind.choices, default=AttemptKind.FIRST
    )
    sequence = models.PositiveSmallIntegerField(
        _("number"), default=1, help_text=_("1 for the first of this kind in the term.")
    )
    grade = models.CharField(_("grade"), max_length=12)
    score = models.DecimalField(_("score"), max_digits=6, decimal_places=2, null=True)
    special = models.CharField(
        _("special value"), max_length=12, choices=SpecialGrade.choices, blank=True
    )
    passed = models.BooleanField(_("passed"), null=True)
    credits = models.DecimalField(_("credits"), max_digits=4, decimal_places=1)
    is_required = models.BooleanField(_("required"), default=True)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("course result")
        verbose_name_plural = _("course results")
        constraints = [
            models.UniqueConstraint(
                name="courseresult_once",
                fields=["student", "course", "term", "attempt", "sequence"],
            )
        ]
        indexes = [
            models.Index(fields=["term", "course"]),
            models.Index(
                name="courseresult_failed",
                fields=["student", "course"],
                include=["credits"],
                condition=models.Q(passed=False, is_required=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.course_id} {self.term_id} {self.grade}"
