"""Two exceptions from the rule about one case: a person kept out, and glass broken (design 5.8, 5.9)."""

import datetime as dt
from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .case import Case

# How long broken glass stays open; the database refuses a longer row.
GLASS_HOURS = 4


class DatedException(models.Model):
    """Who, which case, why, from which moment to which; ended, never deleted."""

    case = models.ForeignKey(
        Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="%(class)ss"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=300)
    starts_at = models.DateTimeField(_("from"))

    class Meta:
        abstract = True


@pghistory.track()
class LockOut(DatedException):
    """Conflict of interest: this person learns nothing of this case, whatever posts say."""

    ends_at = models.DateTimeField(_("to"), null=True, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("set by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("lock-out")
        verbose_name_plural = _("lock-outs")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="lockout_once", fields=["case", "person"], condition=Q(ends_at=None)
            )
        ]
        indexes = [models.Index(fields=["person", "ends_at"])]
        triggers = [pgtrigger.Protect(name="keep_lock_out", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.case_id} × {self.person_id}"


@pghistory.track()
class BreakGlass(DatedException):
    """Sealed notes of one case opened for one person in an emergency, for hours, told at once."""

    ends_at = models.DateTimeField(_("to"))

    class Meta:
        verbose_name = _("broken glass")
        verbose_name_plural = _("broken glasses")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="breakglass_hours",
                condition=Q(ends_at__gte=F("starts_at"))
                & Q(ends_at__lte=F("starts_at") + dt.timedelta(hours=GLASS_HOURS)),
            )
        ]
        indexes = [models.Index(fields=["person", "ends_at"])]
        triggers = [pgtrigger.Protect(name="keep_break_glass", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.case_id} ← {self.person_id}"
