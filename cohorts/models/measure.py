"""Numbers that rules or the school set: limits of load, and the ratios of staff to students."""

from decimal import Decimal

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cohorts.enums import RatioShape, Side


@pghistory.track()
class Parameter(models.Model):
    """One number with its legal bounds and where it comes from. Edited, never deleted."""

    key = models.CharField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    value = models.DecimalField(
        _("value"), max_digits=12, decimal_places=4, validators=[MinValueValidator(Decimal("0"))]
    )
    unit = models.CharField(_("unit of measure"), max_length=40, blank=True)
    legal_min = models.DecimalField(
        _("not below"), max_digits=12, decimal_places=4, null=True, blank=True
    )
    legal_max = models.DecimalField(
        _("not above"), max_digits=12, decimal_places=4, null=True, blank=True
    )
    is_fixed = models.BooleanField(
        _("set by rule"),
        default=False,
        help_text=_("The bounds come from a rule; otherwise they are advice and may be passed."),
    )
    source = models.CharField(_("source"), max_length=120, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("parameter")
        verbose_name_plural = _("parameters")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A number set by rule stays inside the rule's bounds."""
        if not self.is_fixed or self.value is None:
            return
        low = self.legal_min is not None and self.value < self.legal_min
        high = self.legal_max is not None and self.value > self.legal_max
        if low or high:
            raise ValidationError(
                {
                    "value": _("%(source)s allows %(low)s to %(high)s.")
                    % {
                        "source": self.source or self.name,
                        "low": "—" if self.legal_min is None else self.legal_min.normalize(),
                        "high": "—" if self.legal_max is None else self.legal_max.normalize(),
                    }
                }
            )


class Ratio(models.Model):
    """A staffing ratio to show (rulebook 2.4): who counts, against whom, how many are asked for."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    side = models.CharField(
        _("counted for"),
        max_length=8,
        choices=Side.choices,
        help_text=_("School: the university only. Otherwise also units and cohorts of that side."),
    )
    shape = models.CharField(_("kind"), max_length=8, choices=RatioShape.choices)
    parameter = models.ForeignKey(
        Parameter, verbose_name=_("limit"), on_delete=models.PROTECT, related_name="ratios"
    )
    at_least = models.PositiveSmallIntegerField(
        _("at least"), default=0, help_text=_("People the university needs whatever its size.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("staffing ratio")
        verbose_name_plural = _("staffing ratios")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name


class RatioRole(models.Model):
    """A role whose holders count in a ratio; part-time posts count by a weight, or not at all."""

    ratio = models.ForeignKey(Ratio, on_delete=models.CASCADE, related_name="roles")
    role = models.ForeignKey(
        "cohorts.Role", verbose_name=_("role"), on_delete=models.PROTECT, related_name="+"
    )
    weight = models.DecimalField(
        _("weight"),
        max_digits=3,
        decimal_places=2,
        default=Decimal("1"),
        validators=[MinValueValidator(Decimal("0"))],
        help_text=_("1 for full-time, 0 for posts that do not count."),
    )

    class Meta:
        verbose_name = _("role that counts")
        verbose_name_plural = _("roles that count")
        constraints = [
            models.UniqueConstraint(fields=["ratio", "role"], name="ratiorole_once"),
            models.CheckConstraint(
                name="ratiorole_weight_up_to_one",
                condition=models.Q(weight__gte=0) & models.Q(weight__lte=1),
                violation_error_message=_("A weight lies between 0 and 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} × {self.weight}"
