"""A line in somebody's bell. Keyed: the same fact never rings twice."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.freshness import renew


class NoticeQuerySet(models.QuerySet["Notification"]):
    """Notices ring on the next page of their readers, however they are written."""

    def bulk_create(self, objs: Iterable["Notification"], *args: Any, **kwargs: Any) -> Any:
        notices = list(objs)
        made = super().bulk_create(notices, *args, **kwargs)
        renew({notice.user_id for notice in notices})
        return made


class Notification(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    key = models.CharField(max_length=120, help_text=_("Same user and key: one notice only."))
    text = models.CharField(_("text"), max_length=300)
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="notification_once_per_key")
        ]
        indexes = [
            models.Index(
                fields=["user"], name="notification_unread", condition=models.Q(read_at=None)
            )
        ]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        renew([self.user_id])
