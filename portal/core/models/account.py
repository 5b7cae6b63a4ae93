"""What belongs to an account: its sessions, its former passwords, its second factor."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountSession(AbstractBaseSession):
    """A browser that is logged in. Ends when the row goes, so that it can be ended from afar."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ip = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=200, blank=True)
    method = models.CharField(max_length=8, blank=True)
    # Digest of the ticket of the campus log-in: by it the campus logs out everywhere.
    ticket = models.CharField(max_length=64, blank=True, db_index=True)

    objects: ClassVar[BaseSessionManager] = BaseSessionManager()

    class Meta(AbstractBaseSession.Meta):
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    @classmethod
    def get_session_store_class(cls) -> Any:
        from portal.core.accounts.session_store import SessionStore

        return SessionStore


class PastPassword(models.Model):
    """A password that was set once, hashed: it may not come back soon."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="past_passwords"
    )
    hashed = models.CharField(max_length=128)
    set_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.set_at:%Y-%m-%d}"


class SecondFactor(models.Model):
    """The secret of time-based codes, encrypted with keys outside the database."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor"
    )
    cipher = models.BinaryField()
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    # The last time step whose code was taken: no code counts twice.
    last_step = models.BigIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    blocked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.user_id)


class RecoveryCode(models.Model):
    """A code for the day on which the phone is lost: kept as a keyed digest, good once."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.pk)
