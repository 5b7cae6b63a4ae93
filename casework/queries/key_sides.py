"""Whose key is whose: posts that lead cases on units of the college or of the academy.

A post on the university is of neither side, so it turns no key.
"""

from django.utils import timezone

from casework.enums import KeySide
from casework.key_access import is_asked_for_opinions
from casework.models import Case, KeyRequest
from casework.ties import shut_case_ids
from cohorts.access import BELOW_EACH, held_units
from cohorts.models import Appointment
from portal.core.access import supporter_of
from portal.core.models import User
from portal.core.prepared import prepared
from portal.core.rows import array_of, fetch
from portal.core.scope import remembered
from students.access import standing
from students.enums import Tree
from students.models import Placement

OFFICES = (KeySide.COLLEGE, KeySide.ACADEMY)

# All below units that are held, by the side on which these stand.
_SIDES = f"""
    SELECT k.kind, array_agg(DISTINCT of.unit_id)
      FROM ({BELOW_EACH}) of(held_id, unit_id)
      JOIN cohorts_unittree up ON up.descendant_id = of.held_id
      JOIN cohorts_unit k ON k.id = up.ancestor_id AND k.kind IN ('college', 'academy')
     GROUP BY k.kind
"""


def managed_units(user: User) -> dict[str, list[int]]:
    """Side -> units on which ``user`` leads cases for this side today, with all below them."""
    if not user.is_in_force() or supporter_of(user) is not None:
        return {}  # whoever looks through another account turns no key
    held = held_units(user, "manage_case")
    if not held:
        return {}
    return remembered(
        ("key sides", user.pk, held),
        lambda: dict(fetch(prepared(_SIDES), {"held": array_of(held)})),
    )


def _places(student_id: int) -> list[int]:
    rows = Placement.objects.filter(standing(timezone.localdate()), student_id=student_id)
    return list(rows.exclude(tree=Tree.BRANCH).values_list("unit_id", flat=True))


def sides_of(user: User, case: Case) -> set[str]:
    """Sides whose key ``user`` may turn in this case; the right to the case is asked besides."""
    managed = managed_units(user)
    if not managed or case.pk in shut_case_ids(user):
        return set()
    places = set(_places(case.student_id))
    return {side for side, units in managed.items() if places.intersection(units)}


def may_turn(user: User, request: KeyRequest) -> set[str]:
    """Sides of this request that ``user`` speaks for, whoever has spoken already."""
    found = sides_of(user, request.case) if user.is_in_force() else set()
    is_own = request.case_id not in shut_case_ids(user) and supporter_of(user) is None
    if KeySide.COUNSELLING in request.sides and is_own and is_asked_for_opinions(user):
        found = found | {KeySide.COUNSELLING.value}
    return found.intersection(request.sides)


_STANDS = """
    SELECT DISTINCT k.kind FROM students_placement p
      JOIN cohorts_unittree up ON up.descendant_id = p.unit_id
      JOIN cohorts_unit k ON k.id = up.ancestor_id AND k.kind IN ('college', 'academy')
     WHERE p.student_id = %(student)s AND p.tree <> 'branch'
       AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
"""


def sides_needed(case: Case, *, with_counselling: bool) -> list[str]:
    """The sides on which the student stands today; both where he stands nowhere."""
    rows = fetch(_STANDS, {"student": case.student_id, "day": timezone.localdate()})
    kinds = {kind for (kind,) in rows}
    found = [side.value for side in OFFICES if side.value in kinds or not kinds]
    return [*found, KeySide.COUNSELLING.value] if with_counselling else found


def asks_counselling(case: Case, entry_id: int | None = None) -> bool:
    """Whether an open entry (or this one) is of a category that hears the counselling centre."""
    rows = case.entries.filter(left_at=None)
    if entry_id is not None:
        rows = rows.filter(pk=entry_id)
    return bool(
        rows.filter(category__asks_counselling=True).exists()
        or rows.filter(category__parent__asks_counselling=True).exists()
    )


def holders(case: Case, sides: list[str]) -> set[int]:
    """People who may turn the key of one of these sides today: they are told once."""
    today = timezone.localdate()
    posts = Appointment.objects.in_force(today).filter(person__is_active=True)
    posts = posts.exclude(person__expires_on__lt=today)
    found: set[int] = set()
    if KeySide.COUNSELLING in sides:
        rows = posts.filter(role__permissions__codename="clear_psychological")
        found |= set(rows.values_list("person_id", flat=True))
    offices = [side for side in sides if side in OFFICES]
    if offices:
        rows = posts.filter(
            role__permissions__codename="manage_case",
            unit__below__descendant_id__in=_places(case.student_id),
            unit__above__ancestor__kind__in=offices,
        )
        found |= set(rows.values_list("person_id", flat=True))
    return found
