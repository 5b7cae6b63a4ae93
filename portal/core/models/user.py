"""The account: one per person, for staff and students alike."""

from typing import Any, ClassVar

from django.contrib.auth import get_backends
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.names import name_keys, normal_name
from portal.core.scope import today


class User(AbstractUser):
    """``username`` is the staff or student number (rulebook 6.3: text, leading zeros kept)."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=50)
    pinyin = models.CharField(_("pinyin"), max_length=120, blank=True, editable=False)
    initials = models.CharField(_("initials"), max_length=40, blank=True, editable=False)
    title = models.CharField(_("title"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    expires_on = models.DateField(
        _("account ends on"), null=True, blank=True, help_text=_("Last day; empty means no end.")
    )
    password_changed_at = models.DateTimeField(
        _("password set at"), null=True, blank=True, editable=False
    )
    must_change_password = models.BooleanField(
        _("must choose a new password"), default=False, db_default=False, editable=False
    )
    is_demo = models.BooleanField(_("demo account"), default=False, editable=False)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    # Who looks at the portal through this account, in a view-as session (portal.core.access).
    supporter: "User | None" = None
    # The actions of the API token by which this request came in; None: all that posts allow.
    only_actions: "frozenset[str] | None" = None
    objects: ClassVar[UserManager["User"]] = UserManager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        indexes = [models.Index(fields=["pinyin"]), models.Index(fields=["initials"])]

    def __str__(self) -> str:
        return f"{self.name} {self.username}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name = normal_name(self.name)
        self.pinyin, self.initials = name_keys(self.name)
        super().save(*args, **kwargs)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Asks the backend, also for a superuser: the flag opens nothing (rulebook 8.2)."""
        return any(backend.has_perm(self, perm, obj) for backend in get_backends())

    def has_module_perms(self, app_label: str) -> bool:
        return any(backend.has_module_perms(self, app_label) for backend in get_backends())

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def is_in_force(self) -> bool:
        """Frozen and expired accounts see nothing, in open sessions too (design 5.10)."""
        ended = self.expires_on is not None and self.expires_on < today()
        return self.is_active and not ended
