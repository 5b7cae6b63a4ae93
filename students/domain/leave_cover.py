"""Leave of a colleague: one stand-in for links and posts together, gone on the last day."""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cohorts.access import holds_on_unit
from cohorts.domain.appointments import appoint
from cohorts.models import Appointment, LinkKind
from portal.core.errors import DomainError
from portal.core.models import User
from students.domain.link_checks import check_dates
from students.domain.links import cover_links
from students.models import StudentLink


@transaction.atomic
def cover_leave(
    *,
    actor: User,
    person: User,
    stand_in: User,
    starts_on: dt.date,
    ends_on: dt.date,
    kind: LinkKind | None = None,
) -> tuple[int, int]:
    """(links, posts) that ``stand_in`` holds in ``person``'s place from one day to another.

    Posts on units on which the actor appoints become deputies' posts, never longer than the post
    itself; links as in ``cover_links``. All or nothing; raises DomainError when there is neither.
    """
    check_dates(starts_on, ends_on)
    posts = [
        post
        for post in Appointment.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=starts_on), person=person, revoked_at=None,
            stands_in_for=None, starts_on__lte=starts_on,
        ).select_related("role", "unit").order_by("pk")
        if holds_on_unit(actor, "appoint", post.unit_id)
    ]  # fmt: skip
    for post in posts:
        appoint(
            actor=actor, person=stand_in, role=post.role, unit=post.unit, starts_on=starts_on,
            ends_on=min(ends_on, post.ends_on or ends_on), stands_in_for=post,
        )  # fmt: skip
    links = StudentLink.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=starts_on), person=person, revoked_at=None, cover_of=None
    )
    has_links = (links if kind is None else links.filter(kind=kind)).exists()
    if not posts and not has_links:
        raise DomainError(
            _(
                "%(name)s holds no post and no link in that time for which you could name a stand-in."
            )
            % {"name": person.name}
        )
    made = 0
    if has_links:
        made = cover_links(
            actor=actor, person=person, stand_in=stand_in, starts_on=starts_on, ends_on=ends_on,
            kind=kind,
        )  # fmt: skip
    return made, len(posts)
