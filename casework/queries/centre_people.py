"""Who works in psychology today: for choices of forms."""

from django.utils import timezone

from casework.sealed_access import CLEARED
from cohorts.models import Appointment


def centre_people() -> list[tuple[int, str]]:
    """(key, name) of everybody whose post of today clears for psychological files."""
    today = timezone.localdate()
    rows = (
        Appointment.objects.in_force(today)
        .filter(role__permissions__codename=CLEARED, person__is_active=True)
        .exclude(person__expires_on__lt=today)
        .order_by("person__pinyin", "person_id")
        .values_list("person_id", "person__name")
    )
    return list(dict.fromkeys(rows))
