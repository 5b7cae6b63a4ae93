"""What was done, by whom, to what: append-only, partitioned by month, sealed into a chain."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One act. The database itself refuses to change or delete a row (design 5.12).

    The table is partitioned by month of ``at`` (its key there is ``(at, id)``; ``id`` is unique by
    its sequence). Triggers, partitions and ``content_hash`` are the work of the migration
    ``core.0002``; see docs/audit.md.
    """

    at = models.DateTimeField(_("at"), auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("actor"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    action = models.CharField(_("act"), max_length=60)
    object_type = models.CharField(_("kind of record"), max_length=60)
    object_id = models.CharField(_("record"), max_length=40)
    detail = models.JSONField(_("detail"), default=dict)
    ip = models.GenericIPAddressField(_("address"), null=True)
    # Filled by the database when the row is written; whatever a statement brings is replaced.
    content_hash = models.BinaryField(null=True, editable=False)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["object_type", "object_id", "at"], name="auditentry_object"),
            models.Index(fields=["actor", "at"], name="auditentry_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.object_type}:{self.object_id}"


class IdRanges(models.Field):  # type: ignore[type-arg] # read and written as PostgreSQL's text
    """``int8multirange``: many ids in few bytes, since they come in runs."""

    def db_type(self, connection: Any) -> str:
        return "int8multirange"


class AuditSeal(models.Model):
    """One link of the chain: the digests of a batch of entries, and of the link before.

    ``digests`` holds 32 bytes an entry in the order of ``ids``; ``hash`` goes through all of them
    one by one; ``signature`` needs a key that is not in the database.
    """

    no = models.BigIntegerField(primary_key=True)
    made_at = models.DateTimeField(_("sealed at"), db_index=True)
    ids = IdRanges()
    count = models.PositiveIntegerField(_("entries"))
    digests = models.BinaryField()
    prev_hash = models.BinaryField(unique=True)
    hash = models.BinaryField()
    signature = models.BinaryField()

    class Meta:
        verbose_name = _("seal of the audit chain")
        verbose_name_plural = _("seals of the audit chain")

    def __str__(self) -> str:
        return f"{self.no}"


class AuditArchive(models.Model):
    """A month that left the table for a file."""

    month = models.DateField(_("month"))
    part = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(_("file"), max_length=80, unique=True)
    ids = IdRanges()
    count = models.PositiveIntegerField(_("entries"))
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(_("archived at"), auto_now_add=True)

    class Meta:
        verbose_name = _("archived month of the audit trail")
        verbose_name_plural = _("archived months of the audit trail")
        ordering = ["month", "part"]

    def __str__(self) -> str:
        return self.name
