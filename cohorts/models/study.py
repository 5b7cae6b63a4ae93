"""Majors: the degree programmes of a college."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Major(models.Model):
    """National code of six digits with T/K/TK where it applies (rulebook 6.1)."""

    code = models.CharField(_("code"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=60)
    college = models.ForeignKey(
        "cohorts.College",
        verbose_name=_("college"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="majors",
    )

    class Meta:
        verbose_name = _("major")
        verbose_name_plural = _("majors")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
