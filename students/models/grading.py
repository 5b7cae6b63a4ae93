"""Grade points as rows: the school picks its formula (rulebook 6.4, grade_scales)."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from students.study_enums import Formula, Sitting


@pghistory.track()
class GradeScale(models.Model):
    """One way to turn grades into points. The one in use makes the averages of all pages."""

    code = models.SlugField(_("code"), max_length=20, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    formula = models.CharField(
        _("formula"), max_length=6, choices=Formula.choices, default=Formula.BANDS
    )
    sitting = models.CharField(
        _("attempt that counts"), max_length=5, choices=Sitting.choices, default=Sitting.BEST
    )
    is_used = models.BooleanField(
        _("in use"), default=False, help_text=_("One scale is in use at a time.")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("grade point scale")
        verbose_name_plural = _("grade point scales")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                name="gradescale_one_in_use", fields=["is_used"], condition=Q(is_used=True)
            )
        ]

    def __str__(self) -> str:
        return self.name


class GradePoint(models.Model):
    """Either a band (scores from ``low`` up to the next band) or a grade written as a word or
    letter. Without ``point`` the grade counts for credits, not for the average."""

    scale = models.ForeignKey(
        GradeScale, verbose_name=_("grade point scale"), on_delete=models.CASCADE,
        related_name="points",
    )  # fmt: skip
    low = models.DecimalField(
        _("from score"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    grade = models.CharField(_("word or letter"), max_length=12, blank=True)
    point = models.DecimalField(_("point"), max_digits=4, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("grade point")
        verbose_name_plural = _("grade points")
        ordering = ["scale", "-low", "pk"]
        constraints = [
            models.CheckConstraint(
                name="gradepoint_band_or_word",
                condition=Q(low__isnull=False, grade="") | Q(low=None, grade__gt=""),
            ),
            models.UniqueConstraint(name="gradepoint_once", fields=["scale", "low", "grade"],
                                    nulls_distinct=False),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.grade or f"≥ {self.low}"
