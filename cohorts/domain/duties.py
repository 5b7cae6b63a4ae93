"""The three administrators: their admin groups follow their posts (rulebook 8.2)."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Q
from django.utils.translation import gettext as _

from cohorts.models import Appointment, Role
from cohorts.queries.duties import duty_posts
from portal.core.admin_rights import DUTIES, give_admin_rights
from portal.core.errors import DomainError
from portal.core.models import User

# What an administrator's role may carry: set-up and appointing, never a student's record.
DUTY_ACTIONS = frozenset(
    {"manage_unit", "manage_contract", "appoint", "grant_roles", "import_staff", "import_roster"}
)


def check_one_duty(person: User, role: Role, starts_on: dt.date, ends_on: dt.date | None) -> None:
    """One person never holds two of the three duties, not even one after the other on one day.

    Raises DomainError naming the other post.
    """
    if role.code not in DUTIES:
        return
    others = Appointment.objects.filter(person=person, role__code__in=DUTIES, revoked_at=None)
    others = others.exclude(role=role).exclude(ends_on__lt=starts_on)
    if ends_on is not None:
        others = others.exclude(starts_on__gt=ends_on)
    other = others.select_related("role").first()
    if other is not None:
        raise DomainError(
            _("%(name)s is already %(role)s. One person never holds two of the three duties.")
            % {"name": person.name, "role": other.role.name}
        )


def follow_duties(people: Collection[int] | None = None) -> int:
    """Put the admin groups of these people (all when None) right; returns how many changed.

    Called by reconcile(), under its lock. A person with two duties by mistake gets none.
    """
    posts = duty_posts()
    members = User.groups.through.objects.filter(group__name__startswith="admin:")
    if people is not None:
        posts, members = posts.filter(person_id__in=people), members.filter(user_id__in=people)
    wanted: dict[int, set[str]] = {}
    for person_id, code in posts.values_list("person_id", "role__code"):
        wanted.setdefault(person_id, set()).add(code)
    present: dict[int, set[str]] = {}
    for user_id, name in members.values_list("user_id", "group__name"):
        present.setdefault(user_id, set()).add(name.removeprefix("admin:"))
    final = {pk: codes if len(codes) == 1 else set() for pk, codes in wanted.items()}
    wrong = [pk for pk in {*final, *present} if final.get(pk, set()) != present.get(pk, set())]
    for user in User.objects.filter(Q(pk__in=wrong)):
        give_admin_rights(user, next(iter(final.get(user.pk, set())), None))
    return len(wrong)
