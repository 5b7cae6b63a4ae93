"""Staffing ratios (rulebook 2.1 and 2.4): live per unit, with the shortfall in heads.

Students of a unit are those who stand in it today. Staff of a unit are the holders of the roles
that count, on the unit or below it; a person counts once, by the heaviest of his posts, and
somebody who merely stands in does not count. Part-time posts have a weight below one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from cohorts.access import granted_unit_ids
from cohorts.enums import RatioShape, Side, UnitKind
from cohorts.models import Appointment, Ratio, Unit
from portal.core.rows import fetch

_KINDS = {
    Side.SCHOOL: (UnitKind.UNIVERSITY,),
    Side.ACADEMY: (UnitKind.UNIVERSITY, UnitKind.ACADEMY, UnitKind.COHORT),
    Side.COLLEGE: (UnitKind.UNIVERSITY, UnitKind.COLLEGE, UnitKind.COHORT),
}
_HOME = {Side.ACADEMY: UnitKind.ACADEMY, Side.COLLEGE: UnitKind.COLLEGE}


@dataclass(frozen=True)
class Figure:
    """One ratio of one unit. ``have`` is a sum of weights, ``students`` the numerator.

    ``staff`` counts all teachers and staff; only the share of teachers and students needs it.
    """

    shape: str
    limit: Decimal
    at_least: int
    students: int
    have: Decimal
    people: int
    staff: int = 0

    @property
    def base(self) -> int:
        """Heads against which is counted: students, or teachers and students together."""
        return self.students + (self.staff if self.shape == RatioShape.SHARE else 0)

    @property
    def needed(self) -> int:
        """Heads that the rule asks for at this size."""
        if self.shape == RatioShape.SHARE:
            wanted = math.ceil(self.base * self.limit)
        else:
            wanted = math.ceil(Decimal(self.base) / self.limit) if self.limit else 0
        return max(wanted, self.at_least if self.base else 0)

    @property
    def missing(self) -> int:
        """Full posts that are missing."""
        return max(0, math.ceil(Decimal(self.needed) - self.have))

    @property
    def per_head(self) -> int | None:
        """Students for each full post, rounded as offices write it (1 : 137)."""
        return round(self.students / self.have) if self.have else None

    @property
    def share(self) -> float | None:
        """Percentage of teachers and students."""
        return float(self.have) * 100 / self.base if self.base else None

    @property
    def is_short(self) -> bool:
        return self.missing > 0


@dataclass(frozen=True)
class Line:
    """A unit's row on the page."""

    unit: Unit
    ratio: Ratio
    figure: Figure


_HEADS = """
    SELECT t.ancestor_id, count(DISTINCT s.student_id)
      FROM cohorts_unittree t JOIN cohorts_unit d ON d.id = t.descendant_id
       AND d.kind NOT IN ('building', 'floor', 'room', 'party')
      JOIN students_placement s ON s.unit_id = d.id
       AND s.since <= %(day)s AND (s.until IS NULL OR s.until >= %(day)s)
     WHERE t.ancestor_id = ANY(%(units)s::bigint[]) GROUP BY t.ancestor_id
"""
_STAFF = """
    SELECT unit_id, ratio_id, coalesce(sum(weight), 0), count(*) FROM (
        SELECT t.ancestor_id AS unit_id, rr.ratio_id, a.person_id, max(rr.weight) AS weight
          FROM cohorts_unittree t
          JOIN cohorts_appointment a ON a.unit_id = t.descendant_id AND a.revoked_at IS NULL
           AND a.stands_in_for_id IS NULL AND a.starts_on <= %(day)s
           AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
          JOIN cohorts_ratiorole rr ON rr.role_id = a.role_id
         WHERE t.ancestor_id = ANY(%(units)s::bigint[])
         GROUP BY t.ancestor_id, rr.ratio_id, a.person_id
    ) each_once GROUP BY unit_id, ratio_id
"""
_ALL_STAFF = """
    SELECT count(*) FROM core_user u WHERE u.is_active
       AND (u.expires_on IS NULL OR u.expires_on >= %(day)s)
       AND NOT EXISTS (SELECT 1 FROM students_student s WHERE s.user_id = u.id)
"""


def ratio_units(user: Any, side: str) -> QuerySet[Unit]:
    """Open units of this side whose figures ``user`` may see."""
    home = _HOME.get(Side(side))
    kinds = Q(kind__in=[kind for kind in _KINDS[Side(side)] if kind != UnitKind.COHORT])
    if home is not None:
        kinds |= Q(kind=UnitKind.COHORT, parent__kind=home)
    found: QuerySet[Unit] = Unit.objects.restrict(user, "see_unit").filter(
        kinds, Q(closed_on=None) | Q(closed_on__gte=timezone.localdate())
    )
    return found.select_related("parent")


