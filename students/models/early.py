"""Who may need help early: the fitted weights and what they say of each student (docs/early.md)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.access import RestrictedManager

from .student import Student


class EarlyModel(models.Model):
    """Weights fitted on terms before ``term``, which it may score. Never changed; a new fit is a
    new row with the next version."""

    term = models.ForeignKey("cohorts.Term", on_delete=models.PROTECT, related_name="early_models")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    fitted_at = models.DateTimeField(auto_now_add=True)
    # {"bias": …, "facts": [{"name", "mean", "spread", "weight"}, …]}
    weights = models.JSONField()
    # Terms learned from, and the time cut: fitted without the newest of them, measured on it.
    evaluation = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("early ranking")
        verbose_name_plural = _("early rankings")
        constraints = [
            models.UniqueConstraint(name="earlymodel_version", fields=["term", "version"])
        ]

    def __str__(self) -> str:
        return f"{self.term_id} v{self.version}"


class EarlyScore(models.Model):
    """How likely a student is to fail a required course in a term, by what was known before it."""

    see_action: ClassVar[str] = "see_results"

    # The unique key below begins with the term, the index with the student.
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="early_scores")
    term = models.ForeignKey(
        "cohorts.Term", on_delete=models.PROTECT, related_name="early_scores", db_index=False
    )
    model = models.ForeignKey(EarlyModel, on_delete=models.PROTECT, related_name="scores")
    score = models.FloatField(_("likelihood"))
    # The numbers of all facts, and the three heaviest as [name, weight].
    numbers = models.JSONField()
    reasons = models.JSONField()

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("early score")
        verbose_name_plural = _("early scores")
        constraints = [models.UniqueConstraint(name="earlyscore_once", fields=["term", "student"])]
        indexes = [models.Index(name="earlyscore_first", fields=["term", "-score", "student"])]

    def __str__(self) -> str:
        return f"{self.student_id} {self.term_id} {self.score:.2f}"
