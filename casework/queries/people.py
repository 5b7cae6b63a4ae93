"""Who can be named responsible for a case: people who may write on it."""

from django.db.models import Q
from django.utils import timezone

from casework.models import Case
from cohorts.access import in_force
from cohorts.enums import DWELLING_KINDS
from cohorts.models import Appointment
from students.access import standing
from students.enums import Tree
from students.models import Placement


def possible_owners(case: Case) -> list[tuple[int, str]]:
    """(pk, "name · role"): posts of today above the student that carry write_case, and seats."""
    today = timezone.localdate()
    places = Placement.objects.filter(standing(today), student_id=case.student_id)
    posts = (
        Appointment.objects.in_force(today)
        .filter(
            role__permissions__codename="write_case",
        )
        .filter(
            Q(unit__below__descendant_id__in=places.exclude(tree=Tree.ROOM).values("unit_id"))
            # Beds give reach to posts on dwellings only, as in the rule itself.
            | Q(
                unit__kind__in=DWELLING_KINDS,
                unit__below__descendant_id__in=places.values("unit_id"),
            )
        )
        .filter(Q(person__expires_on=None) | Q(person__expires_on__gte=today))
        .filter(person__is_active=True)
        .order_by("-role__order", "person__pinyin")
        .values_list("person_id", "person__name", "role__name")
    )
    seated = (
        case.seats.filter(in_force(today), write_level="write")
        .order_by("person__pinyin")
        .values_list("person_id", "person__name", "duty")
    )
    found: dict[int, str] = {}
    for pk, name, role in [*posts, *seated]:
        found.setdefault(pk, f"{name} · {role}")
    return list(found.items())
