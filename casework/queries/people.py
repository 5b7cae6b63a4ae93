"""People around a case: who can be named responsible, and who could see it at all."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from casework.models import Case
from casework.queries.exceptions import locks_of
from cohorts.access import in_force
from cohorts.enums import DWELLING_KINDS
from cohorts.models import Appointment
from students.access import standing
from students.enums import Tree
from students.models import Placement, StudentLink


def possible_owners(case: Case) -> list[tuple[int, str]]:
    """(pk, "name · role"): posts of today above the student that carry write_case, and seats.
    People locked out of the case are left out."""
    seated = case.seats.filter(in_force(timezone.localdate()), write_level="write")
    return _named(case, _posts(case, "write_case"), _seated(seated))


def people_near(case: Case) -> list[tuple[int, str]]:
    """(pk, "name · role") of everybody whom a post, link or seat leads to the student today:
    those of whom somebody may have to be kept out."""
    today = timezone.localdate()
    seated = case.seats.filter(in_force(today))
    links = (
        StudentLink.objects.filter(in_force(today), student_id=case.student_id, revoked_at=None)
        .filter(_still_here(today))
        .order_by("person__pinyin")
        .values_list("person_id", "person__name", "kind__name")
    )
    return _named(case, _posts(case, "see_card"), links, _seated(seated))


def _named(case: Case, *several: Any) -> list[tuple[int, str]]:
    kept_out = {lock.person_id for lock in locks_of(case)}
    found: dict[int, str] = {}
    for rows in several:
        for pk, name, role in rows:
            if pk not in kept_out:
                found.setdefault(pk, f"{name} · {role}")
    return list(found.items())


def _still_here(today: dt.date) -> Q:
    """Accounts in force: whoever has left the school sees nothing any more."""
    return Q(person__is_active=True) & (
        Q(person__expires_on=None) | Q(person__expires_on__gte=today)
    )


def _seated(seats: QuerySet[Any]) -> QuerySet[Any]:
    rows = seats.filter(_still_here(timezone.localdate())).order_by("person__pinyin")
    return rows.values_list("person_id", "person__name", "duty")


def _posts(case: Case, action: str) -> QuerySet[Any]:
    today = timezone.localdate()
    places = Placement.objects.filter(standing(today), student_id=case.student_id)
    return (
        Appointment.objects.in_force(today)
        .filter(role__permissions__codename=action)
        .filter(
            Q(unit__below__descendant_id__in=places.exclude(tree=Tree.ROOM).values("unit_id"))
            # Beds give reach to posts on dwellings only, as in the rule itself.
            | Q(
                unit__kind__in=DWELLING_KINDS,
                unit__below__descendant_id__in=places.values("unit_id"),
            )
        )
        .filter(_still_here(today))
        .order_by("-role__order", "person__pinyin")
        .values_list("person_id", "person__name", "role__name")
    )
