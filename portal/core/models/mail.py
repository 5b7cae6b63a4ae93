"""What leaves by e-mail, when each person wants it, and the secret address of the calendar."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Every(models.TextChoices):
    """How often a digest comes."""

    OFF = "off", _("no digest")
    DAILY = "daily", _("every day")
    WORKDAYS = "workdays", _("on working days")
    WEEKLY = "weekly", _("once a week")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


def _hour(label: Any, default: int) -> models.PositiveSmallIntegerField:  # type: ignore[type-arg]
    return models.PositiveSmallIntegerField(
        label, default=default, validators=[MaxValueValidator(23)]
    )


class Rhythm(models.Model):
    """When mail comes. Nothing is sent from ``quiet_from`` to ``quiet_until``, full hours; the
    same hour twice means no quiet time. ``at_once``: urgent things do not wait for a digest."""

    every = models.CharField(
        _("digest"), max_length=8, choices=Every.choices, default=Every.WORKDAYS
    )
    hour = _hour(_("at (full hour)"), 8)
    weekday = models.PositiveSmallIntegerField(
        _("day of the week"), choices=Weekday.choices, default=Weekday.MONDAY
    )
    at_once = models.BooleanField(_("urgent things at once"), default=True)
    brief = models.BooleanField(_("brief on Mondays"), default=False)
    quiet_from = _hour(_("quiet from"), 22)
    quiet_until = _hour(_("quiet until"), 7)

    class Meta:
        abstract = True

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in RHYTHM}


RHYTHM = ("every", "hour", "weekday", "at_once", "brief", "quiet_from", "quiet_until")


class MailRhythm(Rhythm):
    """A person's own choice; without one that of the post counts (``cohorts.RoleRhythm``)."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_rhythm"
    )

    class Meta:
        verbose_name = _("rhythm of mail")
        verbose_name_plural = _("rhythms of mail")

    def __str__(self) -> str:
        return f"{self.user_id} {self.every}"


class MailClock(models.Model):
    """How far the slots of digests have been looked at: one row, locked while it moves on."""

    name = models.CharField(max_length=20, primary_key=True)
    upto = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.upto}"


class MailKind(models.TextChoices):
    DIGEST = "digest", _("digest")
    BRIEF = "brief", _("brief")
    URGENT = "urgent", _("urgent")
    # Waits for no quiet hours and cannot be switched off: somebody may be in danger.
    ALARM = "alarm", _("alarm")


class MailState(models.TextChoices):
    """docs/reminders.md: waiting → claimed → sending → sent. Out of ``sending`` nothing goes back:
    whatever breaks off there is ``unknown`` and told to the reader in the portal."""

    WAITING = "waiting", _("waiting")
    CLAIMED = "claimed", _("being written")
    SENDING = "sending", _("being handed over")
    SENT = "sent", _("sent")
    NOTHING = "nothing", _("nothing to tell any more")
    UNKNOWN = "unknown", _("broken off, may not have arrived")
    FAILED = "failed", _("refused by the mail server")


class OutMail(models.Model):
    """One mail to one person, promised in the transaction of what it is about.

    ``key`` names the slot or the fact: the same person never gets it twice. No words are kept: the
    mail is written when it leaves, from what its reader may see then; ``counts`` says afterwards
    what it told.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+",
        verbose_name=_("account"),
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=8, choices=MailKind.choices)
    key = models.CharField(max_length=80)
    state = models.CharField(
        _("state"), max_length=8, choices=MailState.choices, default=MailState.WAITING
    )
    made_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(_("due"))
    gone_at = models.DateTimeField(_("worth nothing after"))
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(_("settled at"), null=True)
    counts = models.JSONField(default=dict)
    fault = models.CharField(_("fault"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="outmail_once")]
        indexes = [
            models.Index(
                name="outmail_open", fields=["due_at", "id"],
                condition=Q(state__in=["waiting", "claimed", "sending"]),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class CalendarAddress(models.Model):
    """The secret address under which a calendar program reads one's own due days.

    Only the digest is kept; the address is shown once. It ends with the account.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_addresses"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, editable=False)
    used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = [
            models.UniqueConstraint(
                name="calendaraddress_one", fields=["user"], condition=Q(revoked_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.made_at:%Y-%m-%d}"
