"""Renewal of posts: a new appointment from the day after the old one's last day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.domain.appointments import appoint
from cohorts.models import Appointment
from portal.core.errors import DomainError
from portal.core.models import User


@dataclass(frozen=True)
class Renewal:
    """One line of the preview; ``refusal`` empty when it could be done."""

    post: Appointment
    starts_on: dt.date | None
    refusal: str = ""


class _Tried(Exception):
    """Ends a trial run."""


def _renew(actor: User | None, post: Appointment, ends_on: dt.date) -> Appointment:
    if post.ends_on is None or post.revoked_at is not None:
        raise DomainError(_("Only a post with a last day is renewed."))
    return appoint(
        actor=actor, person=post.person, role=post.role, unit=post.unit,
        starts_on=post.ends_on + dt.timedelta(days=1), ends_on=ends_on,
        stands_in_for=post.stands_in_for,
    )  # fmt: skip


@transaction.atomic
def renew_posts(
    *, actor: User | None, posts: Sequence[Appointment], ends_on: dt.date
) -> list[Appointment]:
    """Renew all of them to ``ends_on``, or none: the first refusal names the person."""
    made = []
    for post in sorted(posts, key=lambda one: one.person_id):
        try:
            made.append(_renew(actor, post, ends_on))
        except DomainError as error:
            raise DomainError(f"{post.person.name}：{error}", code=error.code) from error
    return made


def preview_renewals(by: User, posts: Sequence[Appointment], ends_on: dt.date) -> list[Renewal]:
    """What renewing each alone would do, tried and taken back."""
    lines = []
    for post in posts:
        starts_on = post.ends_on + dt.timedelta(days=1) if post.ends_on else None
        try:
            with transaction.atomic():
                _renew(by, post, ends_on)
                raise _Tried
        except _Tried:
            lines.append(Renewal(post, starts_on))
        except DomainError as error:
            lines.append(Renewal(post, starts_on, str(error)))
    return lines
