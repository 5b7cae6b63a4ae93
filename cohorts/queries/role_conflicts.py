"""What a changed role would contradict among the posts that are held."""

from collections.abc import Collection

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Appointment, Role


def conflicts(
    role: Role, unit_kinds: Collection[str] | None, is_single: bool
) -> list[tuple[str, str]]:
    """(field, sentence): posts on a kind of unit no longer allowed; two holders of one post."""
    today = timezone.localdate()
    held = Appointment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=today), role=role, revoked_at=None
    )
    found = []
    if unit_kinds is not None:
        wrong = held.exclude(unit__kind__in=unit_kinds).select_related("person", "unit").first()
        if wrong is not None:
            found.append(
                (
                    "unit_kinds",
                    _("%(name)s holds this role on %(unit)s. End that post first.")
                    % {"name": wrong.person.name, "unit": wrong.unit.name},
                )
            )
    if is_single:
        now = held.filter(starts_on__lte=today, stands_in_for=None).order_by()
        counts = now.values("unit__name").annotate(n=Count("pk")).filter(n__gt=1)
        for twice in counts[:1]:  # first() would group by the post itself
            found.append(
                (
                    "is_single",
                    _("%(unit)s has %(n)s holders of this role today. End the others first.")
                    % {"unit": twice["unit__name"], "n": twice["n"]},
                )
            )
    return found
