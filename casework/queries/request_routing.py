"""Which office a request belongs to, by the duty list; who holds a right on a unit."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from casework.models import GoesTo, OfficeDuty, Request
from cohorts.access import in_force
from cohorts.enums import UnitKind
from cohorts.models import Grant, Unit, UnitTree
from students.access import unit_ids_of

# Units that can be asked to answer; rooms and classes cannot.
ANSWERING_KINDS = (
    UnitKind.OFFICE, UnitKind.COLLEGE, UnitKind.ACADEMY, UnitKind.COHORT, UnitKind.GROUP,
    UnitKind.STUDIO,
)  # fmt: skip


@dataclass(frozen=True)
class Proposal:
    """``found`` are the words of the duty that stand in the text: why this office."""

    unit: Unit
    duty: OfficeDuty | None
    found: tuple[str, ...] = ()


def offices() -> list[Unit]:
    """Units that exist and can answer, offices first."""
    rows = Unit.objects.filter(kind__in=ANSWERING_KINDS, closed_on=None).order_by("code")
    rank = {kind: place for place, kind in enumerate(ANSWERING_KINDS)}
    return sorted(rows, key=lambda unit: rank[unit.kind])


def proposed_offices(request: Request) -> list[Proposal]:
    """Offices for an unprotected request, the best first: lines of the duty list whose words stand
    in the text, other lines of its kind, the kind's own office. Four statements at most."""
    duties = OfficeDuty.objects.filter(kind=request.kind_id, is_used=True)
    lines = list(duties.select_related("unit", "owner"))
    near = _near(request) if any(d.goes_to != GoesTo.OFFICE for d in lines) else {}
    found: dict[int, tuple[tuple[int, int, int], Proposal]] = {}
    for place, duty in enumerate(lines):
        unit = duty.unit if duty.goes_to == GoesTo.OFFICE else near.get(duty.goes_to)
        if unit is None or unit.closed_on is not None:
            continue
        words = tuple(word for word in duty.words.split() if word in request.text)
        # A line without words is for whatever no other line names.
        rank = (-len(words), 1 if duty.words and not words else 0, place)
        if unit.pk not in found or rank < found[unit.pk][0]:
            found[unit.pk] = (rank, Proposal(unit, duty, words))
    made = [one for _rank, one in sorted(found.values(), key=lambda pair: pair[0])]
    office = request.kind.office
    if office is not None and office.pk not in found and office.closed_on is None:
        made.append(Proposal(office, None))
    return made


def _near(request: Request) -> dict[str, Unit]:
    """The college and the academy of the student, or of the place when there is no student."""
    units = unit_ids_of(request.student_id) if request.student_id else []
    if request.unit_id:
        units = [*units, request.unit_id]
    rows = UnitTree.objects.filter(
        descendant__in=units, ancestor__kind__in=(UnitKind.COLLEGE, UnitKind.ACADEMY)
    ).select_related("ancestor")
    found: dict[str, Unit] = {}
    for row in rows:
        # The building's own academy answers for it, whoever reports.
        if row.ancestor.kind not in found or row.descendant_id == request.unit_id:
            found[row.ancestor.kind] = row.ancestor
    return found


def holders(unit_ids: Collection[int], action: str) -> dict[int, list[int]]:
    """People who hold ``action`` today on each of these units themselves; one statement."""
    rows = Grant.objects.filter(
        in_force(timezone.localdate()), content_object__in=unit_ids,
        permission__codename=action, user__is_active=True,
    )  # fmt: skip
    found: dict[int, list[int]] = defaultdict(list)
    pairs = rows.values_list("content_object_id", "user_id").distinct().order_by("user_id")
    for unit_id, user_id in pairs:
        found[unit_id].append(user_id)
    return found


def people_with(action: str) -> list[int]:
    """Everybody who holds ``action`` anywhere today."""
    rows = Grant.objects.filter(
        in_force(timezone.localdate()), permission__codename=action, user__is_active=True
    ).exclude(Q(user__expires_on__lt=timezone.localdate()))
    return sorted(set(rows.values_list("user_id", flat=True)))