def figures(units: Sequence[Unit], ratios: Sequence[Ratio]) -> dict[tuple[int, int], Figure]:
    """Figure by (unit, ratio): three statements for any number of units and ratios."""
    asked = {"day": timezone.localdate(), "units": [unit.pk for unit in units]}
    if not units:
        return {}
    heads = dict(fetch(_HEADS, asked))
    staff = {(unit, ratio): (have, n) for unit, ratio, have, n in fetch(_STAFF, asked)}
    everyone = int(fetch(_ALL_STAFF, asked)[0][0])
    found = {}
    for unit in units:
        for ratio in ratios:
            have, people = staff.get((unit.pk, ratio.pk), (Decimal(0), 0))
            found[unit.pk, ratio.pk] = Figure(
                shape=ratio.shape,
                limit=ratio.parameter.value,
                at_least=ratio.at_least if unit.kind == UnitKind.UNIVERSITY else 0,
                students=heads.get(unit.pk, 0),
                have=have,
                people=people,
                staff=everyone if unit.kind == UnitKind.UNIVERSITY else 0,
            )
    return found


def lines(user: Any, ratio: Ratio) -> list[Line]:
    """Rows of one ratio, largest unit first, then those that lack most."""
    units = list(ratio_units(user, ratio.side))
    found = figures(units, [ratio])
    rows = [Line(unit, ratio, found[unit.pk, ratio.pk]) for unit in units]
    rank = {kind: n for n, kind in enumerate(UnitKind.values)}
    rows = [row for row in rows if row.figure.students or row.figure.people]
    return sorted(rows, key=lambda r: (rank[r.unit.kind], -r.figure.missing, r.unit.code))


def holders(unit: Unit, ratio: Ratio) -> list[Appointment]:
    """Posts behind the denominator, weight as ``weight``; one statement."""
    weights = {one.role_id: one.weight for one in ratio.roles.all()}
    posts = (
        Appointment.objects.in_force(timezone.localdate())  # type: ignore[attr-defined]
        .filter(unit__above__ancestor=unit, role_id__in=weights, stands_in_for=None)
        .select_related("person", "role", "unit")
        .order_by("person__pinyin", "person_id", "starts_on")
    )
    rows = list(posts)
    for post in rows:
        post.weight = weights[post.role_id]
    return rows


@dataclass(frozen=True)
class Effect:
    """What a planned post would change for one unit."""

    line: Line
    after: Figure

    @property
    def saved(self) -> int:
        return self.line.figure.missing - self.after.missing


def planned(user: Any, role_id: int, unit: Unit, person_id: int | None = None) -> list[Effect]:
    """Effect of appointing ``person`` (or somebody new) to the role on ``unit``, not yet saved.

    Every unit above it whose figures ``user`` sees, for every ratio in which the role counts. A
    person who counts already in a unit adds only what the new post weighs more.
    """
    above = set(unit.above.values_list("ancestor_id", flat=True))
    effects = []
    for ratio in ratios():
        weight = next((one.weight for one in ratio.roles.all() if one.role_id == role_id), None)
        if weight is None:
            continue
        for line in lines_on(user, ratio, above):
            held = _weight_of(person_id, line.unit, ratio) if person_id else None
            figure = line.figure
            after = replace(
                figure,
                have=figure.have + max(Decimal(0), weight - (held or Decimal(0))),
                people=figure.people + (held is None),
            )
            effects.append(Effect(line, after))
    return effects


def lines_on(user: Any, ratio: Ratio, unit_ids: set[int]) -> list[Line]:
    """Rows of these units, the nearest last; also where nobody stands yet."""
    units = list(ratio_units(user, ratio.side).filter(pk__in=unit_ids))
    found = figures(units, [ratio])
    rank = {kind: n for n, kind in enumerate(UnitKind.values)}
    rows = [Line(unit, ratio, found[unit.pk, ratio.pk]) for unit in units]
    return sorted(rows, key=lambda row: (rank[row.unit.kind], row.unit.code))


def _weight_of(person_id: int, unit: Unit, ratio: Ratio) -> Decimal | None:
    held = [post.weight for post in holders(unit, ratio) if post.person_id == person_id]
    return max(held, default=None)


def seen_ratios(user: Any) -> list[Ratio]:
    """Those ratios that are counted for a unit whose figures ``user`` may see."""
    known = ratios()
    sides = {one.side for one in known}
    seen = {side for side in sides if ratio_units(user, side).exists()}
    return [one for one in known if one.side in seen]


def sees_ratios(user: Any) -> bool:
    """Whether the page of ratios is offered: a few small statements, none without any post."""
    if not granted_unit_ids(user, "see_unit"):
        return False
    sides = set(Ratio.objects.order_by().values_list("side", flat=True).distinct())
    return any(ratio_units(user, side).exists() for side in sorted(sides))


def ratios() -> list[Ratio]:
    """All ratios with their limits and roles; two statements."""
    return list(
        Ratio.objects.select_related("parameter").prefetch_related("roles__role").order_by("order")
    )
