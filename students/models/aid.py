"""Recognised hardship by academic year, and what was granted (rulebook 4)."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.access import RestrictedManager
from portal.core.crypto import decrypt, encrypt
from students.enums import AidGroup, AidKindGroup

from .student import Student

_YEAR = RegexValidator(r"^20\d\d-20\d\d$", _("Like 2026-2027."))


class AidTier(models.Model):
    """特别困难、困难、一般困难: rows, since schools have two or three (教财〔2018〕16号)."""

    code = models.CharField(_("code"), max_length=8, primary_key=True)
    name = models.CharField(_("name"), max_length=20)
    is_used = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("hardship tier")
        verbose_name_plural = _("hardship tiers")
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class AidKind(models.Model):
    """奖、贷、助、勤、补、免: what can be granted. Amounts change by notice, so they are not here."""

    code = models.CharField(_("code"), max_length=8, primary_key=True)
    name = models.CharField(_("name"), max_length=40)
    group = models.CharField(_("group"), max_length=8, choices=AidKindGroup.choices)
    is_used = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("kind of aid")
        verbose_name_plural = _("kinds of aid")
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class AidRecognition(models.Model):
    """The tier of one academic year. Adjusted within the year by a new version of the row; grounds
    are kept as cipher and open singly."""

    see_action: ClassVar[str] = "see_aid_tier"

    student = models.ForeignKey(
        Student, verbose_name=_("student"), on_delete=models.PROTECT, related_name="recognitions"
    )
    academic_year = models.CharField(_("academic year"), max_length=9, validators=[_YEAR])
    tier = models.ForeignKey(
        AidTier, verbose_name=_("tier"), on_delete=models.PROTECT, related_name="recognitions"
    )
    group = models.CharField(
        _("special group"), max_length=12, choices=AidGroup.choices, blank=True
    )
    decided_on = models.DateField(_("recognised on"))
    grounds_cipher = models.BinaryField(null=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("recognition of hardship")
        verbose_name_plural = _("recognitions of hardship")
        constraints = [
            models.UniqueConstraint(
                name="aidrecognition_once_a_year", fields=["student", "academic_year"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.academic_year} {self.tier_id}"

    def set_grounds(self, text: str) -> None:
        self.grounds_cipher = encrypt(text) if text else None

    def grounds(self) -> str:
        """Why, in clear; callers audit the opening."""
        return decrypt(self.grounds_cipher) if self.grounds_cipher else ""


@pghistory.track()
class AidGrant(models.Model):
    """One sum of one kind, on its day."""

    see_action: ClassVar[str] = "see_aid"

    student = models.ForeignKey(
        Student, verbose_name=_("student"), on_delete=models.PROTECT, related_name="aid_grants"
    )
    academic_year = models.CharField(_("academic year"), max_length=9, validators=[_YEAR])
    kind = models.ForeignKey(
        AidKind, verbose_name=_("kind of aid"), on_delete=models.PROTECT, related_name="grants"
    )
    amount = models.DecimalField(
        _("amount (yuan)"), max_digits=9, decimal_places=2, validators=[MinValueValidator(0)]
    )
    granted_on = models.DateField(_("granted on"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)
    client_key = models.UUIDField(unique=True, null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("aid granted")
        verbose_name_plural = _("aid granted")
        constraints = [
            models.CheckConstraint(name="aidgrant_not_negative", condition=Q(amount__gte=0)),
            # What a list brought twice is one grant.
            models.UniqueConstraint(
                name="aidgrant_once",
                fields=["student", "academic_year", "kind", "granted_on"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.academic_year} {self.kind_id}"
