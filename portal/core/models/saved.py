"""A filter that somebody keeps for a list: a name and the query of its address."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedFilter(models.Model):
    """``page`` is the code of a list (``portal.core.saved_filters.register_list``); ``query`` what
    stands behind the question mark there. It opens nothing: the list asks its own rule each time.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters"
    )
    page = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=20)
    path = models.CharField(max_length=120)
    query = models.CharField(max_length=1000)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="savedfilter_name_once", fields=["owner", "page", "name"])
        ]

    def __str__(self) -> str:
        return self.name
