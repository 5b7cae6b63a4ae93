"""Who holds one of the three administrators' duties today."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Appointment, Grant
from portal.core.admin_rights import DUTIES
from portal.core.errors import DomainError
from portal.core.models import User


def duty_posts() -> "QuerySet[Any]":
    """Posts of the three administrators in force today."""
    posts: QuerySet[Any] = Appointment.objects.in_force(timezone.localdate()).filter(
        role__code__in=DUTIES
    )
    return posts


def duty_today(user: User) -> str | None:
    """The one duty of ``user`` today. Two at once count as none: one person never holds two."""
    codes = set(duty_posts().filter(person=user).values_list("role__code", flat=True))
    return codes.pop() if len(codes) == 1 else None


def refuse_lockout(day: dt.date | None = None) -> None:
    """Raises DomainError when on ``day`` (today) nobody in force may appoint any more: nobody
    could mend that."""
    today = timezone.localdate()
    day = day or today
    holders = Grant.objects.filter(
        permission__codename="grant_roles", starts_on__lte=today, user__is_active=True
    ).exclude(ends_on__lt=day)
    if not holders.exclude(user__expires_on__lt=day).exists():
        raise DomainError(
            _(
                "After this nobody could appoint any more. Name another security administrator "
                "first, then try again."
            ),
            code="lockout",
        )
