"""A key by which a program reads with the rights of one account, or fewer."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ApiToken(models.Model):
    """Only the digest is kept: the token itself is shown once, when it is made.

    It carries ``scopes``, a subset of the actions of its account, and ends on its last day, when
    it is revoked, or with the account.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        on_delete=models.CASCADE,
        related_name="api_tokens",
    )
    name = models.CharField(_("what it is for"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    tail = models.CharField(_("last characters"), max_length=4, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("allowed actions"))
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    ends_on = models.DateField(_("last day"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["user", "ends_on"])]

    def __str__(self) -> str:
        return f"{self.name} …{self.tail}"

    def is_in_force(self) -> bool:
        """Not revoked, not past its last day; the account is asked beside it."""
        return self.revoked_at is None and self.ends_on >= timezone.localdate()
