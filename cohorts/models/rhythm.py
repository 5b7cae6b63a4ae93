"""When mail comes to the holders of a post who have chosen nothing themselves."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.models import Rhythm

from .appointment import Role


class RoleRhythm(Rhythm):
    """One row for each role that gets mail at all; of several posts the first in order counts."""

    role = models.OneToOneField(
        Role, verbose_name=_("role"), on_delete=models.CASCADE, related_name="rhythm"
    )

    class Meta:
        verbose_name = _("rhythm of mail by role")
        verbose_name_plural = _("rhythms of mail by role")
        ordering = ["role__order", "role__code"]

    def __str__(self) -> str:
        return str(self.role)
