"""Files that belong to a record: a photo of a broken lamp, a signed paper."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Attachment(models.Model):
    """One file of one record, encrypted in the database like uploads, never changed afterwards.

    ``kind`` and ``object_id`` name the record (``portal.core.files.register_owner``); whoever may
    see the record may open the file. ``sha256`` is of the clear bytes. ``added_by`` is empty where
    the record hides its sender.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    name = models.CharField(_("name"), max_length=120)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["id"]
        indexes = [models.Index(fields=["kind", "object_id"])]
        triggers = [
            pgtrigger.Protect(name="keep_attachment", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")
