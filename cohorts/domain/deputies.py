"""Deputies (代理): the same post beside its holder, for a time that never outlives the post."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Appointment, Role, Unit
from portal.core.errors import DomainError
from portal.core.models import User


def check_deputy(
    post: Appointment,
    person: User,
    role: Role,
    unit: Unit,
    starts_on: dt.date,
    ends_on: dt.date | None,
) -> Appointment:
    """The principal's post, locked. Raises DomainError for a deputy without an end, beyond the
    principal's time, in another post, of oneself, or of a deputy."""
    post = Appointment.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if ends_on is None:
        raise DomainError(_("A deputy's post needs a last day."))
    if post.stands_in_for_id is not None:
        raise DomainError(_("A deputy has no deputy. Name the holder of the post itself."))
    if (post.role_id, post.unit_id) != (role.pk, unit.pk):
        raise DomainError(_("A deputy holds the same role on the same unit as the holder."))
    if post.person_id == person.pk:
        raise DomainError(_("Nobody is the own deputy."))
    if post.revoked_at is not None or (post.ends_on and post.ends_on < timezone.localdate()):
        raise DomainError(_("That post has ended: appoint a successor instead of a deputy."))
    if starts_on < post.starts_on:
        raise DomainError(_("A deputy cannot begin before the post that is stood in for."))
    if post.ends_on is not None and ends_on > post.ends_on:
        raise DomainError(
            _("A deputy cannot stay longer than the post itself: it ends on %(day)s.")
            % {"day": post.ends_on.isoformat()}
        )
    return post


def clip_deputies(post: Appointment) -> list[int]:
    """After ``post`` was cut or shortened, its deputies end with it; whose grants must follow."""
    today, people = timezone.localdate(), []
    for deputy in post.deputies.select_for_update().filter(revoked_at=None):
        if deputy.ends_on is None:
            continue  # the database lets no deputy stand without an end
        if post.revoked_at is not None and deputy.ends_on >= today:
            deputy.revoked_at = post.revoked_at
            deputy.ends_on = max(deputy.starts_on, today)
        elif post.ends_on is not None and deputy.ends_on > post.ends_on:
            if deputy.starts_on > post.ends_on:
                deputy.revoked_at, deputy.ends_on = timezone.now(), deputy.starts_on
            else:
                deputy.ends_on = post.ends_on
        else:
            continue
        deputy.save(update_fields=["revoked_at", "ends_on"])
        people.append(deputy.person_id)
    return people
