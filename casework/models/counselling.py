"""Bookings by channel (systems 95) and supervision on de-named cases (systems 94)."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.core.access import RestrictedManager
from students.models import Student

from .sealed import SealedText


class Way(models.TextChoices):
    """How a counselling hour is held."""

    FACE = "face", _("face to face")
    VIDEO = "video", _("by video")
    PHONE = "phone", _("by phone")
    CHAT = "chat", _("by chat")


class Slot(models.Model):
    """An hour that a psychology teacher offers. ``ways``: codes joined by commas."""

    see_action: ClassVar[str] = "clear_psychological"

    teacher = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="counselling_slots"
    )
    starts_at = models.DateTimeField(_("from"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=50)
    ways = models.CharField(_("ways"), max_length=40)
    place = models.CharField(_("place"), max_length=60, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("counselling hour")
        verbose_name_plural = _("counselling hours")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="slot_once", fields=["teacher", "starts_at"], condition=Q(withdrawn_at=None)
            )
        ]
        indexes = [models.Index(fields=["starts_at"])]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


@pghistory.track()
class Booking(models.Model):
    """Seen by the student and the centre, by nobody else; what it is about is sealed."""

    see_action: ClassVar[str] = "clear_psychological"

    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="bookings")
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="bookings")
    way = models.CharField(_("way"), max_length=5, choices=Way.choices)
    about = models.OneToOneField(
        SealedText, null=True, on_delete=models.PROTECT, related_name="booking"
    )
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    booked_at = models.DateTimeField(auto_now_add=True)
    cancelled_at = models.DateTimeField(null=True)
    # None: not yet held; then whether the student came.
    came = models.BooleanField(_("the student came"), null=True)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        constraints = [
            models.UniqueConstraint(
                name="booking_one_per_slot", fields=["slot"], condition=Q(cancelled_at=None)
            )
        ]
        indexes = [models.Index(fields=["student", "-booked_at"])]
        triggers = [pgtrigger.Protect(name="keep_booking", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.pk}"


class Supervision(models.Model):
    """A session on one de-named case: a code, generalised facts, and no way back to a student."""

    see_action: ClassVar[str] = "clear_psychological"

    held_on = models.DateField(_("held on"))
    topic = models.CharField(_("topic"), max_length=60)
    supervisor = models.CharField(_("supervisor"), max_length=40)
    case_code = models.CharField(_("code of the case"), max_length=20, unique=True)
    text = models.OneToOneField(SealedText, on_delete=models.PROTECT, related_name="supervision")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("supervision session")
        verbose_name_plural = _("supervision sessions")
        ordering = ["-held_on", "-pk"]

    def __str__(self) -> str:
        return self.case_code


class SupervisionPresence(models.Model):
    session = models.ForeignKey(Supervision, on_delete=models.PROTECT, related_name="present")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="presence_once", fields=["session", "person"])]

    def __str__(self) -> str:
        return f"{self.session_id} {self.person_id}"


@pghistory.track()
class Certificate(models.Model):
    """A certificate of somebody who works with students' minds."""

    see_action: ClassVar[str] = "clear_psychological"

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT,
        related_name="certificates",
    )  # fmt: skip
    name = models.CharField(_("certificate"), max_length=60)
    number = models.CharField(_("number"), max_length=40, blank=True)
    issued_on = models.DateField(_("issued on"))
    ends_on = models.DateField(_("valid until"), null=True, blank=True)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["person__pinyin", "-issued_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="certificate_dates", condition=Q(ends_on=None) | Q(ends_on__gte=F("issued_on"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
