"""Family contacts and health notes: fields of the record that open singly (rulebook 8.2, 8.3)."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.core.access import RestrictedManager
from portal.core.crypto import decrypt, encrypt
from portal.core.names import masked_phone, normal_name
from students.enums import HealthKind, Relation

from .student import Student


@pghistory.track()
class FamilyContact(models.Model):
    """Somebody to be called about a student. The number is kept as cipher; lists show its masked
    form, which is stored beside it, so that nothing has to be opened to draw a page."""

    see_action: ClassVar[str] = "see_contact"

    student = models.ForeignKey(
        Student, verbose_name=_("student"), on_delete=models.PROTECT, related_name="family"
    )
    name = models.CharField(_("name"), max_length=50)
    relation = models.CharField(_("relation"), max_length=10, choices=Relation.choices)
    phone_cipher = models.BinaryField(editable=False)
    phone_masked = models.CharField(_("phone"), max_length=30, editable=False)
    is_guardian = models.BooleanField(_("guardian"), default=False)
    note = models.CharField(_("note"), max_length=200, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("confirmed by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    verified_at = models.DateTimeField(_("confirmed at"), null=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(_("taken out at"), null=True)
    end_reason = models.CharField(_("reason"), max_length=200, blank=True)
    client_key = models.UUIDField(unique=True, null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("family contact")
        verbose_name_plural = _("family contacts")
        constraints = [
            models.CheckConstraint(
                name="familycontact_confirmed_whole",
                condition=Q(verified_by=None, verified_at=None)
                | Q(verified_by__isnull=False, verified_at__isnull=False),
            )
        ]
        indexes = [
            models.Index(name="family_of_student", fields=["student"], condition=Q(ended_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.relation}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.name = normal_name(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def set_phone(self, number: str) -> None:
        self.phone_cipher, self.phone_masked = encrypt(number), masked_phone(number)

    def phone(self) -> str:
        """The number in clear; callers audit the unmasking."""
        return decrypt(self.phone_cipher)


@pghistory.track()
class HealthNote(models.Model):
    """What the work with a student has to heed, in words kept as cipher. No diagnosis: rulebook
    3.7; a psychological note belongs into the sealed file."""

    see_action: ClassVar[str] = "see_health"

    student = models.ForeignKey(
        Student, verbose_name=_("student"), on_delete=models.PROTECT, related_name="health_notes"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=HealthKind.choices)
    text_cipher = models.BinaryField(editable=False)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(auto_now_add=True)
    client_key = models.UUIDField(unique=True, null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("health note")
        verbose_name_plural = _("health notes")
        constraints = [
            models.CheckConstraint(
                name="healthnote_dates",
                condition=Q(until=None) | Q(until__gte=F("since")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.kind}"

    def set_text(self, text: str) -> None:
        self.text_cipher = encrypt(text)

    def text(self) -> str:
        """The note in clear; callers audit the opening."""
        return decrypt(self.text_cipher)
