"""Programme plans: which courses a major of one entry year takes, and when (培养方案)."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from students.study_enums import Need

from .result import Course

_TERMS = (MinValueValidator(1), MaxValueValidator(12))


@pghistory.track()
class Programme(models.Model):
    """The plan of one major for the students who entered in one year."""

    major = models.ForeignKey(
        "cohorts.Major", verbose_name=_("major"), on_delete=models.PROTECT,
        related_name="programmes",
    )  # fmt: skip
    entry_year = models.PositiveSmallIntegerField(_("entry year"))
    years = models.PositiveSmallIntegerField(
        _("length in years"), default=4, validators=[MinValueValidator(1), MaxValueValidator(8)]
    )
    credits = models.DecimalField(
        _("credits to graduate"), max_digits=5, decimal_places=1, default=0,
        help_text=_("0: the sum of the plan."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("programme plan")
        verbose_name_plural = _("programme plans")
        ordering = ["-entry_year", "major"]
        constraints = [
            models.UniqueConstraint(name="programme_once", fields=["major", "entry_year"])
        ]

    def __str__(self) -> str:
        return f"{self.major} {self.entry_year}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class CourseGroup(models.Model):
    """Courses of a plan that belong together. Of an elective group ``credits`` have to be earned
    by the end of ``due_term``; of a required one every course."""

    programme = models.ForeignKey(
        Programme, verbose_name=_("programme plan"), on_delete=models.PROTECT,
        related_name="groups",
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=60)
    need = models.CharField(_("kind"), max_length=8, choices=Need.choices, default=Need.REQUIRED)
    credits = models.DecimalField(
        _("credits to choose"), max_digits=4, decimal_places=1, default=0,
        help_text=_("Of an elective group only."),
    )  # fmt: skip
    due_term = models.PositiveSmallIntegerField(
        _("by the end of term"), default=8, validators=_TERMS
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("course group")
        verbose_name_plural = _("course groups")
        ordering = ["programme", "order", "pk"]
        constraints = [
            models.UniqueConstraint(name="coursegroup_once", fields=["programme", "name"]),
            models.CheckConstraint(
                name="coursegroup_known_need", condition=Q(need__in=Need.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class PlanCourse(models.Model):
    """A course of the plan with its credits and its term of study (1 to 12)."""

    # The programme stands here too, so that a plan holds no course twice.
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="courses", db_index=False
    )
    group = models.ForeignKey(
        CourseGroup, verbose_name=_("course group"), on_delete=models.PROTECT,
        related_name="courses",
    )  # fmt: skip
    course = models.ForeignKey(
        Course, verbose_name=_("course"), on_delete=models.PROTECT, related_name="plans"
    )
    credits = models.DecimalField(_("credits"), max_digits=4, decimal_places=1)
    term_no = models.PositiveSmallIntegerField(_("term of study"), validators=_TERMS)

    class Meta:
        verbose_name = _("course of a plan")
        verbose_name_plural = _("courses of plans")
        ordering = ["programme", "term_no", "pk"]
        constraints = [
            models.UniqueConstraint(name="plancourse_once", fields=["programme", "course"])
        ]

    def __str__(self) -> str:
        return f"{self.course} {self.term_no}"
