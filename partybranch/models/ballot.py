"""The columns of a vote: counts only, never who voted what (rulebook 1.4)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partybranch.enums import Body


class BallotCounts(models.Model):
    """Counts that add up, and whether the vote passed, computed by the database: 2·Y > E."""

    on = models.DateField(_("on"))
    body = models.CharField(_("vote by"), max_length=10, choices=Body.choices)
    expected = models.PositiveSmallIntegerField(_("should attend"))
    present = models.PositiveSmallIntegerField(_("present"))
    yes = models.PositiveSmallIntegerField(pgettext_lazy("ballot", "yes"))
    no = models.PositiveSmallIntegerField(pgettext_lazy("ballot", "no"), default=0)
    abstain = models.PositiveSmallIntegerField(_("abstained"), default=0)
    invalid = models.PositiveSmallIntegerField(_("invalid"), default=0)
    written_yes = models.PositiveSmallIntegerField(_("yes in writing"), default=0)
    left_out = models.PositiveSmallIntegerField(_("left out"), default=0)
    left_out_reason = models.CharField(_("why left out"), max_length=200, blank=True)
    passed = models.GeneratedField(
        expression=models.Case(
            models.When(
                Q(expected__lt=2 * (F("yes") + F("written_yes"))), then=models.Value(True)
            ),
            default=models.Value(False),
        ),
        output_field=models.BooleanField(), db_persist=True, verbose_name=_("passed"),
    )  # fmt: skip

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_adds_up",
                condition=Q(present__lte=F("expected"))
                & Q(present=F("yes") + F("no") + F("abstain") + F("invalid"))
                & Q(written_yes__lte=F("expected") - F("present")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.yes + self.written_yes}/{self.expected}"
